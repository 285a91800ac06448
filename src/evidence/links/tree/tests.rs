use super::super::files::Memory;
use super::super::settings::Given;
use super::*;

const DISK: &str = "# Disk\n\n## Meaning\n\nIt is full.\n\n## Alert Name: \"DiskFull\"\n";

fn files() -> Memory {
    Memory::of(&[
        ("repo/docs/disk.md", DISK),
        ("repo/docs/net.md", "# Net\n\n## Packet loss\n"),
        ("repo/docs/sub/README.md", "# Sub\n"),
        ("repo/alerts/a.yaml", "groups: []\n"),
        ("site/content/runbooks/disk/DiskFull.md", DISK),
        ("site/content/runbooks/disk/_index.md", "# All of disk\n"),
        ("site/content/runbooks/net/bundle/index.md", "# Bundle\n"),
        ("site/content/runbooks/empty/deep/x.md", "# X\n"),
        ("site/content/runbooks/net/slow.md", "---\nslug: crawling\naliases: [/runbooks/network/slow]\n---\n# Slow\n"),
        ("site/content/runbooks/net/Two Words.md", "# Two\n"),
        ("mixin/runbook.md", DISK),
    ])
}

fn settings(mappings: &str) -> Settings {
    let mut settings: Settings = serde_json::from_str(mappings).unwrap();
    settings.given = Given { trusted: true, ..Given::default() };
    settings
}

const MAPPED: &str = r#"{"mappings": [
    {"from": "https://runbooks.acme.io/runbooks/{component}/{alert}", "tree": "site", "case": "lower",
     "to": "content/runbooks/{component}/{alert}.md"},
    {"from": "https://runbooks.acme.io/runbooks/{component}", "tree": "site", "to": "content/runbooks/{component}"},
    {"from": "https://github.com/acme/mixin/(blob|tree)/{ref}/{path...}", "tree": "mixin", "to": "{path...}"},
    {"from": "playbooks/{page...}", "tree": "repo", "to": "docs/{page...}"},
    {"from": "https://gone.acme.io/{x}", "tree": "nowhere", "to": "{x}.md"}
]}"#;

fn one(settings: &Settings, reference: &str, labels: &[(&str, &str)]) -> Answer {
    let question = Question::new(reference, "repo", labels.iter().copied());
    resolve([&question], settings, &files()).remove(&question).unwrap()
}

fn verdict(settings: &Settings, reference: &str) -> (Verdict, Option<String>) {
    let answer = one(settings, reference, &[]);
    (answer.verdict, answer.near)
}

fn near(verdict: Verdict, reference: &str) -> (Verdict, Option<String>) {
    (verdict, Some(reference.to_owned()))
}

#[test]
fn paths_are_looked_for_in_the_repository() {
    let plain = Settings::default();
    assert_eq!(verdict(&plain, "docs/disk.md"), (Verdict::Alive, None));
    assert_eq!(verdict(&plain, "/docs/disk.md?plain=1#meaning"), (Verdict::Alive, None));
    assert_eq!(verdict(&plain, "./docs/disk"), (Verdict::Alive, None));
    assert_eq!(verdict(&plain, "docs/sub"), (Verdict::Alive, None));
    assert_eq!(verdict(&plain, "docs/disk.md#L12-L14"), (Verdict::Alive, None));
    assert_eq!(verdict(&plain, "docs/disk.md#Meaning"), near(Verdict::AnchorMissing, "docs/disk.md#meaning"));
    assert_eq!(verdict(&plain, "docs/disk.md#packet-loss"), near(Verdict::AnchorMissing, "docs/net.md#packet-loss"));
    assert_eq!(verdict(&plain, "docs/Disk.md"), near(Verdict::Dead, "docs/disk.md"));
    assert_eq!(verdict(&plain, "docs/sub/disk.md"), near(Verdict::Dead, "docs/disk.md"));
    assert_eq!(verdict(&plain, "docs/memory.md"), (Verdict::Dead, None));
    assert_eq!(one(&plain, "docs/disk.md#meaning", &[]).page, one(&plain, "docs/disk", &[]).page);
}

