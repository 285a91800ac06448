//! Any text is checked as a regex of a matcher without a panic, and a fault lies in it.
#![no_main]

use groundrules::promql::re2;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|pattern: &str| {
    if let Err(error) = re2::check(pattern) {
        assert!(pattern.get(error.range.range()).is_some(), "{:?}", error.range);
    }
});
