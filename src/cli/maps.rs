//! `groundrules parse --maps`: holds the places of scalars against the bytes of files.

use std::io::Write;
use std::path::PathBuf;

use globset::GlobSet;

use super::{Stop, exit, stdout};
use crate::discover::{self, Content};
use crate::model::{Maps, check_maps};
use crate::parallel;
use crate::report::safe;
use crate::source::{Encoding, Source, SourceId};

/// Decodes every scalar of every file below `paths` by its map of bytes, and says where that does not give the text that is
/// loaded: 1 then, 2 where a path cannot be read.
pub(super) fn run(paths: &[PathBuf]) -> Result<u8, Stop> {
    let mut found = Vec::new();
    for target in discover::targets(paths) {
        let files = discover::files(&target, &GlobSet::empty());
        if let Some((path, error)) = files.errors.first() {
            return Err(Stop::Usage(format!("cannot read {}: {error}", path.display())));
        }
        found.extend(files.files);
    }
    let checked = parallel::map(found, 1, |file| match discover::read(&file.real) {
        Content::Text(text, _) => {
            let source = Source::new(file.path, text);
            let maps = check_maps(&source, SourceId(0));
            Some((source, maps))
        }
        _ => None,
    });
    let checked: Vec<(Source, Maps)> = checked.into_iter().flatten().collect();
    let mut out = stdout();
    for (source, span) in checked.iter().flat_map(|(source, maps)| maps.wrong.iter().map(move |span| (source, span))) {
        let at = source.position(span.start, Encoding::Scalar);
        writeln!(out, "{}:{}:{}: its bytes do not give the text", safe::line(&source.path), at.line, at.column)?;
    }
    let scalars: usize = checked.iter().map(|(_, maps)| maps.scalars).sum();
    let wrong: usize = checked.iter().map(|(_, maps)| maps.wrong.len()).sum();
    writeln!(out, "{scalars} scalars of {} files, {wrong} whose bytes do not give their text", checked.len())?;
    out.flush()?;
    Ok(if wrong > 0 { exit::FINDINGS } else { exit::CLEAN })
}