#[test]
fn dead_is_said_only_where_it_is_sure() {
    let plain = Settings::default();
    for reference in ["runbooks/disk.md", "disk.md", "DiskFull", "TODO", "see the wiki", "{{ $labels.page }}"] {
        assert_eq!(verdict(&plain, reference).0, Verdict::Unverified, "{reference}");
    }
    let based = settings(r#"{"bases": ["repo/docs"]}"#);
    assert_eq!(verdict(&based, "disk.md"), (Verdict::Alive, None));
    assert_eq!(verdict(&based, "memory.md"), (Verdict::Dead, None));
    let web = settings(r#"{"bases": ["https://ops.acme.io/"]}"#);
    let answer = one(&web, "docs/memory", &[]);
    assert_eq!(
        (answer.verdict, answer.asked, answer.page.as_str()),
        (Verdict::Unverified, false, "https://ops.acme.io/docs/memory")
    );
    assert_eq!(verdict(&settings(MAPPED), "https://gone.acme.io/x").0, Verdict::Unverified);
}

#[test]
fn urls_are_looked_for_in_mapped_trees() {
    let mapped = settings(MAPPED);
    let alive = (Verdict::Alive, None);
    assert_eq!(verdict(&mapped, "https://runbooks.acme.io/runbooks/disk/diskfull/#meaning"), alive);
    assert_eq!(verdict(&mapped, "https://runbooks.acme.io/runbooks/disk/"), alive);
    for page in ["net/bundle?x=y", "net/bundle/index.html", "net/crawling/", "network/slow", "net/two-words"] {
        assert_eq!(verdict(&mapped, &format!("https://runbooks.acme.io/runbooks/{page}")), alive, "{page}");
    }
    assert_eq!(verdict(&mapped, "https://github.com/acme/mixin/tree/main/runbook.md#alert-name-diskfull"), alive);
    assert_eq!(verdict(&mapped, "https://github.com/acme/mixin/blob/main/"), alive);
    assert_eq!(verdict(&mapped, "playbooks/disk.md"), alive);
    assert_eq!(
        verdict(&mapped, "https://runbooks.acme.io/runbooks/disk/DiskFull"),
        near(Verdict::Dead, "https://runbooks.acme.io/runbooks/disk/diskfull")
    );
    assert_eq!(
        verdict(&mapped, "https://runbooks.acme.io/runbooks/disk/diskful#meaning"),
        near(Verdict::Dead, "https://runbooks.acme.io/runbooks/disk/diskfull#meaning")
    );
    assert_eq!(
        verdict(&mapped, "https://github.com/acme/mixin/tree/main/Runbook.md"),
        near(Verdict::Dead, "https://github.com/acme/mixin/tree/main/runbook.md")
    );
    assert_eq!(
        verdict(&mapped, "https://github.com/acme/mixin/tree/main/runbook"),
        near(Verdict::Dead, "https://github.com/acme/mixin/tree/main/runbook.md"),
        "a forge knows full names only"
    );
    assert_eq!(
        verdict(&mapped, "https://github.com/acme/mixin/tree/main/runbook.md#alert-name-DiskFull"),
        near(Verdict::AnchorMissing, "https://github.com/acme/mixin/tree/main/runbook.md#alert-name-diskfull")
    );
    assert_eq!(verdict(&mapped, "https://runbooks.acme.io/runbooks/empty").0, Verdict::Unverified, "no index page");
    let elsewhere = one(&mapped, "https://wiki.acme.io/x", &[]);
    assert_eq!((elsewhere.verdict, elsewhere.asked, elsewhere.via), (Verdict::Unverified, false, None));
}

#[test]
fn templates_are_settled_by_labels_or_by_their_prefix() {
    let mapped = settings(MAPPED);
    let url = "https://runbooks.acme.io/runbooks/{{ $labels.component }}/diskfull";
    assert_eq!(one(&mapped, url, &[("component", "disk")]).verdict, Verdict::Alive);
    assert_eq!(one(&mapped, url, &[("component", "net")]).verdict, Verdict::Dead);
    assert_eq!(one(&mapped, url, &[]).verdict, Verdict::Unverified);
    let page = |reference| one(&mapped, reference, &[]).verdict;
    assert_eq!(page("https://runbooks.acme.io/runbooks/disk/{{ $labels.alertname }}"), Verdict::Unverified);
    assert_eq!(page("https://runbooks.acme.io/runbooks/cpu/{{ $labels.alertname }}"), Verdict::Dead, "no such folder");
    assert_eq!(page("docs/{{ $labels.type }}/README.md"), Verdict::Unverified);
    assert_eq!(page("docs/none/{{ $labels.type }}.md"), Verdict::Dead);
    assert_eq!(page("docs/disk.md?job={{ $labels.job }}#meaning"), Verdict::Alive);
    assert_eq!(page("docs/disk.md#{{ $labels.job }}"), Verdict::Unverified);
    assert_eq!(page("docs/memory.md#{{ $labels.job }}"), Verdict::Dead);
}

#[test]
fn nothing_leads_out_of_a_tree_or_to_the_machine() {
    let mapped = settings(MAPPED);
    for reference in [
        "../secret.md",
        "docs/../../secret.md",
        "docs/%2e%2e/%2e%2e/secret.md",
        "playbooks/..%2f..%2fsecret.md",
        "https://runbooks.acme.io/runbooks/disk/..%2F..%2Fsecret",
        "https://runbooks.acme.io/runbooks/disk/a%5cb",
        "http://127.0.0.1/x",
        "http://2130706433/x",
        "http://[::ffff:169.254.169.254]/latest/meta-data",
        "https://ops:hunter2@wiki.acme.io/x",
        "file:///etc/passwd",
    ] {
        let answer = one(&mapped, reference, &[]);
        assert_eq!((answer.verdict, answer.via), (Verdict::Unsafe, Some(Via::Refused)), "{reference}");
        assert!(!format!("{answer:?}").contains("hunter2"));
    }
    assert_eq!(one(&mapped, "docs/{{ $labels.x }}", &[("x", "../../secret")]).verdict, Verdict::Unsafe);
    let mut private = Settings::default();
    private.given.allow_private = true;
    assert_eq!(verdict(&private, "http://10.0.0.1/x").0, Verdict::Unverified);
}

#[test]
fn pages_that_nothing_links_are_listed() {
    let mapped = settings(MAPPED);
    let of = |references: &[&str]| {
        let questions: Vec<Question> =
            references.iter().map(|text| Question::new(text, "repo", [("a", "b")])).collect();
        let answers = resolve(&questions, &mapped, &files());
        let linked = answers.values().filter_map(Answer::file).collect();
        let pages = unlinked(&linked, "repo", &mapped, &files());
        pages.into_iter().map(|page| (page.file, page.reference)).collect::<Vec<_>>()
    };
    let page = |file: &str, reference: Option<&str>| (file.to_owned(), reference.map(String::from));
    let site = [
        page("site/content/runbooks/net/Two Words.md", Some("https://runbooks.acme.io/runbooks/net/two%20words")),
        page("site/content/runbooks/net/slow.md", Some("https://runbooks.acme.io/runbooks/net/slow")),
    ];
    assert_eq!(of(&["https://runbooks.acme.io/runbooks/disk/diskfull"]), site, "only what a pattern names in full");
    let beside = of(&["https://runbooks.acme.io/runbooks/disk/diskfull", "playbooks/net.md"]);
    assert_eq!(beside[0], page("repo/docs/disk.md", Some("playbooks/disk.md")), "it lies beside a linked page");
    assert_eq!(beside[1..], site);
}

#[test]
fn settings_are_read_and_mistakes_in_them_told() {
    let read = |text: &str| serde_json::from_str::<Settings>(text).map_err(|error| error.to_string());
    let good = read(r#"{"deadline": "2m", "hosts": {"*.acme.io": {"concurrency": 2, "interval": "1s"}}}"#).unwrap();
    let url = Url::parse("https://wiki.ops.acme.io/x").unwrap();
    assert_eq!(good.host(&url).and_then(|host| host.concurrency), Some(2));
    assert!(read(r#"{"deadline": "2 minutes"}"#).unwrap_err().contains("5m"));
    assert!(read(r#"{"host": {}}"#).unwrap_err().contains("unknown field"));
    assert!(read(r#"{"mappings": [{"from": "a/{x", "to": "b"}]}"#).unwrap_err().contains("never closed"));
}
