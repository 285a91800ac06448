//! A case of a rule page: files, policy, evidence, and what is said of them.

use std::collections::BTreeMap;

use groundrules::evidence::Evidence;
use groundrules::evidence::history::{self, SECOND};
use groundrules::evidence::links::tree::TreePage;
use groundrules::evidence::links::{Anchors, Answer, Question, Verdict, page};
use groundrules::lint::report::Report;
use groundrules::lint::{self, Input, waiver};
use groundrules::model::{Part, Workspace, lower};
use groundrules::policy::{self, Policy};
use groundrules::source::{Source, SourceId};
use jiff::civil::{Date, date};
use serde::Deserialize;

/// A line that must be reported.
#[derive(Debug)]
pub struct Mark {
    pub path: String,
    pub line: u32,
    pub words: String,
}

/// An example of a page.
#[derive(Debug, Default)]
pub struct Case {
    pub bad: bool,
    /// Line of the page where it starts.
    pub line: usize,
    pub files: BTreeMap<String, String>,
    pub policy: Option<String>,
    pub evidence: Option<String>,
    pub marks: Vec<Mark>,
    /// Fences: kind, byte range on the page of the whole fence, body.
    fences: Vec<(String, std::ops::Range<usize>, String)>,
}

impl Case {
    /// The cases of a page, in order.
    pub fn of_page(page: &str) -> Vec<Self> {
        let mut cases: Vec<Self> = Vec::new();
        let mut section = String::new();
        let mut open: Option<(String, usize, String)> = None;
        let mut offset = 0;
        for (number, line) in page.split_inclusive('\n').enumerate() {
            let start = offset;
            offset += line.len();
            let text = line.trim_end();
            if let Some((info, from, body)) = &mut open {
                if text == "```" {
                    let fence = (info.clone(), *from..offset, std::mem::take(body));
                    if section == "Bad" || section == "Good" {
                        cases.last_mut().expect("a case is open").take(fence);
                    }
                    open = None;
                } else {
                    body.push_str(line);
                }
            } else if let Some(info) = text.strip_prefix("```") {
                open = Some((info.to_owned(), start, String::new()));
            } else if text.starts_with("## ") || text.starts_with("### ") {
                if let Some(name) = text.strip_prefix("## ") {
                    name.clone_into(&mut section);
                }
                if section == "Bad" || section == "Good" {
                    cases.push(Self { bad: section == "Bad", line: number + 1, ..Self::default() });
                }
            }
        }
        cases.retain(|case| !case.files.is_empty());
        cases
    }

    fn take(&mut self, (info, range, body): (String, std::ops::Range<usize>, String)) {
        let (kind, path) = info.split_once(' ').unwrap_or((&info, ""));
        match kind {
            "yaml" => {
                let path = path.trim_matches(['[', ']']);
                let path = if path.is_empty() { "rules.yaml" } else { path }.to_owned();
                let text = self.marked(&path, &body);
                self.files.insert(path, text);
            }
            "policy" => self.policy = Some(self.marked("groundrules.yaml", &body)),
            "evidence" => self.evidence = Some(body.clone()),
            _ => {}
        }
        self.fences.push((kind.to_owned(), range, body));
    }

    /// The text without its marks.
    fn marked(&mut self, path: &str, body: &str) -> String {
        let mut text = String::new();
        let mut line = 1;
        for raw in body.lines() {
            let Some((code, mark)) = raw.split_once("#~") else {
                text.push_str(raw);
                text.push('\n');
                line += 1;
                continue;
            };
            let up = mark.bytes().take_while(|byte| *byte == b'^').count() as u32;
            let words = mark[up as usize..].trim().to_owned();
            self.marks.push(Mark { path: path.to_owned(), line: line - up, words });
            if !code.trim().is_empty() {
                text.push_str(code.trim_end());
                text.push('\n');
                line += 1;
            }
        }
        text
    }

    /// A fence of that kind: its place and its body.
    pub fn fence(&self, kind: &str) -> Option<(&std::ops::Range<usize>, &str)> {
        self.fences.iter().find(|(other, ..)| other == kind).map(|(_, range, body)| (range, body.as_str()))
    }

