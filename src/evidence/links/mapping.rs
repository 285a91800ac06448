//! From a reference to a file: one mapping of the policy, and what its host tells of its rules.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::address::{Address, path};
use super::pattern::{Captures, Pattern};
use super::settings::{Anchors, Case};
use crate::source::Span;

/// Answers references from files: what `from` matches, lies at `to`. The first mapping whose `from` matches decides.
///
/// ```yaml
/// mappings:
///   # A Hugo site: pages are published under the lower-case names of their files.
///   - from: https://runbooks.acme.io/runbooks/{component}/{alert}
///     to: content/runbooks/{component}/{alert}.md
///     tree: ../runbooks
///     case: lower
///   # A checkout of a repository of a forge.
///   - from: https://github.com/acme/docs/(blob|tree)/(main|master)/{path...}
///     to: "{path...}"
///     tree: ../docs
///   # References that are paths, without a host.
///   - from: playbooks/{page...}
///     to: docs/playbooks/{page...}
/// ```
///
/// | key | default | meaning |
/// | --- | --- | --- |
/// | `from` | | a URL, or a path; see [`Pattern`] for `{name}`, `{name...}` and `(a\|b)` |
/// | `to` | | the file below `tree`, with the captures of `from` |
/// | `tree` | the policy's folder | the folder of the files; outside of the repository only with `--config` |
/// | `case` | `exact` | `exact`, `lower` or `ignore`; see [`Case`] |
/// | `extensions` | [`extensions`], none for a forge | what may stand after `to` in a file's name |
/// | `index` | `index`, `_index`, `README`, `readme` | files, without extension, that stand for their folder |
/// | `anchors` | `auto` | `github`, `gitlab`, `hugo`, `mkdocs` or `any`; `auto` tells forges by `from`, else takes any |
///
/// Compared are the host without case and the path without percent-encoding, without `/` or `/index.html` at its end; `http`
/// and `https` are the same. Of the query only the parameters count that `from` names (`?title={page}`); the fragment is the
/// anchor. What a capture brings can't lead out of its place: `..`, `/`, `\` and NUL behind percent-encoding are refused.
///
/// A file is looked for as `to` says; then, if `to` ends with none of the extensions, with each of them; then as a folder (`to`
/// without its extension) with an index file; then by the addresses that pages give themselves in their front matter
/// (`slug`, `url`, `aliases`, `permalink`). A folder without an index file is a page of a forge, and not known elsewhere.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "Raw")]
pub struct Mapping {
    /// Host pattern; none for references that are paths.
    host: Option<Pattern>,
    path: Pattern,
    query: Vec<(String, Pattern)>,
    to: Pattern,
    /// Folder of the files, relative to the policy file.
    pub tree: String,
    /// How files answer.
    pub rules: Rules,
    from: String,
    /// Where the policy says so.
    pub span: Option<Span>,
}

/// How files of a tree answer for pages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rules {
    /// How letters are compared.
    pub case: Case,
    /// What may stand after the path in a file's name.
    pub extensions: Vec<String>,
    /// Names of the files that stand for a folder, without extension.
    pub index: Vec<String>,
    /// How headings become anchors.
    pub anchors: Anchors,
    /// Whether folders are pages of their own, as on forges.
    pub folders: bool,
}

impl Default for Rules {
    fn default() -> Self {
        let index = ["index", "_index", "README", "readme"].map(String::from).to_vec();
        Self { case: Case::Exact, extensions: extensions(), index, anchors: Anchors::Auto, folders: false }
    }
}

/// A mapping as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    from: String,
    to: String,
    #[serde(default)]
    tree: String,
    #[serde(default)]
    case: Case,
    extensions: Option<Vec<String>>,
    index: Option<Vec<String>>,
    #[serde(default)]
    anchors: Anchors,
}

impl TryFrom<Raw> for Mapping {
    type Error = String;

    fn try_from(raw: Raw) -> Result<Self, String> {
        let forge = forge_of(&raw.from, raw.anchors);
        let mut mapping = Self::new(&raw.from, &raw.to)?;
        mapping.tree = raw.tree;
        mapping.rules.case = raw.case;
        mapping.rules.folders = forge.is_some();
        mapping.rules.anchors = forge.filter(|_| raw.anchors == Anchors::Auto).unwrap_or(raw.anchors);
        let usual = || if forge.is_some() { Vec::new() } else { extensions() };
        mapping.rules.extensions = raw.extensions.unwrap_or_else(usual);
        mapping.rules.index = raw.index.unwrap_or(mapping.rules.index);
        Ok(mapping)
    }
}

/// The forge whose rules a mapping follows, by its anchors or its host: it shows files under their full names, and folders.
fn forge_of(from: &str, anchors: Anchors) -> Option<Anchors> {
    let host = from.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    match anchors {
        Anchors::Github | Anchors::Gitlab => Some(anchors),
        Anchors::Auto if host == "github.com" || host.starts_with("github.") => Some(Anchors::Github),
        Anchors::Auto if host.split('.').any(|label| label == "gitlab") => Some(Anchors::Gitlab),
        _ => None,
    }
}

