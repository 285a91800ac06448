//! Answers from files at hand: paths in the repository, and references that a mapping leads to a tree.

mod place;

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::address::Address;
use super::files::{Files, Tree, Trouble, join};
use super::guard;
use super::lookup::{Found, Lookup};
use super::mapping::{Mapping, Rules};
use super::page::Look;
use super::pattern::Captures;
use super::settings::{Anchors, Case, Settings};
use super::target::{HOLE, Place, Target, page_of, refused};
use super::{Answer, NOT_ASKED, Question, Verdict, Via};
use crate::parallel;
use crate::source::Span;

pub use place::place;

/// Answers every question as far as files and the form of the reference can. What only the network could tell is
/// [`Verdict::Unverified`] with [`Answer::asked`] `false`.
pub fn resolve<'q>(
    questions: impl IntoIterator<Item = &'q Question>,
    settings: &Settings,
    files: &(dyn Files + Sync),
) -> BTreeMap<Question, Answer> {
    let questions: Vec<&Question> = questions.into_iter().collect();
    // Neighbours lead to the same folders and pages, at which each thread looks once.
    let few = questions.len() < 2 * LEAST_SHARE;
    let share = if few { 2 * LEAST_SHARE } else { questions.len().div_ceil(parallel::threads()).max(LEAST_SHARE) };
    let answers = |share: &[&Question]| {
        let resolver = Resolver::new(settings, files);
        share.iter().map(|question| resolver.answer(question)).collect::<Vec<_>>()
    };
    let answers = parallel::map(questions.chunks(share).collect(), 1, answers);
    questions.into_iter().cloned().zip(answers.into_iter().flatten()).collect()
}

/// Fewer questions than this are not worth a thread of their own.
const LEAST_SHARE: usize = 1024;

/// A page of a mapped tree.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct TreePage {
    /// The file, as the current folder sees it.
    pub file: String,
    /// The reference that leads to it, where the mapping's `from` has no part that the file does not decide.
    pub reference: Option<String>,
    /// Where the policy maps it.
    pub mapping: Option<Span>,
}

/// Pages that mappings lead to and that are not among `linked`, for the root folder of the repository. Pages that stand for
/// their folder, and what lies beside texts in every repository, are left out. A mapping with `{name...}` can lead to anything,
/// so only what lies in one folder with a linked page counts there.
pub fn unlinked(linked: &BTreeSet<&str>, root: &str, settings: &Settings, files: &dyn Files) -> Vec<TreePage> {
    let resolver = Resolver::new(settings, files);
    let folders: BTreeSet<&str> = linked.iter().map(|file| folder_of(file)).collect();
    let mut pages = BTreeMap::new();
    for mapping in &settings.mappings {
        let tree = resolver.tree(root, &mapping.tree);
        for file in resolver.lookup.index(&tree).iter().filter(|file| !is_beside(file)) {
            let path = join(&tree.folder, file);
            let counts = !mapping.is_open() || folders.contains(folder_of(&path));
            if counts && mapping.leads_to(file) && !linked.contains(path.as_str()) {
                pages.entry(path).or_insert_with(|| (mapping.reference_of(file), mapping.span));
            }
        }
    }
    pages.into_iter().map(|(file, (reference, mapping))| TreePage { file, reference, mapping }).collect()
}

fn folder_of(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether a file is no page of its own: an index, a template, or about the repository.
fn is_beside(file: &str) -> bool {
    const ABOUT: [&str; 9] = [
        "changelog",
        "code_of_conduct",
        "code-of-conduct",
        "contributing",
        "governance",
        "license",
        "maintainers",
        "owners",
        "security",
    ];
    let name = super::lookup::name_of(file).to_lowercase();
    super::lookup::is_index(&name)
        || name.starts_with(['_', '.'])
        || name.starts_with("template")
        || ABOUT.contains(&name.as_str())
}

/// What to ask the network for this question: a URL, after a base was put before a path. `None` where nothing can be asked.
#[cfg(feature = "online")]
pub(crate) fn network_target(question: &Question, settings: &Settings) -> Option<(Url, Target)> {
    let target = Target::of(question, &settings.mappings).ok().filter(|target| !target.page_open)?;
    let url = match &target.place {
        Place::Url(url) => url.clone(),
        Place::Path(path) => {
            let address = Address::of_path(path).ok()?;
            let base = settings.bases.iter().find(|base| base.contains("://"))?;
            Url::parse(base).and_then(|base| base.join(address.relative())).ok()?
        }
    };
    Some((url, target))
}

struct Resolver<'a> {
    settings: &'a Settings,
    lookup: Lookup<'a>,
    /// How files answer for references that are paths.
    paths: Rules,
}