    /// Rewrites a fence on the page, or adds it after the case's last one (`diff` comes after all others); an empty body takes it
    /// away. Called from the last fence to the first, so that offsets stay.
    pub fn replace(&self, page: &mut String, kind: &str, body: &str) {
        let fence = if body.is_empty() { String::new() } else { format!("```{kind}\n{body}```\n") };
        if let Some((range, _)) = self.fence(kind) {
            page.replace_range(range.clone(), &fence);
        } else {
            let others = self.fences.iter().filter(|(kind, ..)| kind != "diff");
            let end = others.map(|(_, range, _)| range.end).max().unwrap_or(page.len());
            page.insert_str(end, &format!("\n{fence}"));
        }
    }
}

/// A case that was run.
pub struct Ran {
    workspace: Workspace,
    policy: Policy,
    evidence: Evidence,
    id: String,
}

/// The day of every case.
pub const TODAY: Date = date(2026, 11, 21);

/// Reads a case and its evidence; only the lint rule of that id runs.
pub fn run(case: &Case, id: &str) -> Ran {
    let mut workspace = Workspace::default();
    let mut policy = Policy::default();
    if let Some(text) = &case.policy {
        let source = Source::new("groundrules.yaml", text.as_str());
        let (loaded, mistakes) = policy::load(&source, SourceId(0));
        assert!(mistakes.is_empty(), "the policy of the case has mistakes: {mistakes:?}");
        policy = loaded;
        workspace.sources.push(source);
    }
    for (path, text) in &case.files {
        let source = Source::new(path.as_str(), text.as_str());
        let id = SourceId(workspace.sources.len() as u32);
        workspace.files.push(lower::lower(&source, id, &lower::Options::default()));
        workspace.paths.push(path.clone());
        workspace.sources.push(source);
    }
    workspace.parts.push(Part { root: ".".to_owned(), files: 0..workspace.files.len(), whole: true });
    // Lint rules about waivers and the policy judge what the others left unused, so all run.
    let about_others = id.starts_with("waiver-") || id.starts_with("policy-");
    if !about_others {
        policy.only(&[id.to_owned()]).expect("the id of a lint rule");
    }
    let mut evidence = case.evidence.as_deref().map(|text| evidence(text, &workspace)).unwrap_or_default();
    for page in evidence.orphans.values_mut().flatten() {
        page.mapping = policy.links.mappings.first().and_then(|mapping| mapping.span);
    }
    Ran { workspace, policy, evidence, id: id.to_owned() }
}

impl Ran {
    pub fn report(&self) -> Report<'_> {
        let setups = [&self.policy.setup];
        let input = Input { workspace: &self.workspace, setups: &setups, evidence: &self.evidence, today: TODAY };
        let mut report = lint::run(&input);
        report.suggestions = lint::suggestions(&input);
        report.findings.retain(|finding| finding.diagnostic.rule == self.id);
        report
    }

    /// The fixes of all findings, as changed lines.
    pub fn fixes(&self, report: &Report<'_>) -> String {
        let mut out = String::new();
        for finding in &report.findings {
            let Some(fix) = &finding.diagnostic.fix else { continue };
            let mut by_source: BTreeMap<SourceId, Vec<_>> = BTreeMap::new();
            fix.edits.iter().for_each(|edit| by_source.entry(edit.span.source).or_default().push(edit));
            for (id, mut edits) in by_source {
                edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
                let old = self.workspace.source(id).text();
                let mut new = old.to_owned();
                for edit in edits {
                    new.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
                }
                diff(old, &new, &mut out);
            }
        }
        out
    }
}

