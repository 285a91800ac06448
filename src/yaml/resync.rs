//! Where reading can go on after an error.