/// What files of pages end with.
pub fn extensions() -> Vec<String> {
    [".md", ".markdown", ".mdx", ".html", ".htm", ".adoc", ".rst", ".txt"].map(String::from).to_vec()
}

impl Mapping {
    /// A mapping with the defaults of every other option; the error says what is wrong with the patterns.
    pub fn new(from: &str, to: &str) -> Result<Self, String> {
        let (host, rest) = match from.split_once("://") {
            Some(("http" | "https", rest)) => {
                let at = rest.find(['/', '?']).unwrap_or(rest.len());
                (Some(Pattern::parse(&rest[..at].to_ascii_lowercase())?), &rest[at..])
            }
            Some((scheme, _)) => return Err(format!("`{scheme}://` is not a scheme of pages, write `https://`")),
            None => (None, from),
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let (page, query) = rest.split_once('?').unwrap_or((rest, ""));
        let query = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| Ok((name.to_owned(), Pattern::parse(value)?)))
            .collect::<Result<Vec<_>, String>>()?;
        let pattern = Pattern::parse(&path(page).map_err(|refusal| refusal.reason().to_owned())?)?;
        let to = path(to).map_err(|refusal| refusal.reason().to_owned())?;
        let mapping = Self {
            host,
            path: pattern,
            query,
            to: Pattern::parse(&to)?,
            tree: String::new(),
            rules: Rules::default(),
            from: from.to_owned(),
            span: None,
        };
        mapping.check()
    }

    fn check(self) -> Result<Self, String> {
        let mut known: Vec<&str> = self.host.iter().flat_map(Pattern::names).collect();
        known.extend(self.path.names());
        known.extend(self.query.iter().flat_map(|(_, value)| value.names()));
        let unknown = self.to.names().find(|name| !known.contains(name));
        let error = unknown.map(|name| format!("`to` reads `{{{name}}}`, which `from` does not capture"));
        error.map_or(Ok(self), Err)
    }

    /// The same, written there in the policy.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// `from` as it was written.
    pub fn from(&self) -> &str {
        &self.from
    }

    /// The captures of this address, if the mapping is for it.
    pub fn matches(&self, address: &Address) -> Option<Captures> {
        let mut captures = match &self.host {
            Some(host) => host.matches(&address.host, |a, b| a == b)?,
            None if address.host.is_empty() => Captures::new(),
            None => return None,
        };
        let page = address.path.strip_suffix("/index.html");
        let path = self.path.matches(&address.path, self.same());
        captures.extend(path.or_else(|| self.path.matches(page?, self.same()))?);
        for (name, value) in &self.query {
            captures.extend(value.matches(address.query.get(name)?, self.same())?);
        }
        Some(captures)
    }

    fn same(&self) -> fn(&str, &str) -> bool {
        match self.rules.case {
            Case::Ignore => |a, b| a.eq_ignore_ascii_case(b),
            Case::Exact | Case::Lower => |a, b| a == b,
        }
    }

    /// The path below the tree, without `/` before it. `None` when a capture would lead elsewhere than into its place.
    pub fn file(&self, captures: &Captures) -> Option<String> {
        let filled = self.to.fill(captures)?;
        let clean =
            filled.split('/').all(|segment| segment != ".." && segment != "." && !segment.contains(['\\', '\0']));
        clean.then(|| filled.trim_start_matches('/').to_owned())
    }

    /// Whether `to` holds a capture of any number of segments, so that it leads to anything below a folder.
    pub fn is_open(&self) -> bool {
        self.to.is_open()
    }

    /// Whether some reference leads to `file`.
    pub fn leads_to(&self, file: &str) -> bool {
        self.to.matches(&format!("/{file}"), |a, b| a == b).is_some()
    }

    /// The reference that leads to `file`, where the file decides all of it.
    pub fn reference_of(&self, file: &str) -> Option<String> {
        let host = match &self.host {
            Some(host) => host.fill(&Captures::new())?,
            None => return self.reference(file, &Captures::new(), file),
        };
        let reference = self.reference(file, &Captures::new(), &format!("https://{host}/"))?;
        Some(reference.trim_end_matches('/').to_owned())
    }

    /// The reference for a page of this name, where its name is all that has to be known.
    pub fn reference_for(&self, name: &str) -> Option<String> {
        let mut names = self.to.names();
        let only = names.next().filter(|_| names.next().is_none())?;
        let captures = Captures::from([(only.to_owned(), name.to_owned())]);
        self.reference_of(self.file(&captures)?.as_str())
    }

