//! Keeps a CI runner from reading its commands out of what is printed for people.

use std::io;

/// What is put between the characters of a would-be command: it takes no room and is no blank to any runner.
const BREAK: &[u8] = "\u{200b}".as_bytes();

/// A writer in front of another that breaks what a runner would take for a command: `##[…]` and `##vso[…]` anywhere,
/// `##teamcity[…]` and `::…::` at the start of a line, blanks before it or not (GitHub's runner, `ActionCommand.cs`; Azure's
/// agent, `Command.cs`; the service messages of `TeamCity`).
pub struct Guard<'a> {
    out: &'a mut dyn io::Write,
    active: bool,
    line_start: bool,
    hash: bool,
}

impl<'a> Guard<'a> {
    /// Guards `out` if `active`, else hands everything through.
    pub fn new(out: &'a mut dyn io::Write, active: bool) -> Self {
        Self { out, active, line_start: true, hash: false }
    }

    fn breaks_before(&mut self, byte: u8) -> bool {
        let breaks = byte == b'#' && self.hash || byte == b':' && self.line_start;
        self.hash = byte == b'#';
        self.line_start = byte == b'\n' || self.line_start && !byte.is_ascii_graphic();
        breaks
    }
}

impl io::Write for Guard<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.active {
            return self.out.write(bytes);
        }
        let mut from = 0;
        for (at, &byte) in bytes.iter().enumerate() {
            if self.breaks_before(byte) {
                self.out.write_all(&bytes[from..at])?;
                self.out.write_all(BREAK)?;
                from = at;
            }
        }
        self.out.write_all(&bytes[from..])?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn guarded(parts: &[&str], active: bool) -> String {
        let mut out = Vec::new();
        let mut guard = Guard::new(&mut out, active);
        for part in parts {
            guard.write_all(part.as_bytes()).unwrap();
        }
        String::from_utf8(out).unwrap().replace('\u{200b}', "~")
    }

    #[test]
    fn breaks_commands_of_runners() {
        assert_eq!(guarded(&["::error::x\n \u{3000}::add-mask::y"], true), "~::error::x\n \u{3000}~::add-mask::y");
        assert_eq!(
            guarded(&["a ##[group]b ##vso[x] #", "#teamcity[y]"], true),
            "a #~#[group]b #~#vso[x] #~#teamcity[y]"
        );
        assert_eq!(guarded(&["a.yaml:1:2: std::x # one"], true), "a.yaml:1:2: std::x # one");
        assert_eq!(guarded(&["::error::x"], false), "::error::x");
    }
}
