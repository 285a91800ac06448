//! Forges: what their 404 is worth, and where the text behind a page lies.
//!
//! GitHub and GitLab answer 404 for private projects, so a stranger's 404 counts only where the project itself shows. Both
//! render files by script, so anchors of Markdown are looked up in the file.

use url::Url;

use crate::evidence::links::settings::{Forge, Settings};

/// Wikis that answer "not found" for private pages too.
const SECRETIVE: [&str; 8] =
    ["atlassian.net", "notion.so", "notion.site", "sharepoint.com", "slack.com", "slite.com", "coda.io", "dropbox.com"];

/// A page in a repository of a forge.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct InForge {
    pub(super) forge: Forge,
    /// The page of the project.
    pub(super) project: Url,
    /// The file, where the page shows one.
    pub(super) file: Option<File>,
}

/// A file in a repository.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct File {
    /// Its path.
    pub(super) path: String,
    /// Where its bytes lie.
    pub(super) raw: Url,
    /// Where the forge's API has it, and whether the branch is there.
    pub(super) contents: Url,
    pub(super) commit: Url,
}

/// What kind of forge the host of `url` is.
pub(super) fn kind(url: &Url, settings: &Settings) -> Option<Forge> {
    if let Some(forge) = settings.host(url).and_then(|host| host.forge) {
        return Some(forge);
    }
    let host = url.host_str()?.trim_end_matches('.');
    match host {
        // The last two hide private projects in the same way.
        "github.com" | "raw.githubusercontent.com" | "bitbucket.org" | "codeberg.org" => Some(Forge::Github),
        _ => host.split('.').any(|label| label == "gitlab").then_some(Forge::Gitlab),
    }
}

/// Whether a 404 of this host proves nothing.
pub(super) fn secretive(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
    SECRETIVE.iter().any(|name| host == *name || host.strip_suffix(name).is_some_and(|head| head.ends_with('.')))
}

impl InForge {
    /// The parts of a page of a forge; `None` where no project is named.
    pub(super) fn of(url: &Url, forge: Forge) -> Option<Self> {
        let segments: Vec<&str> = url.path_segments()?.filter(|segment| !segment.is_empty()).collect();
        let (project, rest): (Vec<&str>, &[&str]) = match forge {
            Forge::Github => (segments.get(..2)?.to_vec(), &segments[2..]),
            Forge::Gitlab => {
                let dash = segments.iter().position(|segment| *segment == "-")?;
                (segments[..dash].to_vec(), &segments[dash + 1..])
            }
        };
        let mut page = at(url, &project.join("/"));
        if url.host_str() == Some("raw.githubusercontent.com") {
            page.set_host(Some("github.com")).ok()?;
        }
        let file = match rest {
            ["blob" | "tree" | "raw", reference, path @ ..] if !path.is_empty() => {
                Some(file(url, forge, &project, reference, path))
            }
            _ => None,
        };
        Some(Self { forge, project: page, file })
    }
}

fn file(url: &Url, forge: Forge, project: &[&str], reference: &str, path: &[&str]) -> File {
    let (name, file) = (project.join("/"), path.join("/"));
    let public = url.host_str() == Some("github.com");
    let (raw, contents, commit) = match forge {
        Forge::Github => {
            let base = if public { String::new() } else { "api/v3/".to_owned() };
            (
                format!("{name}/raw/{reference}/{file}"),
                format!("{base}repos/{name}/contents/{file}"),
                format!("{base}repos/{name}/commits/{reference}"),
            )
        }
        Forge::Gitlab => {
            let project = name.replace('/', "%2F");
            (
                format!("{name}/-/raw/{reference}/{file}"),
                format!("api/v4/projects/{project}/repository/files/{}/raw", file.replace('/', "%2F")),
                format!("api/v4/projects/{project}/repository/commits/{reference}"),
            )
        }
    };
    let api = |path: &str| {
        let mut api = at(url, path);
        if public && forge == Forge::Github {
            // The name is a constant that always is a host.
            let _ = api.set_host(Some("api.github.com"));
        }
        api
    };
    let mut contents = api(&contents);
    contents.set_query(Some(&format!("ref={reference}")));
    File { path: file, raw: at(url, &raw), contents, commit: api(&commit) }
}

fn at(url: &Url, path: &str) -> Url {
    let mut page = url.clone();
    page.set_path(path);
    page.set_query(None);
    page.set_fragment(None);
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, forge: Forge) -> Option<InForge> {
        InForge::of(&Url::parse(text).unwrap(), forge)
    }

    #[test]
    fn pages_of_forges_have_a_project_and_a_file() {
        let page = of("https://github.com/acme/docs/blob/main/a/b.md?plain=1", Forge::Github).unwrap();
        assert_eq!(page.project.as_str(), "https://github.com/acme/docs");
        let file = page.file.unwrap();
        assert_eq!(file.raw.as_str(), "https://github.com/acme/docs/raw/main/a/b.md");
        assert_eq!(file.contents.as_str(), "https://api.github.com/repos/acme/docs/contents/a/b.md?ref=main");
        let page = of("https://git.acme.io/acme/docs/tree/main/a", Forge::Github).unwrap();
        assert_eq!(page.file.unwrap().commit.as_str(), "https://git.acme.io/api/v3/repos/acme/docs/commits/main");
        let page = of("https://gitlab.acme.io/a/b/c/-/blob/main/d/e.md", Forge::Gitlab).unwrap();
        assert_eq!(page.project.as_str(), "https://gitlab.acme.io/a/b/c");
        let file = page.file.unwrap();
        assert_eq!(file.raw.as_str(), "https://gitlab.acme.io/a/b/c/-/raw/main/d/e.md");
        assert_eq!(file.contents.path(), "/api/v4/projects/a%2Fb%2Fc/repository/files/d%2Fe.md/raw");
        assert_eq!(of("https://gitlab.acme.io/a/b/c", Forge::Gitlab), None, "where does the project end");
        assert_eq!(of("https://github.com/acme", Forge::Github), None);
    }

    #[test]
    fn forges_and_secretive_wikis_are_known_by_name() {
        let settings = Settings::default();
        let url = |text: &str| Url::parse(text).unwrap();
        assert_eq!(kind(&url("https://github.com/a/b"), &settings), Some(Forge::Github));
        assert_eq!(kind(&url("https://gitlab.acme.io/a/b"), &settings), Some(Forge::Gitlab));
        assert_eq!(kind(&url("https://github.com.evil.io/a/b"), &settings), None);
        assert!(secretive(&url("https://acme.atlassian.net/wiki/x")));
        assert!(!secretive(&url("https://acme.io/atlassian.net")));
    }
}
