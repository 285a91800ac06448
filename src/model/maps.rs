//! Holds every scalar of a file against its bytes: what `span_of` promises, checked for a whole tree at once.

use super::lower::{Options, lower};
use crate::source::{Source, SourceId, Span};
use crate::yaml::{self, Kind};

/// What came of it.
#[derive(Debug, Default)]
pub struct Maps {
    /// The scalars that were looked at, those of YAML inside strings and of templates made readable too.
    pub scalars: usize,
    /// Those whose bytes, decoded piece by piece, do not give the text that is loaded. There should be none.
    pub wrong: Vec<Span>,
}

/// Decodes the raw bytes of every scalar of a file by its map and compares with the text that is loaded. The file is read
/// whatever it is, rules or not.
#[must_use]
pub fn check_maps(source: &Source, id: SourceId) -> Maps {
    let mut maps = Maps::default();
    for layer in &lower(source, id, &Options::default()).layers {
        let tree = yaml::parse(layer.text(source)).tree;
        maps.scalars += tree.nodes().filter(|&node| tree.kind(node) == Kind::Scalar).count();
        let wrong = tree.check_maps();
        maps.wrong.extend(wrong.into_iter().map(|node| Span::new(id, layer.locate(tree.range(node)))));
    }
    maps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_of_every_layer_are_checked() {
        let text = "a: 'it''s'\nb: \"x\\ty\"\ndata:\n  r.yml: |\n    groups:\n    - name: g\n      rules:\n      - alert: \"A\\u00e9\"\n        expr: >\n          up\n          == 0\n";
        let maps = check_maps(&Source::new("a.yml", text), SourceId(0));
        assert!(maps.wrong.is_empty());
        assert_eq!(maps.scalars, 7 + 8, "those of the file, and those of the rules in its string");
    }
}
