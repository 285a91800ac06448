use super::*;
use crate::evidence::links::Question;

fn fault(reference: &str) -> (FaultKind, &str, Option<String>) {
    match form(reference) {
        Form::Placeholder(f) | Form::Malformed(f) | Form::Unsafe(f) => (f.kind, &reference[f.range.range()], f.fixed),
        other => panic!("{reference:?} is {other:?}"),
    }
}

#[test]
fn urls_and_paths_are_themselves() {
    for url in [
        "https://wiki.acme.io/runbooks/disk#full",
        "http://wiki/x",
        "https://wiki.acme.io:8443/a%20b/?q=1&key=OPS#L12",
        "https://wiki.acme.io/#/route?x=y",
        "https://wiki.acme.io/w/index.php?title=Übung",
        "HTTPS://wiki.acme.io/a_(b)",
        " https://wiki.acme.io/x\n",
        "https://wiki.acme.io/todo-list",
        "https://wiki.acme.io/x#\"Up\"_over_90%",
    ] {
        assert_eq!(form(url), Form::Url, "{url}");
    }
    for path in
        ["docs/disk.md", "/docs/disk.md#full", "./a/b", "README.md", "TODO/disk.md", "../x/y.md", "docs/a.md?x=1"]
    {
        assert_eq!(form(path), Form::Path, "{path}");
    }
    for template in [
        "https://wiki.acme.io/x?job={{ $labels.job }}",
        "{{ $labels.url }}",
        "docs/{{ $labels.type }}/README.md",
        "https://wiki.acme.io/${COMPONENT}/x",
        "https://$HOST/x",
        "https://[[ .Host ]]/x",
        "https://wiki.acme.io/x?q={{ printf \"}} %s\" $value }}&r=1",
    ] {
        assert_eq!(form(template), Form::Templated, "{template}");
    }
}

#[test]
fn placeholders_are_named() {
    for word in ["TODO", "tbd", "N/A", "n/a.", "-", "?", "none", "Null", "<TODO>", "coming soon", "..."] {
        assert_eq!(fault(word), (FaultKind::Word, word, None));
    }
    assert_eq!(fault(" TODO: write this page"), (FaultKind::Word, "TODO", None));
    assert_eq!(fault("").0, FaultKind::Empty);
    assert_eq!(fault("https://runbooks.example.com/x"), (FaultKind::ExampleHost, "runbooks.example.com", None));
    assert_eq!(fault("https://wiki.acme.io/runbooks/TODO"), (FaultKind::Example, "TODO", None));
    assert_eq!(fault("https://wiki.acme.io/{alert}"), (FaultKind::Example, "{alert}", None));
    assert_eq!(fault("https://<host>/x"), (FaultKind::Example, "<host>", None));
    assert_eq!(fault("docs/<path-to-runbook>.md"), (FaultKind::Example, "<path-to-runbook>", None));
    assert_eq!(fault("docs/TODO"), (FaultKind::Example, "TODO", None));
}

