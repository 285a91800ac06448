use super::*;

fn tree(text: &str) -> Tree {
    let parsed = parse(text);
    assert!(parsed.errors.is_empty(), "{text:?}: {:?}", parsed.errors);
    assert!(parsed.tree.check_maps().is_empty(), "{text:?}");
    parsed.tree
}

fn path(tree: &Tree, keys: &[&str]) -> NodeId {
    keys.iter().fold(tree.documents()[0], |at, key| match key.parse::<usize>() {
        Ok(index) => tree.items(at)[index],
        Err(_) => tree.get(at, key).unwrap(),
    })
}

fn raw(text: &str, range: TextRange) -> &str {
    &text[range.range()]
}

fn verdict(text: &str) -> (Vec<String>, bool) {
    let parsed = parse(text);
    let fatal = parsed.errors.iter().any(|error| error.fatal);
    (parsed.errors.into_iter().map(|error| error.message).collect(), fatal)
}

/// The line (from 1) of the first error.
fn error_line(text: &str) -> usize {
    let start = parse(text).errors[0].range.start as usize;
    text[..start].lines().count().max(1) + usize::from(text[..start].ends_with('\n'))
}

const RULES: &str = "groups:
- name: node # of the host
  rules:
  # the disk
  - alert: DiskFull
    expr: |
      free / size
        < 0.1

    labels: {severity: page, \"team\": 'a''b'}
    annotations:
      summary: >-
        Disk of
        {{ $labels.instance }}

        is full
      note: \"caf\\u00e9 \\
        au lait\"
";

#[test]
fn every_node_knows_its_bytes_and_its_value() {
    let tree = tree(RULES);
    let at = |keys: &[&str]| path(&tree, keys);
    let rule = ["groups", "0", "rules", "0"];
    let field = |key: &'static str| at(&[&rule[..], &[key]].concat());
    assert_eq!(tree.text(field("expr")), "free / size\n  < 0.1\n");
    assert_eq!(raw(RULES, tree.range(field("expr"))), "|\n      free / size\n        < 0.1");
    let note = path(&tree, &["groups", "0", "rules", "0", "annotations", "note"]);
    assert_eq!(tree.text(note), "café au lait");
    let summary = path(&tree, &["groups", "0", "rules", "0", "annotations", "summary"]);
    assert_eq!(tree.text(summary), "Disk of {{ $labels.instance }}\nis full");
    assert_eq!(raw(RULES, tree.range(field("labels"))), "{severity: page, \"team\": 'a''b'}");
    assert_eq!(tree.text(tree.get(field("labels"), "team").unwrap()), "a'b");
    assert!(raw(RULES, tree.range(at(&["groups"]))).starts_with("- name"));
    assert!(raw(RULES, tree.range(at(&rule))).ends_with("au lait\""));
    let comments: Vec<_> = tree.comments().iter().map(|c| (raw(RULES, c.range), c.own_line)).collect();
    assert_eq!(comments, [("# of the host", false), ("# the disk", true)]);
}

#[test]
fn a_range_of_the_value_is_found_in_the_bytes_of_every_style() {
    let text = "a: plain two\n  lines\nb: 'it''s'\nc: \"x\\ty\\u00e9z\"\nd: |\n    one\n    two\ne: >\n  one\n  two\n";
    let tree = tree(text);
    let find = |key: &str, part: &str| {
        let id = path(&tree, &[key]);
        let start = u32::try_from(tree.text(id).find(part).unwrap()).unwrap();
        let range = TextRange::new(start, start + u32::try_from(part.len()).unwrap());
        (raw(text, tree.span_of(id, range)), tree.spans_of(id, range).len())
    };
    assert_eq!(find("a", "lines"), ("lines", 1));
    assert_eq!(find("a", "two lines"), ("two\n  lines", 2));
    assert_eq!(find("b", "t's"), ("t''s", 1));
    assert_eq!(find("c", "yé"), ("y\\u00e9", 1));
    assert_eq!(find("c", "z"), ("z", 1));
    assert_eq!(find("d", "two"), ("two", 1));
    assert_eq!(find("d", "e\nt"), ("e\n    t", 2));
    assert_eq!(find("e", "two"), ("two", 1));
    let d = path(&tree, &["d"]);
    assert_eq!(tree.span_of(d, TextRange::at(4)), TextRange::at(tree.span_of(d, TextRange::new(4, 5)).start));
}

#[test]
fn block_scalars_end_as_go_yaml_ends_them() {
    let last = |text: &str| {
        let tree = tree(text);
        let id = tree.entries(tree.documents()[0]).last().unwrap().1;
        (tree.text(id).to_owned(), raw(text, tree.range(id)).to_owned())
    };
    assert_eq!(last("a: |\n  x").0, "x");
    assert_eq!(last("a: |\n  x\n").0, "x\n");
    assert_eq!(last("a: |+\n  x\n\n\n").0, "x\n\n\n");
    assert_eq!(last("a: |-\r\n  x\r\n  y\r\n").0, "x\ny");
    assert_eq!(last("a: |2\n    x\n").0, "  x\n");
    assert_eq!(last("a: >\n\n  x\n   y\n  z\n"), ("\nx\n y\nz\n".to_owned(), ">\n\n  x\n   y\n  z".to_owned()));
    assert_eq!(last("a: | # no\n  x # yes\n"), ("x # yes\n".to_owned(), "| # no\n  x # yes".to_owned()));
    let tree = tree("a: |\nb: |+\n\nc: d\n");
    assert_eq!([tree.text(path(&tree, &["a"])), tree.text(path(&tree, &["b"]))], ["", "\n"]);
}

#[test]
fn nulls_tags_and_binary_are_those_of_go() {
    let tree = tree("a: ~\nb:\nc: null\nd: 'null'\ne: !!str ~\nf: !!null ''\ng: !!binary aGk=\nh: !x y\ni: nUll\n");
    let at = |key: &str| path(&tree, &[key]);
    let nulls: String = "abcdefghi".chars().filter(|c| tree.is_null(at(&c.to_string()))).collect();
    assert_eq!(nulls, "abcf");
    assert_eq!([tree.tag(at("e")), tree.tag(at("h")), tree.tag(at("a"))], [Some("!!str"), Some("!x"), None]);
    assert_eq!(tree.text(at("b")), "");
}

#[test]
fn aliases_and_merge_keys_are_followed_on_request_only() {
    let text = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {<<: [*a, *b], x: 5}\nd: *a\n";
    let tree = tree(text);
    let d = path(&tree, &["d"]);
    assert_eq!((tree.kind(d), raw(text, tree.range(d))), (Kind::Alias, "*a"));
    assert_eq!(tree.text(tree.get(d, "y").unwrap()), "2");
    assert_eq!(tree.anchor(tree.resolve(d)), Some("a"));
    let merged = tree.merged(path(&tree, &["c"]));
    let pairs: Vec<_> = merged.iter().map(|&[k, v]| (tree.text(k), tree.text(v))).collect();
    assert_eq!(pairs, [("x", "5"), ("y", "2"), ("z", "4")]);
    assert_eq!(tree.entries(path(&tree, &["c"])).count(), 2);
}

#[test]
fn duplicates_are_those_of_go_yaml() {
    let text = "a: 1\n1: x\n'a': 2\n'1': y\n0x1: z\na: 3\n";
    let tree = tree(text);
    let found = tree.duplicates(tree.documents()[0]);
    let places: Vec<_> =
        found.iter().map(|&(first, later)| (tree.range(first).start, tree.range(later).start)).collect();
    assert_eq!(places, [(0, 10), (5, 17), (0, 31)]);
}

#[test]
fn what_prometheus_loads_is_no_fatal_error() {
    for text in [
        "",
        "# only a comment\n",
        "\u{FEFF}a: b\nc: d\n",
        "a: \"two\nlines\"\nb: c\n",
        "a:\r  b: c\r",
        "a:\t b\n",
        "a: \"don\\'t\"\n",
        "a: b\n---\n- [\n",
        "a: b\n---\n- \"\\q\"\n",
        "a: b\n---\nc: d: e\n",
        "a: b\n---\n[c, @\n",
        "a: b\u{85}c: d\n",
        "%YAML 1.1\n---\na: b\n",
        "a: \"x\"#y\n",
        "? a\n: b\n? [c]\n: d\n",
        "a #b\n",
    ] {
        assert!(!verdict(text).1, "{text:?}: {:?}", verdict(text));
    }
    let tree = parse("a: \"two\nlines\"\nb: \"don\\'t\"\n").tree;
    assert_eq!([tree.text(path(&tree, &["a"])), tree.text(path(&tree, &["b"]))], ["two lines", "don't"]);
    let tree = parse("a: b\u{85}c: d\n").tree;
    assert_eq!(tree.text(path(&tree, &["c"])), "d");
}

#[test]
fn what_prometheus_refuses_is_fatal() {
    for text in [
        "%YAML 1.2\n---\na: b\n",
        "%FOO\n---\na: b\n",
        "a: \"x\\/y\"\n",
        "a: \"\\d\"\n",
        "a: \"\\ud83d\\ude00\"\n",
        "a: b\n\t\nc: d\n",
        "a: b\n\tc: d\n",
        "a: *x\n",
        "a: &x [*x]\n",
        "a: {<<: 5}\n",
        "a: !!binary '*'\n",
        "a: x\u{7}\n",
        "a: @b\n",
        "a: `b`\n",
        "a: b: c\n",
        ": a\n",
        "{a?: b}\n",
        "a:\n    b: c\n  d: e\n",
        "a: 'x\n",
        "a: [b\n",
        "a: | x\n",
        "a: {{ x }} y\n",
        // The scanner looks one token past the first document.
        "a: b\n---\n\"\\q\"\n",
        "a: b\n---\n> x\n",
        "a: b\n---\n\"\\ud800\"\n",
        "a: b\n--- \"\\q\"\n",
        "a: b\n---\t@\n",
        "a: b\n...\n---\n@\n",
        "a: b\n---\n&x @\n",
        "a: b\n---\n|\n c\n@\n",
        "a: b\n--- c: d: e\n",
    ] {
        assert!(verdict(text).1, "{text:?} must not load");
    }
}

#[test]
fn messages_say_what_to_do_at_the_right_place() {
    let first = |text: &str| {
        let error = parse(text).errors.remove(0);
        (raw(text, error.range).to_owned(), error.message)
    };
    assert_eq!(first("a: @b\n"), ("@".to_owned(), "no value can begin with `@`".to_owned()));
    assert_eq!(first("a: b\n\tc: d\n").1, "a tab cannot indent YAML");
    assert_eq!(first("a: \"\\d\"\n"), ("\\d".to_owned(), "this is not an escape of double-quoted YAML".to_owned()));
    assert_eq!(first("a: {{ x }} y\nb: c\n").1, "a value that begins with `{{` must be quoted");
    let wrong = "a:\n    b: c\n  d: e\n";
    assert_eq!(first(wrong).1, "this line starts in column 3, the keys of the mapping around it start in column 1");
    let lost = "a: \"x\nb: y\nc: \"z\"\n";
    assert_eq!(first(lost).1, "the closing quote of this text is missing");
    assert_eq!(error_line(lost), 1);
    assert_eq!(error_line("a: b\nc: 'd\ne: f\n"), 2, "a lost quote is shown where it opens");
    assert_eq!(first("a: *b c\n").0, "*b");
}

#[test]
fn good_rules_behind_a_broken_one_are_read() {
    let text = "groups:
- name: g
  rules:
  - alert: A
    expr: up
  - alert: B
    expr: \"broken
  - alert: C
    expr: \"x\"
  - alert: D
    expr: y
   labels: wrong
- name: h
  rules:
  - alert: E
    expr: |
      z
---
second: document
";
    let parsed = parse(text);
    assert!(parsed.errors.len() >= 2 && parsed.errors.iter().any(|error| error.fatal));
    let tree = &parsed.tree;
    let names = |group: &str| {
        let rules = tree.items(path(tree, &["groups", group, "rules"]));
        rules.iter().filter_map(|&rule| tree.get(rule, "alert")).map(|id| tree.text(id)).collect::<Vec<_>>()
    };
    assert_eq!(names("0"), ["A", "B", "C", "D"]);
    assert_eq!(names("1"), ["E"]);
    let e = path(tree, &["groups", "1", "rules", "0", "expr"]);
    assert_eq!((tree.text(e), raw(text, tree.range(e))), ("z\n", "|\n      z"));
    assert_eq!(tree.text(tree.get(tree.documents()[1], "second").unwrap()), "document");
    assert!(tree.check_maps().is_empty());
}

#[test]
fn limits_are_said_and_what_is_shallower_stays() {
    let deep = format!("a: b\nc: {}\n", "[".repeat(100_000));
    let parsed = parse(deep.as_str());
    assert_eq!(parsed.errors[0].kind, ErrorKind::Limit);
    assert_eq!(parsed.tree.text(path(&parsed.tree, &["a"])), "b");
    let mut bomb = "x0: &x0 [a]\n".to_owned();
    for i in 1..12 {
        let aliases = vec![format!("*x{}", i - 1); 10].join(", ");
        bomb.extend([format!("x{i}: &x{i} [{aliases}]\n")]);
    }
    let parsed = parse(bomb.as_str());
    assert!(parsed.errors.iter().any(|error| error.message.contains("aliases")));
    assert!(parsed.tree.nodes().count() < 200, "aliases are not expanded");
}

#[test]
fn any_cut_and_any_byte_is_read_without_a_panic_and_with_true_ranges() {
    for at in 0..=RULES.len() {
        for insert in ["", "\"", "'", "- ", "\t", ": ", "[", "|\n", "\u{85}", "#", "&a ", "\n"] {
            let cut = format!("{}{insert}", &RULES[..at]);
            let whole = format!("{cut}{}", &RULES[at..]);
            for text in [cut, whole] {
                let parsed = parse(text.as_str());
                for id in parsed.tree.nodes() {
                    let range = parsed.tree.range(id);
                    assert!(text.get(range.range()).is_some(), "{text:?} {range:?}");
                }
                for error in &parsed.errors {
                    assert!(text.get(error.range.range()).is_some(), "{text:?} {error:?}");
                }
                assert!(parsed.tree.check_maps().is_empty(), "{text:?}");
            }
        }
    }
}

#[test]
fn a_name_before_a_colon_ends_there() {
    let text = "a: &x 1\n&key: 2\n*x : 3\nb: *x\n";
    let read = tree(text);
    let keys: Vec<_> = read.entries(read.documents()[0]).map(|(key, _)| key).collect();
    assert!(read.is_null(keys[1]), "`&key:` is a null key with an anchor");
    assert_eq!(read.anchor(keys[1]), Some("key"));
    assert_eq!(read.text(keys[2]), "1");
    let text = "a: &x k\n*x: 2\n";
    let read = tree(text);
    let keys: Vec<_> = read.entries(read.documents()[0]).map(|(key, _)| read.text(key)).collect();
    assert_eq!(keys, ["a", "k"]);
}

#[test]
fn a_colon_before_a_comma_belongs_to_the_name() {
    let read = tree("{a:, b: c:, \"d\":}\n");
    let pairs: Vec<_> = read.entries(read.documents()[0]).map(|(k, v)| (read.text(k), read.text(v))).collect();
    assert_eq!(pairs, [("a:", ""), ("b", "c:"), ("d", "")]);
}

#[test]
fn a_tag_that_does_not_fit_is_refused_where_it_is_decoded() {
    assert_eq!(verdict("a: !!int 5\nb: !!float 5\nc: !!null ~\n"), (vec![], false));
    assert!(verdict("a: !!bool yes\n").1);
    assert!(verdict("a: !!int 5.5\n").1);
    assert!(!verdict("~: !!int x\n").1, "what a null key stands for is not decoded");
    assert!(!verdict("a: 1\n---\nb: 1\nc: !!int x\n").1, "behind the first document");
}

#[test]
fn keys_of_binary_are_compared_as_written() {
    let read = tree("team: a\n!!binary team: b\n!!binary dGVhbQ==: c\n");
    assert_eq!(read.duplicates(read.documents()[0]).len(), 1);
}

#[test]
fn a_stray_quote_at_the_beginning_is_an_error() {
    let (messages, fatal) = verdict("'groups:\n- name: 'a'\n  rules: []\n");
    assert!(fatal, "{messages:?}");
}

#[test]
fn lines_read_as_one_text_are_shown_together() {
    let text = "a:\n  b: c\n- d\n  e\n  f: g\n";
    let error = &parse(text).errors[0];
    assert_eq!(raw(text, error.range), "- d\n  e\n  f:");
    assert_eq!(raw(text, error.related[0].0), "a");
}

#[test]
fn text_behind_the_end_mark_takes_nothing_away() {
    let parsed = parse("a: [1]\nb: {c: d}\n... x\n");
    assert!(parsed.errors.iter().all(|error| !error.fatal) && parsed.errors.len() == 1, "{:?}", parsed.errors);
    assert_eq!(parsed.tree.text(path(&parsed.tree, &["b", "c"])), "d");
    assert!(verdict("a: b\n... x\n  y: z\n").1, "the scanner looks ahead");
}

#[test]
fn a_comment_below_an_empty_block_scalar_is_a_comment() {
    let read = tree("a:\n  b: |2\n   # c\n\n  d: |4-\n\n     # e\ng: h\n");
    assert_eq!(read.text(path(&read, &["a", "b"])), "");
    assert_eq!(read.text(path(&read, &["a", "d"])), "");
    assert_eq!(read.text(path(&read, &["g"])), "h");
}

#[test]
fn a_dash_alone_in_brackets_is_text() {
    let read = tree("{a: -, b: [-]}\n");
    assert_eq!(read.text(path(&read, &["a"])), "-");
    assert_eq!(read.text(path(&read, &["b", "0"])), "-");
    let read = tree("a &b: c\n");
    assert_eq!(read.text(read.entries(read.documents()[0]).next().unwrap().0), "a &b");
}

#[test]
fn tabs_inside_brackets_are_blanks() {
    let read = tree("a:\n  - {b: c,\n\td: e,\n\t f: g}\n  - 1\n");
    assert_eq!(read.text(path(&read, &["a", "0", "f"])), "g");
    assert!(verdict("a:\n\tb: c\n").1);
}
