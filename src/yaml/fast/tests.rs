//! The fast path against the full parser, over mutations of texts that have a bit of everything.

use super::super::builder::Builder;
use super::super::load::parse_fully;
use super::super::{Kind, Tree};
use crate::source::TextRange;

const SEEDS: [&str; 7] = [
    "groups:
- name: g1
  interval: 1m
  rules:
  # a comment
  - alert: HighLoad
    expr: |
      sum by (job) (rate(x_total{a=\"b\"}[5m]))
        > 5

      or x
    for: 10m
    labels: {severity: page, team: \"a b\", list: [1, 'x']}
    annotations:
      summary: \"Load on {{ $labels.instance }} is \\\"high\\\"
        for long\"
      description: >-
        Folded text
        goes on

          more indented
        end   # not a comment
      url: 'https://x.example/it''s' # one
  - record: job:x:rate5m
    expr: sum(rate(x[5m]))
      by (job)
    labels:
      a:
      b: -5
",
    "# head
---
a:
  - - x
    - y: z
      w: |2-
          two
         one
  -
    k: v
  -
b: >+
  keep


c: plain
  over

  lines
\"q\": 'single

  lines'
",
    "- a: b\n  c:\n  - d\n  e: \"\\u00e9\\\n    x\"\n- |\n  x\n   \n  y\n- [a, {b: c}]\n- é: ü\n",
    "x: &labels
  team: a
  severity: &page page
groups: &g
- name: g
  rules:
  - alert: A
    expr: &expr |
      up == 0
    labels: *labels
  - alert: B
    expr: *expr
    labels:
      <<: *labels
      team: &t \"b\" # comment
    annotations: &n {a: 'x', b: y}
  - &rule
    alert: C
    expr: up
    annotations: *n
    for: *t
z: &s
- *page
- &q
  - 1
",
    "# first
---
# second
groups:
- rules:
  - record: :node:sum
    expr: :node:x + y
---

- a
- b: |
    text
---
c: d
e:
  f: :g
",
    "a: |
  one line
b: |-
  stripped
c: |+
  kept

d: |2
   deeper
e: |

  below a blank line
f:
- |
  blanks below
    
- |-
  blanks behind  
a:b: c
a-b : 'tab\t''d'   # tab\there
é.ü/x: “quoted” \u{A0}\u{3000}
\"k\\\"\": \"x\\
  y\"
'k''': a
l: |-
  end",
    "groups:
- rules:
  - alert: \"a
   b\"
    expr: 'up

== 0'  # one
    annotations: {x: y}
    k: \"c
 d: e
   - f\"
l: 'm
 n'
",
];

const PIECES: [&str; 43] = [
    " ", "  ", "\n", "\t", "- ", "-", ": ", ":", " #", "#", "\"", "'", "|", ">", "|-", "{", "}", "[", "]", ", ", "&a ",
    "*a", "!x ", "? ", "%", "@", "---\n", "...\n", "\\", "\\n", "é", "\u{85}", "\n\n", "    ", "<<: ", "  x: y\n", "~",
    "\r\n", "\u{2028}", "\u{FEFF}", "“", ": |\n  x", "''",
];

/// A small linear congruential generator: the same mutations on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }

    fn place(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    fn mutate(&mut self, text: &mut String) {
        let at = self.place(text);
        match self.below(6) {
            0..3 => text.insert_str(at, PIECES[self.below(PIECES.len())]),
            3 => {
                let end = (at + 1 + self.below(4)).min(text.len());
                if text.is_char_boundary(end) {
                    text.replace_range(at..end, "");
                }
            }
            4 => {
                let line = text[..at].rfind('\n').map_or(0, |i| i + 1);
                let indent = text[line..].len() - text[line..].trim_start_matches(' ').len();
                text.replace_range(line..line + indent, &" ".repeat(self.below(9)));
            }
            _ => text.truncate(at),
        }
    }
}

/// All that a tree says of itself.
fn shape(tree: &Tree) -> Vec<(Kind, TextRange, String, Vec<String>)> {
    let ranges = |id| {
        let entries = tree.entries(id).flat_map(|(key, value)| [key, value]);
        entries.chain(tree.items(id).iter().copied()).map(|id| format!("{:?}", tree.range(id))).collect()
    };
    let one = |id| {
        (
            tree.kind(id),
            tree.range(id),
            format!("{:?} {:?} {}", tree.style(id), tree.anchor(id), tree.text(id)),
            ranges(id),
        )
    };
    tree.nodes().map(one).collect()
}

#[test]
fn the_common_forms_need_no_full_parser() {
    for seed in SEEDS {
        assert!(super::read(&mut Builder::new(&seed.into()), seed).is_some(), "{seed}");
    }
}

#[test]
fn what_the_fast_path_accepts_the_full_parser_reads_alike() {
    let mut dice = Dice(7);
    let mut accepted = 0;
    for round in 0..8_000 {
        let mut text = SEEDS[round % SEEDS.len()].to_owned();
        for _ in 0..dice.below(4) {
            dice.mutate(&mut text);
        }
        let shared = text.as_str().into();
        let mut builder = Builder::new(&shared);
        let Some(errors) = super::read(&mut builder, &text) else { continue };
        accepted += 1;
        let full = parse_fully(&shared);
        assert_eq!(full.errors, errors, "{text:?}");
        assert_eq!(shape(&builder.tree), shape(&full.tree), "{text:?}");
        assert_eq!(builder.tree.comments(), full.tree.comments(), "{text:?}");
        assert_eq!(builder.tree.documents(), full.tree.documents(), "{text:?}");
        assert!(builder.tree.check_maps().is_empty(), "{text:?}");
    }
    assert!(accepted > 1_000, "only {accepted} accepted");
}
