use std::collections::BTreeMap;

use super::*;
use crate::yaml::parse;

#[derive(Deserialize, Debug, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Level {
    Error,
    Off,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Rule {
    level: Located<Level>,
    #[serde(default)]
    paths: Vec<Located<String>>,
    more: Option<f64>,
    #[serde(default)]
    keys: BTreeMap<String, Located<u32>>,
}

#[derive(Deserialize, Debug)]
struct Deep(#[allow(dead_code)] Vec<Deep>);

fn read<T: for<'t> Deserialize<'t>>(text: &str) -> Result<T, Error> {
    let parsed = parse(text);
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    from_node(&parsed.tree, parsed.tree.documents()[0])
}

fn shown(text: &str, range: TextRange) -> &str {
    &text[range.range()]
}

#[test]
fn every_located_field_knows_its_bytes() {
    let text = "level: 'error'\npaths: [a/*, \"b\"]\nmore: 2\nkeys:\n  x: 7\n";
    let rule: Rule = read(text).unwrap();
    assert_eq!((shown(text, rule.level.range), &rule.level.value), ("'error'", &Level::Error));
    assert_eq!(rule.paths.iter().map(|p| shown(text, p.range)).collect::<Vec<_>>(), ["a/*", "\"b\""]);
    assert_eq!(rule.more, Some(2.0));
    assert_eq!((rule.keys["x"].value, shown(text, rule.keys["x"].range)), (7, "7"));
}

#[test]
fn an_unknown_field_is_told_with_its_key_and_the_expected_names() {
    let text = "level: off\npath: x\n";
    let error = read::<Rule>(text).unwrap_err();
    assert_eq!(shown(text, error.range), "path");
    assert_eq!(error.unknown_field, Some(("path".to_owned(), vec!["level", "paths", "more", "keys"])));
    let text = "level: warn\n";
    let error = read::<Rule>(text).unwrap_err();
    assert_eq!(shown(text, error.range), "warn");
    assert_eq!(error.unknown_field.unwrap().1, ["error", "off"]);
}

#[test]
fn wrong_types_point_at_the_value_and_missing_keys_at_the_mapping() {
    let text = "level: off\nkeys: {a: b}\n";
    let error = read::<Rule>(text).unwrap_err();
    assert_eq!((shown(text, error.range), error.message.as_str()), ("b", "expected u32, found the text `b`"));
    let text = "more: [1]\nlevel: off\n";
    assert_eq!(shown(text, read::<Rule>(text).unwrap_err().range), "[1]");
    let text = "more: 1\n";
    let error = read::<Rule>(text).unwrap_err();
    assert_eq!((shown(text, error.range), error.message.as_str()), ("more: 1", "the key `level` is missing"));
}

#[test]
fn duplicate_keys_are_refused_and_all_entries_of_a_mapping_are_tried() {
    let text = "level: off\nlevel: error\n";
    let error = read::<Rule>(text).unwrap_err();
    assert_eq!((error.range.start, error.message.as_str()), (11, "the key `level` is given twice"));
    let parsed = parse("a: {level: off}\nb: {level: x}\nc: 1\na: {level: off}\n");
    let (good, bad) = each::<Rule>(&parsed.tree, parsed.tree.documents()[0]);
    assert_eq!(good.iter().map(|(key, _)| key.value).collect::<Vec<_>>(), ["a", "a"]);
    assert_eq!(bad.len(), 3);
}

#[test]
fn strings_take_any_scalar_and_null_is_nothing() {
    let all: BTreeMap<String, Option<String>> = read("a: 5\nb: true\nc: ~\nd:\ne: '~'\n1: x\n").unwrap();
    let get = |key: &str| all[key].as_deref();
    assert_eq!([get("a"), get("b"), get("c"), get("d"), get("e")], [Some("5"), Some("true"), None, None, Some("~")]);
    assert_eq!(get("1"), Some("x"));
}

#[test]
fn aliases_and_merge_keys_are_followed_and_cycles_end() {
    let text = "base: &b {level: off, more: 1}\nr: {<<: *b, more: 2}\n";
    let all: BTreeMap<String, Rule> = read(text).unwrap();
    assert_eq!((all["r"].more, &all["r"].level.value), (Some(2.0), &Level::Off));
    let parsed = parse("&a [*a]\n");
    let error = from_node::<Deep>(&parsed.tree, parsed.tree.documents()[0]).unwrap_err();
    assert_eq!(error.message, "nested too deeply");
}
