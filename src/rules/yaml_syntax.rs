//! Every file is YAML that Prometheus can read.

use serde::Deserialize;

use crate::diagnostic::Severity;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::File;

/// `yaml-syntax`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YamlSyntax {}

impl Configurable for YamlSyntax {
    const META: Meta = Meta {
        id: "yaml-syntax",
        summary: "every file is YAML that Prometheus can read",
        level: Level::At(Severity::Error),
        levels: "error; warning where Prometheus reads it all the same",
        page: include_str!("../../rules/yaml-syntax.md"),
    };
}

impl LintRule for YamlSyntax {
    fn file(&self, file: &File, cx: &mut Context<'_>) {
        cx.adopt(file);
    }
}
