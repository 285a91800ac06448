//! The gatekeeper of a shared on-call rotation: reads Prometheus alert rules and holds each to the rotation's ground rules.
//!
//! The core is a function from sources, a policy and evidence to a report. It opens no file and no socket, reads no clock and
//! prints nothing; [`cli`] does. ARCHITECTURE.md is the map.

#![warn(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr
)]

pub mod cli;
pub mod diagnostic;
mod discover;
pub mod evidence;
pub mod fault;
pub mod lint;
pub mod model;
mod name;
mod parallel;
mod pattern;
pub mod policy;
pub mod promql;
pub mod report;
pub mod rules;
pub mod source;
pub mod suggest;
pub mod template;
pub mod unquote;
pub mod yaml;
