//! What several tests share.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod case;
pub mod program;
