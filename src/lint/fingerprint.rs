//! A finding's name across edits: from the lint rule, the alert's identity and the offending text, never from a line.

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};

use super::report::Finding;

/// FNV-1a, 64 bits: small, stable, and no secret depends on it (<http://www.isthe.com/chongo/tech/comp/fnv/>).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Fnv(u64);

impl Fnv {
    /// The hash of nothing.
    const START: Self = Self(0xcbf2_9ce4_8422_2325);

    /// The hash of one more byte.
    #[must_use]
    const fn byte(self, byte: u8) -> Self {
        Self((self.0 ^ byte as u64).wrapping_mul(0x0100_0000_01b3))
    }

    fn part(self, text: &str) -> Self {
        // A byte that no UTF-8 text holds keeps parts apart.
        text.bytes().chain([0xff]).fold(self, Self::byte)
    }
}

/// Shown as 16 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Fingerprint(pub u64);

impl Display for Fingerprint {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{:016x}", self.0)
    }
}

/// The fingerprint of these parts.
#[must_use]
pub fn fingerprint<'a>(parts: impl IntoIterator<Item = &'a str>) -> Fingerprint {
    Fingerprint(parts.into_iter().fold(Fnv::START, Fnv::part).0)
}

/// Tells equal fingerprints apart by numbering them in the order of the findings.
pub fn number(findings: &mut [Finding]) {
    let mut seen: HashMap<Fingerprint, u32> = HashMap::with_capacity(findings.len());
    for finding in findings {
        let count = seen.entry(finding.fingerprint).or_default();
        *count += 1;
        if *count > 1 {
            finding.fingerprint = fingerprint([&*finding.fingerprint.to_string(), &count.to_string()]);
        }
    }
}
