//! A finding's name across edits: from the lint rule, the alert's identity and the offending text, never from a line.

use std::collections::HashMap;

use super::report::Finding;

/// FNV-1a, 64 bits: small, stable, and no secret depends on it (<http://www.isthe.com/chongo/tech/comp/fnv/>).
struct Fnv(u64);

impl Fnv {
    fn part(mut self, text: &str) -> Self {
        // A byte that no UTF-8 text holds keeps parts apart.
        for byte in text.bytes().chain([0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self
    }
}

/// 16 hexadecimal digits for these parts.
#[must_use]
pub fn fingerprint<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let hash = parts.into_iter().fold(Fnv(0xcbf2_9ce4_8422_2325), Fnv::part);
    format!("{:016x}", hash.0)
}

/// Tells equal fingerprints apart by numbering them in the order of the findings.
pub fn number(findings: &mut [Finding]) {
    let mut seen: HashMap<String, u32> = HashMap::new();
    for finding in findings {
        let count = seen.entry(finding.fingerprint.clone()).or_default();
        *count += 1;
        if *count > 1 {
            finding.fingerprint = fingerprint([finding.fingerprint.as_str(), &count.to_string()]);
        }
    }
}