/// How a found file is told to people again.
enum Origin<'a> {
    Mapped { mapping: &'a Mapping, captures: Captures, like: String },
    Path { base: &'a str },
}

impl Origin<'_> {
    fn reference(&self, file: &str) -> Option<String> {
        match self {
            Self::Mapped { mapping, captures, like } => mapping.reference(file, captures, like),
            Self::Path { .. } => Some(file.to_owned()),
        }
    }
}

/// A place in a tree to look at, for one question.
struct Spot<'a> {
    tree: Tree,
    path: String,
    rules: &'a Rules,
    style: Anchors,
    origin: Origin<'a>,
    page: String,
}

/// Whether a reference is one word: a page's name below a base; in the root it would be any file or folder.
fn is_word(question: &Question) -> bool {
    !question.reference().contains(['/', '.', '#'])
}

/// The place in the root, where the path is looked for there, and those in the folders of `bases`.
fn own_and_based<'s, 'a>(question: &Question, spots: &'s [Spot<'a>]) -> (Option<&'s Spot<'a>>, &'s [Spot<'a>]) {
    match spots.split_first() {
        Some((own, based)) if !is_word(question) => (Some(own), based),
        _ => (None, spots),
    }
}

impl<'a> Resolver<'a> {
    fn new(settings: &'a Settings, files: &'a dyn Files) -> Self {
        let paths = Rules { folders: true, anchors: Anchors::Any, ..Rules::default() };
        Self { settings, lookup: Lookup::new(files), paths }
    }
}

