//! Where a question points once its templates are settled.

use std::borrow::Cow;

use url::Url;

use super::address::decode;
use super::form::{FaultKind, Form, form_under, label_read, masked, parts, redact, tail, templates};
use super::mapping::Mapping;
use super::page::is_anchor;
use super::{Answer, Question, Verdict, Via};

/// Stands for a template in the path whose value is not known. No file has it in its name (a private-use character).
pub const HOLE: char = '\u{f8ff}';

/// A place to look at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// Where.
    pub place: Place,
    /// The anchor, decoded; none for fragments that lead to no place of the page.
    pub anchor: Option<String>,
    /// Whether the anchor is decided by a template.
    pub anchor_open: bool,
    /// Whether the page is decided by a template: the place holds a [`HOLE`].
    pub page_open: bool,
}

/// A URL without fragment, or a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// `http` or `https`.
    Url(Url),
    /// A path as written, without query and fragment.
    Path(String),
}

impl Target {
    /// Of a question under the mappings of a policy; the answer where the reference's form alone settles it.
    pub fn of(question: &Question, mappings: &[Mapping]) -> Result<Self, Box<Answer>> {
        let reference = question.reference();
        match form_under(reference, mappings) {
            Form::Unsafe(fault) => return Err(refused(question, fault.message)),
            Form::Malformed(fault) if fault.kind == FaultKind::BareWord => {}
            Form::Placeholder(fault) | Form::Malformed(fault) => {
                return Err(settled(question, format!("not a reference: {}", fault.message)));
            }
            Form::Url | Form::Path | Form::Templated => {}
        }
        let text = filled(question);
        let holes = templates(&text);
        let plain = masked(&text, &holes);
        let start = parts(&plain).map_or(0, |parts| parts.path.start);
        let (query, fragment) = tail(&plain, start);
        let within = |range: &std::ops::Range<usize>| holes.iter().any(|h| h.start < range.end && range.start < h.end);
        let page_end =
            [&query, &fragment].into_iter().flatten().map(|range| range.start - 1).min().unwrap_or(text.len());
        if within(&(0..start)) || holes.first().is_some_and(|hole| hole.start == 0 && page_end > 0) {
            return Err(settled(question, "a template decides the host".to_owned()));
        }
        if start > 0 && text.get(start..page_end).is_some_and(climbs) {
            return Err(refused(question, "the path holds `..`"));
        }
        let mut page = String::new();
        let mut at = 0;
        for hole in holes.iter().filter(|hole| hole.start < page_end) {
            page.push_str(&text[at..hole.start]);
            page.push(HOLE);
            at = hole.end;
        }
        let page_open = at > 0;
        page.push_str(text.get(at..page_end).unwrap_or_default());
        if start > 0
            && let Some(query) = query
        {
            let fixed = pairs(&text[query.clone()], query.start, &within);
            if !fixed.is_empty() {
                page.push('?');
                page.push_str(&fixed.join("&"));
            }
        }
        let anchor_open = fragment.as_ref().is_some_and(within);
        let anchor = fragment
            .filter(|_| !anchor_open)
            .map(|range| decode(&text[range]).into_owned())
            .filter(|text| is_anchor(text));
        let place = if start > 0 {
            let url = Url::parse(&page).map_err(|error| settled(question, format!("not a URL: {error}")))?;
            if !url.username().is_empty() || url.password().is_some() {
                return Err(refused(question, "a label brings a credential into the URL"));
            }
            Place::Url(url)
        } else {
            Place::Path(page)
        };
        Ok(Self { place, anchor, anchor_open, page_open })
    }
}

/// Whether a segment of a URL's path is `..`, in any spelling: whoever opens the URL takes it away before anybody sees it.
fn climbs(path: &str) -> bool {
    // Three dots and more are a name; a `..` of any spelling is decoded or holds something that is taken away.
    let mut segments = path.split(['/', '\\']).filter(|segment| segment.contains(['.', '%']));
    segments.any(|segment| decode(segment).replace(['\t', '\n', '\r'], "") == "..")
}