/// The lines that differ, with one line before: enough for a page.
fn diff(old: &str, new: &str, out: &mut String) {
    let (a, b): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    if let Some(before) = head.checked_sub(1) {
        out.extend(["  ", a[before], "\n"]);
    }
    a[head..a.len() - tail].iter().for_each(|line| out.extend(["- ", line, "\n"]));
    b[head..b.len() - tail].iter().for_each(|line| out.extend(["+ ", line, "\n"]));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    #[serde(default)]
    runbooks: BTreeMap<String, Said>,
    /// Pages that no alert links, with the reference that leads to each.
    #[serde(default)]
    orphans: BTreeMap<String, String>,
    history: Option<Fired>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    verdict: String,
    page: String,
    reason: String,
    anchor: Option<String>,
    near: Option<String>,
    moved_to: Option<String>,
    /// The day of its last change.
    changed: Option<String>,
    /// The page, in Markdown.
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fired {
    days: i64,
    /// So many days ago.
    #[serde(default)]
    ended: i64,
    /// Alerts that were changed, so many days ago.
    #[serde(default)]
    changed: BTreeMap<String, i64>,
    /// All waivers were written so many days ago.
    granted: Option<i64>,
    episodes: Vec<Fire>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fire {
    rule: String,
    labels: BTreeMap<String, String>,
    /// First and last hour of the window in which it fired.
    hours: (f64, f64),
    /// So many times, every so many hours.
    #[serde(default = "once")]
    repeat: (u32, f64),
    #[serde(default = "firing")]
    state: String,
    #[serde(default)]
    acked: bool,
}

fn once() -> (u32, f64) {
    (1, 0.0)
}

fn firing() -> String {
    "firing".to_owned()
}

fn evidence(text: &str, workspace: &Workspace) -> Evidence {
    let facts: Facts = serde_yaml::from_str(text).expect("the evidence of the case is readable");
    let verdicts = [
        Verdict::Alive,
        Verdict::Dead,
        Verdict::AnchorMissing,
        Verdict::LoginWall,
        Verdict::Soft404,
        Verdict::Blocked,
        Verdict::RateLimited,
        Verdict::Unsafe,
        Verdict::Unverified,
    ];
    let mut evidence = Evidence::default();
    for (reference, said) in facts.runbooks {
        let verdict = verdicts.into_iter().find(|verdict| verdict.as_str() == said.verdict).expect("a verdict");
        let facts = said.text.map(|text| page::read("page.md", &text, Anchors::Github).facts);
        let changed_at = said.changed.map(|day| history::parse_time(&format!("{day}T00:00:00Z")).unwrap() / 1000);
        let Said { anchor, near, moved_to, .. } = said;
        let answer =
            Answer { anchor, near, moved_to, changed_at, facts, ..Answer::new(verdict, said.page, said.reason) };
        evidence.runbooks.insert(Question::new(&reference, ".", std::iter::empty::<(String, String)>()), answer);
    }
    if let Some(fired) = &facts.history {
        evidence.history = Some(snapshot(fired));
        let end = history::parse_time("2026-11-21T00:00:00Z").unwrap();
        for file in &workspace.files {
            let waivers = waiver::of_file(file, workspace.source(file.source)).into_iter();
            let granted = fired.granted.map(|days| end - days * history::DAY);
            evidence.granted.extend(waivers.filter_map(|one| Some(((file.source, one.span.start), granted?))));
            for (index, rule) in file.rules.iter().enumerate() {
                let since = fired.changed.get(rule.name.value()).map(|days| end - days * history::DAY);
                let past = history::Past { since, names: Vec::new() };
                evidence.pasts.insert((file.source, index as u32), past);
            }
        }
    }
    let orphan = |(file, reference)| TreePage { file, reference: Some(reference), mapping: None };
    evidence.orphans.insert(".".to_owned(), facts.orphans.into_iter().map(orphan).collect());
    evidence
}

/// A snapshot that ends at midnight of the day of the case.
fn snapshot(fired: &Fired) -> history::History {
    let end = history::parse_time("2026-11-21T00:00:00Z").unwrap() - fired.ended * history::DAY;
    let start = end - fired.days * history::DAY;
    let window = serde_json::json!({ "from": history::print_time(start), "to": history::print_time(end) });
    let head = serde_json::json!({
        "schema_version": 1, "kind": "groundrules-history", "window": window, "coverage": [window],
        "source": "a page", "tool": "groundrules",
    });
    let mut lines: Vec<(String, i64, String)> = Vec::new();
    for Fire { rule, labels, hours, repeat, state, acked } in &fired.episodes {
        let mut labels = labels.clone();
        labels.insert("alertname".to_owned(), rule.clone());
        for time in 0..repeat.0 {
            let later = f64::from(time) * repeat.1;
            let [first, last] =
                [hours.0, hours.1].map(|hours| start + ((hours + later) * 3600.0).round() as i64 * SECOND);
            let mut line = serde_json::json!({
                "rule": rule, "labels": labels, "state": state, "first": first / 1000, "last": last / 1000, "samples": 1, "open": false,
            });
            if *acked {
                line["acked_at"] = (first / 1000 + 60).into();
            }
            lines.push((format!("{rule}{labels:?}"), first, line.to_string()));
        }
    }
    lines.sort();
    let text: String = std::iter::once(head.to_string())
        .chain(lines.into_iter().map(|(.., line)| line))
        .fold(String::new(), |text, line| text + &line + "\n");
    history::read(text.as_bytes()).expect("the history of the case is readable")
}