impl Resolver<'_> {
    fn answer(&self, question: &Question) -> Answer {
        let target = match Target::of(question, &self.settings.mappings) {
            Ok(target) => target,
            Err(answer) => return *answer,
        };
        let mut answer = match &target.place {
            Place::Url(url) => self.url(question, &target, url),
            Place::Path(path) => self.path(question, &target, path),
        };
        answer.anchor.clone_from(&target.anchor);
        if target.page_open && answer.verdict == Verdict::Unverified {
            answer.page = page_of(question.reference());
        }
        answer
    }

    fn url(&self, question: &Question, target: &Target, url: &Url) -> Answer {
        let address = match Address::of_url(url) {
            Ok(address) => address,
            Err(refusal) => return *refused(question, refusal.reason()),
        };
        let mut page = url.clone();
        page.set_fragment(None);
        if let Some(answer) = self.mapped(question, target, &address, page.as_str()) {
            return answer;
        }
        if let Some(reason) = guard::literal(url).filter(|_| !self.settings.may_ask_private(url)) {
            return *refused(question, format!("the host is {reason}"));
        }
        if target.page_open {
            return Answer::new(Verdict::Unverified, page.as_str(), "a template decides the page");
        }
        let mut answer = Answer::new(Verdict::Unverified, page.as_str(), NOT_ASKED);
        answer.asked = false;
        answer
    }

    /// The answer of the first mapping that matches.
    fn mapped(&self, question: &Question, target: &Target, address: &Address, like: &str) -> Option<Answer> {
        let spot = match self.mapped_spot(question, address, like)? {
            Ok(spot) => spot,
            Err(answer) => return Some(*answer),
        };
        Some(match self.look(&spot, target, address) {
            Found::Missing => self.missing(target, &spot, true),
            found => self.found(question, target, &spot, found),
        })
    }

    /// Where the first mapping that matches looks; the answer where it can't.
    fn mapped_spot(&self, question: &Question, address: &Address, like: &str) -> Option<Result<Spot<'_>, Box<Answer>>> {
        let (mapping, captures) =
            self.settings.mappings.iter().find_map(|mapping| Some((mapping, mapping.matches(address)?)))?;
        let Some(path) = mapping.file(&captures) else {
            return Some(Err(refused(question, "the path leaves the mapped tree")));
        };
        let tree = self.tree(question.root(), &mapping.tree);
        if let Err(trouble) = self.lookup.tree(&tree) {
            let reason = match trouble {
                Trouble::Outside => {
                    format!(
                        "the mapped tree `{}` is outside of the repository, which only `--config` may allow",
                        tree.folder
                    )
                }
                Trouble::Missing => format!("the mapped tree `{}` is not there", tree.folder),
                Trouble::Unreadable => format!("the mapped tree `{}` can't be read", tree.folder),
            };
            return Some(Err(Box::new(Answer::new(Verdict::Unverified, like, reason))));
        }
        let origin = Origin::Mapped { mapping, captures, like: like.to_owned() };
        let rules = &mapping.rules;
        Some(Ok(Spot { tree, path, rules, style: rules.anchors, origin, page: like.to_owned() }))
    }

    /// What a mapping finds.
    fn look(&self, spot: &Spot<'_>, target: &Target, address: &Address) -> Found {
        let rules = spot.rules;
        let found = self.lookup.find(&spot.tree, &spot.path, rules);
        let lower = address.path.to_lowercase() == address.path;
        let found = if rules.case == Case::Lower && !lower && !target.page_open { Found::Missing } else { found };
        match found {
            Found::Missing if !rules.folders => {
                let own = self.lookup.fronted(&spot.tree, &spot.path, &address.path);
                own.map_or(Found::Missing, Found::File)
            }
            found => found,
        }
    }

    fn path(&self, question: &Question, target: &Target, path: &str) -> Answer {
        let address = match Address::of_path(path) {
            Ok(address) => address,
            Err(refusal) => return *refused(question, refusal.reason()),
        };
        if let Some(answer) = self.mapped(question, target, &address, address.relative()) {
            return answer;
        }
        let spots = self.spots(question, &address);
        if let Some((spot, found)) = self.first(&spots) {
            return self.found(question, target, spot, found);
        }
        for base in self.settings.bases.iter().filter(|base| base.contains("://")) {
            if let Ok(url) = Url::parse(base).and_then(|base| base.join(address.relative())) {
                return self.url(question, target, &url);
            }
        }
        let (own, based) = own_and_based(question, &spots);
        let known_folder = own.is_some_and(|own| self.has_folder_of(own));
        match (based.iter().rfind(|spot| self.lookup.tree(&spot.tree).is_ok()), own) {
            (Some(spot), _) if !known_folder => self.missing(target, spot, true),
            (_, Some(own)) => self.missing(target, own, known_folder),
            _ => Answer::new(
                Verdict::Unverified,
                address.relative(),
                "one word, and no base or mapping makes a page of it",
            ),
        }
    }

    /// Where a path is looked for: in the root, then in the folders of `bases`.
    fn spots(&self, question: &Question, address: &Address) -> Vec<Spot<'_>> {
        let spot = |tree: Tree, base| Spot {
            tree,
            path: address.relative().to_owned(),
            rules: &self.paths,
            style: Anchors::Any,
            origin: Origin::Path { base },
            page: join(base, address.relative()),
        };
        let root = Tree { folder: question.root().to_owned(), within: Some(question.root().to_owned()) };
        let mut spots = if is_word(question) { Vec::new() } else { vec![spot(root, "")] };
        let folders = self.settings.bases.iter().filter(|base| !base.contains("://"));
        spots.extend(folders.map(|base| spot(self.tree(question.root(), base), base)));
        spots
    }

    /// The first of these that is not missing.
    fn first<'s, 'a>(&self, spots: &'s [Spot<'a>]) -> Option<(&'s Spot<'a>, Found)> {
        spots.iter().find_map(|spot| match self.lookup.find(&spot.tree, &spot.path, spot.rules) {
            Found::Missing | Found::Trouble(Trouble::Missing) => None,
            found => Some((spot, found)),
        })
    }

    /// Whether the first folder of the path is there.
    fn has_folder_of(&self, spot: &Spot<'_>) -> bool {
        let Some((first, _)) = spot.path.split_once('/') else { return false };
        !first.contains(HOLE) && matches!(self.lookup.walk(&spot.tree, first, false), Found::Folder(_))
    }

    /// The answer for something found in a tree.
    fn found(&self, question: &Question, target: &Target, spot: &Spot<'_>, found: Found) -> Answer {
        let file = match found {
            Found::File(file) => file,
            Found::Folder(_) if !spot.rules.folders => {
                return Answer::new(Verdict::Unverified, &spot.page, "a folder without an index page");
            }
            Found::Folder(folder) => return self.folder(target, spot, &folder),
            Found::Trouble(Trouble::Outside) => return *refused(question, "the file lies outside of its tree"),
            Found::Trouble(_) | Found::Missing => {
                return Answer::new(Verdict::Unverified, &spot.page, "the file can't be read");
            }
        };
        let mut answer = alive(spot, &file);
        let page = self.lookup.page(&spot.tree, &file, spot.style);
        let page = match page.as_ref() {
            Ok(page) => page,
            Err(Trouble::Outside) => return *refused(question, "the file lies outside of its tree"),
            Err(_) => {
                answer.verdict = if target.anchor.is_some() { Verdict::Unverified } else { answer.verdict };
                return answer;
            }
        };
        answer.facts = Some(page.facts.clone());
        if target.anchor_open {
            answer.verdict = Verdict::Unverified;
            answer.reason = "the page is there, a template decides the anchor".into();
        }
        match &target.anchor {
            Some(anchor) if self.settings.anchors => self.anchor(answer, page.look(anchor), anchor, spot, &file),
            _ => answer,
        }
    }

    fn folder(&self, target: &Target, spot: &Spot<'_>, folder: &str) -> Answer {
        let mut answer = alive(spot, folder);
        if target.anchor.is_some() && self.settings.anchors {
            answer.verdict = Verdict::Unverified;
            answer.reason = "a folder without an index page has no anchors to look for".into();
        }
        answer
    }

    fn anchor(&self, mut answer: Answer, look: Look, anchor: &str, spot: &Spot<'_>, file: &str) -> Answer {
        let with = |reference: Option<String>, anchor: &str| reference.map(|reference| format!("{reference}#{anchor}"));
        match look {
            Look::Found => return answer,
            Look::Hidden => {
                answer.verdict = Verdict::Unverified;
                answer.reason = format!("`{file}` is there, but may have anchors that can't be seen in it").into();
                return answer;
            }
            Look::Near(near) => {
                answer.reason = format!("`{file}` has no anchor `{anchor}`, but `{near}`").into();
                let page = if let Origin::Mapped { like, .. } = &spot.origin { Some(like.clone()) } else { None };
                answer.near = with(page.or_else(|| spot.origin.reference(file)), &near);
            }
            Look::Missing => {
                answer.reason = format!("`{file}` has no anchor `{anchor}`").into();
                if let Some(other) = self.lookup.moved_heading(&spot.tree, file, anchor, spot.style) {
                    answer.reason = format!("`{file}` has no anchor `{anchor}`, but `{other}` has it").into();
                    answer.near = with(spot.origin.reference(&other), anchor);
                }
            }
        }
        answer.verdict = Verdict::AnchorMissing;
        answer
    }

    /// The answer for what no tree holds; `sure` tells whether it would have to.
    fn missing(&self, target: &Target, spot: &Spot<'_>, sure: bool) -> Answer {
        let unverified = |reason: String| Answer::new(Verdict::Unverified, &spot.page, reason);
        if !sure {
            return unverified(
                "no folder of the repository or of a base holds it, and no mapping leads to it".to_owned(),
            );
        }
        let mut answer =
            Answer::new(Verdict::Dead, &spot.page, format!("no file `{}`", join(&spot.tree.folder, &spot.path)));
        answer.via = Some(Via::Tree);
        if target.page_open {
            let prefix = spot.path.split('/').take_while(|name| !name.contains(HOLE)).collect::<Vec<_>>().join("/");
            let loose = spot.rules.case != Case::Exact;
            if !matches!(self.lookup.walk(&spot.tree, &prefix, loose), Found::Missing) {
                return unverified("a template decides the page".to_owned());
            }
            answer.reason =
                format!("no folder `{}`, whatever the template says", join(&spot.tree.folder, &prefix)).into();
            return answer;
        }
        if let Some(file) = self.lookup.near(&spot.tree, &spot.path, spot.rules) {
            answer.near = spot.origin.reference(&file).map(|reference| match &target.anchor {
                Some(anchor) => format!("{reference}#{anchor}"),
                None => reference,
            });
        }
        answer
    }

    /// The tree in `folder`, which is relative to the policy file.
    fn tree(&self, root: &str, folder: &str) -> Tree {
        let given = &self.settings.given;
        let folder = if folder.starts_with('/') { folder.to_owned() } else { join(&given.folder, folder) };
        Tree { folder, within: (!given.trusted).then(|| root.to_owned()) }
    }
}

/// The answer for a file that is there.
fn alive(spot: &Spot<'_>, file: &str) -> Answer {
    let full = join(&spot.tree.folder, file);
    let mut answer = Answer::new(Verdict::Alive, &spot.page, format!("it is `{full}`"));
    answer.via = Some(Via::Tree);
    if let Origin::Path { base } = spot.origin {
        answer.page = join(base, file);
    }
    answer.evidence.push(("file".to_owned(), full));
    answer
}

#[cfg(test)]
mod tests;