/// The pairs of a query that hold no template.
fn pairs<'a>(query: &'a str, start: usize, within: &dyn Fn(&std::ops::Range<usize>) -> bool) -> Vec<&'a str> {
    let mut at = start;
    let mut kept = Vec::new();
    for pair in query.split('&') {
        if !within(&(at..at + pair.len())) && !pair.is_empty() {
            kept.push(pair);
        }
        at += pair.len() + 1;
    }
    kept
}

/// The reference with the known labels in their places.
fn filled(question: &Question) -> String {
    let reference = question.reference();
    let mut out = String::with_capacity(reference.len());
    let mut at = 0;
    for range in templates(reference) {
        let value = label_read(&reference[range.clone()]).and_then(|name| question.labels().get(name));
        if let Some(value) = value {
            out.push_str(&reference[at..range.start]);
            out.push_str(value);
            at = range.end;
        }
    }
    out.push_str(&reference[at..]);
    out
}

/// The page of a reference as it is written: without fragment and credentials.
pub fn page_of(reference: &str) -> String {
    redact(reference.split('#').next().unwrap_or_default())
}

fn settled(question: &Question, reason: String) -> Box<Answer> {
    Box::new(Answer::new(Verdict::Unverified, page_of(question.reference()), reason))
}

/// The answer to what is not even asked.
pub fn refused(question: &Question, reason: impl Into<Cow<'static, str>>) -> Box<Answer> {
    let mut answer = Answer::new(Verdict::Unsafe, page_of(question.reference()), reason);
    answer.via = Some(Via::Refused);
    Box::new(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(reference: &str, labels: &[(&str, &str)]) -> Result<(String, Option<String>, bool, bool), String> {
        let question = Question::new(reference, ".", labels.iter().copied());
        let target = Target::of(&question, &[]).map_err(|answer| answer.reason)?;
        let place = match target.place {
            Place::Url(url) => url.to_string(),
            Place::Path(path) => path,
        };
        Ok((place, target.anchor, target.anchor_open, target.page_open))
    }

    #[test]
    fn templates_are_settled_where_labels_decide() {
        let some = |s: &str| Some(s.to_owned());
        let url = |s: &str| s.to_owned();
        assert_eq!(
            of("https://a.io/{{ $labels.job }}#{{ .Labels.job }}", &[("job", "api")]),
            Ok((url("https://a.io/api"), some("api"), false, false))
        );
        assert_eq!(
            of("https://a.io/x?a=1&job={{ $labels.job }}&b=2#c%20d", &[]),
            Ok((url("https://a.io/x?a=1&b=2"), some("c d"), false, false))
        );
        assert_eq!(of("https://a.io/x#{{ $labels.job }}", &[]), Ok((url("https://a.io/x"), None, true, false)));
        assert_eq!(of("docs/{{ $labels.type }}/a.md#L12", &[]), Ok((format!("docs/{HOLE}/a.md"), None, false, true)));
        assert!(of("https://{{ $labels.host }}/x", &[]).unwrap_err().contains("host"));
        assert!(of("{{ $labels.url }}", &[]).is_err());
        assert_eq!(of("docs/a.md?x={{ $value }}#b", &[]), Ok(("docs/a.md".into(), some("b"), false, false)));
    }

    #[test]
    fn a_label_can_not_lead_out_or_hide_a_credential() {
        let (place, ..) = of("docs/{{ $labels.a }}.md", &[("a", "../../etc/passwd")]).unwrap();
        assert_eq!(place, "docs/../../etc/passwd.md", "the address refuses it later");
        for path in ["../b", "a/../b", "%2e%2e/b", ".%2E", "a/..#b", "a\\..\\b"] {
            let found = of("https://a.io/{{ $labels.a }}", &[("a", path)]);
            assert_eq!(found.unwrap_err(), "the path holds `..`", "{path}");
        }
        assert!(of("https://a.io/a..b/...?x=/../y#/../z", &[]).is_ok(), "only a whole segment of the path climbs");
        assert!(of("https://{{ $labels.a }}/", &[("a", "b:c@evil.io")]).unwrap_err().contains("credential"));
    }
}