    /// The reference that leads to `file`, written like the one that gave `captures`; `like` is that reference.
    pub fn reference(&self, file: &str, captures: &Captures, like: &str) -> Option<String> {
        // An address without an extension stays one.
        let ends =
            |text: &str| self.rules.extensions.iter().find_map(|end| text.strip_suffix(end.as_str()).map(str::len));
        let page = like.split(['?', '#']).next().unwrap_or_default();
        let stem = ends(file).filter(|_| ends(page).is_none()).map(|len| &file[..len]);
        let there = stem.and_then(|stem| self.to.matches(&format!("/{stem}"), |a, b| a == b));
        let there = there.or_else(|| self.to.matches(&format!("/{file}"), |a, b| a == b))?;
        let mut all = captures.clone();
        all.extend(there.into_iter().filter(|(name, _)| !name.starts_with('(')).map(|(name, value)| {
            match self.rules.case {
                Case::Lower => (name, value.to_lowercase()),
                _ => (name, value),
            }
        }));
        if self.host.is_none() {
            return Some(self.path.fill(&all)?.trim_start_matches('/').to_owned());
        }
        let mut url = url::Url::parse(like).ok()?;
        let slash = url.path().ends_with('/');
        let path = self.path.fill(&all)?;
        url.set_path(&if slash { path + "/" } else { path });
        url.set_fragment(None);
        let pairs: BTreeMap<&str, String> =
            self.query.iter().filter_map(|(name, value)| Some((name.as_str(), value.fill(&all)?))).collect();
        if !pairs.is_empty() {
            url.query_pairs_mut().clear().extend_pairs(pairs);
        }
        Some(url.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(from: &str, to: &str, reference: &str) -> Option<String> {
        let mapping = Mapping::new(from, to).unwrap();
        let address = match url::Url::parse(reference) {
            Ok(url) => Address::of_url(&url).ok()?,
            Err(_) => Address::of_path(reference).ok()?,
        };
        mapping.file(&mapping.matches(&address)?)
    }

    #[test]
    fn references_become_files() {
        let some = |s: &str| Some(s.to_owned());
        let site = "https://runbooks.acme.io/runbooks/{component}/{alert}";
        let to = "content/runbooks/{component}/{alert}.md";
        assert_eq!(
            file(site, to, "https://runbooks.acme.io/runbooks/disk/full/"),
            some("content/runbooks/disk/full.md")
        );
        assert_eq!(
            file(site, to, "http://RUNBOOKS.acme.io/runbooks/disk/full?x=1#y"),
            some("content/runbooks/disk/full.md")
        );
        assert_eq!(file(site, to, "https://runbooks.acme.io/runbooks/disk"), None);
        assert_eq!(file(site, to, "https://evil.acme.io/runbooks/disk/full"), None);
        assert_eq!(file(site, to, "https://runbooks.acme.io/runbooks/disk/..%2f..%2fx"), None);
        let forge = "https://github.com/acme/{repo}/(blob|tree)/(main|master)/{path...}";
        assert_eq!(
            file(forge, "{repo}/{path...}", "https://github.com/acme/docs/tree/main/a/b.md#x"),
            some("docs/a/b.md")
        );
        assert_eq!(file(forge, "{repo}/{path...}", "https://github.com/acme/docs/tree/v1/a/b.md#x"), None);
        let wiki = "https://wiki.acme.io/index.php?title={page}";
        assert_eq!(
            file(wiki, "{page}.md", "https://wiki.acme.io/index.php?a=b&title=Disk%20full"),
            some("Disk full.md")
        );
        assert_eq!(file("docs/{page...}", "site/{page...}", "docs/a/b.md"), some("site/a/b.md"));
        assert_eq!(
            file("https://{team}.acme.io/{page}", "{team}/{page}.md", "https://ops.acme.io/x"),
            some("ops/x.md")
        );
    }

    #[test]
    fn files_become_references_again() {
        let mapping = Mapping::new("https://a.io/(r|s)/{c}/{p}", "content/{c}/{p}.md").unwrap();
        let like = "https://a.io/s/disk/full/#x";
        let address = Address::of_url(&url::Url::parse(like).unwrap()).unwrap();
        let captures = mapping.matches(&address).unwrap();
        let reference = mapping.reference("content/disk/Empty now.md", &captures, like);
        assert_eq!(reference.as_deref(), Some("https://a.io/s/disk/Empty%20now/"));
        assert_eq!(mapping.reference("other/disk/x.md", &captures, like), None);
    }

    #[test]
    fn mistakes_are_told_when_it_is_read() {
        let told = |from, to| Mapping::new(from, to).unwrap_err();
        assert_eq!(told("https://a.io/{x}", "{y}.md"), "`to` reads `{y}`, which `from` does not capture");
        assert_eq!(told("https://a.io/{x}", "../{x}.md"), "the path leaves the repository");
        assert!(told("ftp://a.io/{x}", "{x}.md").contains("ftp"));
        let unknown = serde_json::from_str::<Mapping>(r#"{"from": "a", "to": "b", "cases": "lower"}"#).unwrap_err();
        assert!(unknown.to_string().contains("unknown field `cases`"));
    }

    #[test]
    fn forges_show_files_under_their_full_names() {
        let read = |text: &str| serde_json::from_str::<Mapping>(text).unwrap();
        let forge = read(r#"{"from": "https://github.com/a/b/blob/main/{p...}", "to": "{p...}"}"#);
        assert_eq!(
            (forge.rules.anchors, forge.rules.extensions.len(), forge.rules.folders),
            (Anchors::Github, 0, true)
        );
        let site = read(r#"{"from": "https://a.github.io/{p...}", "to": "{p...}"}"#);
        assert_eq!((site.rules.anchors, site.rules.folders), (Anchors::Auto, false));
    }
}