#[test]
fn mistakes_are_pointed_at_and_mended() {
    let fixed = |s: &str| Some(s.to_owned());
    assert_eq!(
        fault("<https://wiki.acme.io/x|runbook>"),
        (FaultKind::Markup, "<https://wiki.acme.io/x|runbook>", fixed("https://wiki.acme.io/x"))
    );
    assert_eq!(fault("[disk](https://wiki.acme.io/x)").2, fixed("https://wiki.acme.io/x"));
    assert_eq!(fault("'https://wiki.acme.io/x'").2, fixed("https://wiki.acme.io/x"));
    assert_eq!(fault("Restart it, then look at the graphs.").0, FaultKind::Prose);
    assert_eq!(fault("See https://wiki.acme.io/x.").2, fixed("https://wiki.acme.io/x"));
    assert_eq!(fault("https://a.acme.io/x, https://b.acme.io/y"), (FaultKind::Several, "https://b.acme.io/y", None));
    assert_eq!(fault("https://wiki.acme.io/disk full"), (FaultKind::Whitespace, " ", None));
    assert_eq!(
        fault("https://wiki.acme.io/x#full?job={{ $labels.job }}"),
        (
            FaultKind::FragmentBeforeQuery,
            "#full?job={{ $labels.job }}",
            fixed("https://wiki.acme.io/x?job={{ $labels.job }}#full")
        )
    );
    assert_eq!(fault("htps://wiki.acme.io/x"), (FaultKind::Scheme, "htps", fixed("https://wiki.acme.io/x")));
    assert_eq!(fault("https:/wiki.acme.io/x").2, fixed("https://wiki.acme.io/x"));
    assert_eq!(fault("https://https://wiki.acme.io/x").2, fixed("https://wiki.acme.io/x"));
    assert_eq!(fault("github.com/acme/runbooks/disk.md").2, fixed("https://github.com/acme/runbooks/disk.md"));
    assert_eq!(fault("mailto:ops@acme.io"), (FaultKind::Scheme, "mailto", None));
    assert_eq!(fault("ops@acme.io").0, FaultKind::Prose);
    assert_eq!(fault("#alerts-prod").0, FaultKind::Prose);
    assert_eq!(fault("DiskFull").0, FaultKind::BareWord);
    assert_eq!(fault("docs\\disk.md"), (FaultKind::Character, "\\", fixed("docs/disk.md")));
    assert_eq!(fault("https://wiki.acme.io/a\u{200b}b").2, fixed("https://wiki.acme.io/ab"));
    assert_eq!(fault("https://wiki.acme.io/100%"), (FaultKind::PercentEncoding, "%", None));
    assert_eq!(fault("https://wiki.acme.io/a`b"), (FaultKind::Character, "`", None));
    assert_eq!(fault("https://wiki.acme.io/x#y\"").2, fixed("https://wiki.acme.io/x#y"));
    assert_eq!(fault("https://wiki.acme.io:99999/x"), (FaultKind::Host, "wiki.acme.io:99999", None));
    assert_eq!(fault("https:///x").0, FaultKind::Scheme);
}

#[test]
fn what_must_not_be_asked_is_unsafe_and_not_repeated() {
    for (url, range) in [
        ("https://ops:hunter2@wiki.acme.io/x", "ops:hunter2"),
        ("https://wiki.acme.io/x?a=1&access_token=hunter2", "hunter2"),
    ] {
        let Form::Unsafe(f) = form(url) else { panic!("{url}") };
        assert_eq!((f.kind, &url[f.range.range()]), (FaultKind::Credentials, range));
        assert!(!format!("{} {}", f.message, f.help).contains("hunter2"));
        assert!(!redact(url).contains("hunter2"));
    }
    assert!(matches!(form("javascript:alert(1)"), Form::Unsafe(_)));
    assert!(matches!(form("file:///etc/passwd"), Form::Unsafe(_)));
}

#[test]
fn questions_keep_only_the_labels_that_decide() {
    let labels = [("job", "api"), ("team", "ops")];
    let question = Question::new(" docs/{{ $labels.job }}.md ", ".", labels);
    assert_eq!(question.labels().len(), 1);
    assert_eq!(question.reference(), "docs/{{ $labels.job }}.md");
    assert_eq!(Question::new("docs/x.md", ".", labels), Question::new("docs/x.md", ".", [("a", "b")]));
}

#[test]
fn no_text_panics() {
    for text in [
        "{{", "}}", "%%", "((", "<", "<>", "[](", "[]()", "'", "''", "#", "?", "://", "a://", "http://", "é{{é", "$",
        "${",
    ] {
        let _ = (form(text), redact(text), Question::new(text, "", [("a", "b")]));
        let twice = format!("{text}{text}");
        let _ = (form(&twice), redact(&twice));
    }
}
