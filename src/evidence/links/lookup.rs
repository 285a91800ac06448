//! Finds files in trees: by name, by name in other case, by the extensions and index files of a mapping.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::files::{Files, Kind, Tree, Trouble, join};
use super::front;
use super::mapping::{Rules, extensions};
use super::near::closest;
use super::page::{self, Page};
use super::settings::{Anchors, Case};

/// Most files of a tree that are searched for a page that moved.
const MOST_FILES: usize = 20_000;
/// Most pages of a folder that are searched for a heading that moved.
const MOST_PAGES: usize = 200;

/// The names of a folder.
struct Names {
    exact: BTreeMap<String, Kind>,
    /// The same by their lower-case form, once somebody asks for it.
    lower: OnceCell<BTreeMap<String, String>>,
}

impl Names {
    /// The name that is spelled like this but for its case.
    fn alike(&self, name: &str) -> Option<&String> {
        let lower = self.lower.get_or_init(|| {
            let mut lower: BTreeMap<String, String> = BTreeMap::new();
            for name in self.exact.keys() {
                let plain = name.to_lowercase();
                // Sites write `-` for the blanks of a name.
                lower.entry(plain.replace(' ', "-")).or_insert_with(|| name.clone());
                lower.entry(plain).or_insert_with(|| name.clone());
            }
            lower
        });
        lower.get(&name.to_lowercase())
    }
}

type Listing = Rc<Result<Names, Trouble>>;
type Seen<K, V> = RefCell<HashMap<K, V>>;

/// Looks files up, each folder and each page once.
pub struct Lookup<'a> {
    files: &'a dyn Files,
    listings: Seen<Tree, HashMap<String, Listing>>,
    pages: Seen<(Tree, String, u8), Rc<Result<Page, Trouble>>>,
    indexes: Seen<Tree, Rc<Vec<String>>>,
    fronts: Seen<Tree, Rc<Vec<(String, String)>>>,
}

/// What is found under a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// This file.
    File(String),
    /// This folder, with no file that stands for it.
    Folder(String),
    /// Nothing.
    Missing,
    /// It can't be told.
    Trouble(Trouble),
}

impl<'a> Lookup<'a> {
    /// Nothing looked up yet.
    pub fn new(files: &'a dyn Files) -> Self {
        Self {
            files,
            listings: RefCell::default(),
            pages: RefCell::default(),
            indexes: RefCell::default(),
            fronts: RefCell::default(),
        }
    }

    /// Whether the tree's folder can be listed.
    pub fn tree(&self, tree: &Tree) -> Result<(), Trouble> {
        self.names(tree, "").as_ref().as_ref().map(|_| ()).map_err(|trouble| *trouble)
    }

    /// The file that answers for `path`, by these rules.
    pub fn find(&self, tree: &Tree, path: &str, rules: &Rules) -> Found {
        let loose = rules.case != Case::Exact;
        let direct = self.walk(tree, path, loose);
        if matches!(direct, Found::File(_) | Found::Trouble(_)) {
            return direct;
        }
        let stem = rules.extensions.iter().find_map(|extension| path.strip_suffix(extension.as_str()));
        // In a folder that is not there no extension has to be tried.
        let parent = path.trim_end_matches('/').rsplit_once('/').map_or("", |(parent, _)| parent);
        let there = || matches!(self.walk(tree, parent, loose), Found::Folder(_));
        let open = stem.is_none() && !path.is_empty() && there();
        for extension in rules.extensions.iter().filter(|_| open) {
            if let found @ Found::File(_) = self.walk(tree, &format!("{path}{extension}"), loose) {
                return found;
            }
        }
        let folder = match (direct, stem) {
            (Found::Folder(folder), _) => folder,
            (_, Some(stem)) => match self.walk(tree, stem, loose) {
                Found::Folder(folder) => folder,
                _ => return Found::Missing,
            },
            _ => return Found::Missing,
        };
        self.index_of(tree, &folder, rules).unwrap_or(Found::Folder(folder))
    }

    fn index_of(&self, tree: &Tree, folder: &str, rules: &Rules) -> Option<Found> {
        let usual = extensions();
        let extensions = if rules.extensions.is_empty() { &usual } else { &rules.extensions };
        let names =
            rules.index.iter().flat_map(|name| extensions.iter().map(move |extension| format!("{name}{extension}")));
        names.map(|name| self.walk(tree, &join(folder, &name), false)).find(|found| matches!(found, Found::File(_)))
    }

    /// Goes down `path` name by name.
    pub fn walk(&self, tree: &Tree, path: &str, loose: bool) -> Found {
        let mut here = String::new();
        let mut kind = Kind::Folder;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            if kind != Kind::Folder {
                return Found::Missing;
            }
            let listing = self.names(tree, &here);
            let names = match listing.as_ref() {
                Ok(names) => names,
                Err(Trouble::Missing) if !here.is_empty() => return Found::Missing,
                Err(trouble) => return Found::Trouble(*trouble),
            };
            let exact = names.exact.get_key_value(name);
            let other = || names.exact.get_key_value(names.alike(name)?);
            let Some((real, found)) = exact.or_else(|| if loose { other() } else { None }) else {
                return Found::Missing;
            };
            here = join(&here, real);
            kind = *found;
        }
        match kind {
            Kind::File => Found::File(here),
            Kind::Folder => match self.names(tree, &here).as_ref() {
                Ok(_) => Found::Folder(here),
                Err(trouble) => Found::Trouble(*trouble),
            },
            Kind::Other => Found::Trouble(Trouble::Unreadable),
        }
    }

    fn names(&self, tree: &Tree, folder: &str) -> Listing {
        if let Some(known) = self.listings.borrow().get(tree).and_then(|folders| folders.get(folder)) {
            return Rc::clone(known);
        }
        let names = self.files.list(tree, folder).map(|exact| Names { exact, lower: OnceCell::new() });
        let names = Rc::new(names);
        let mut listings = self.listings.borrow_mut();
        listings.entry(tree.clone()).or_default().insert(folder.to_owned(), Rc::clone(&names));
        names
    }

    /// The page in a file.
    pub fn page(&self, tree: &Tree, file: &str, style: Anchors) -> Rc<Result<Page, Trouble>> {
        let key = (tree.clone(), file.to_owned(), style as u8);
        if let Some(known) = self.pages.borrow().get(&key) {
            return Rc::clone(known);
        }
        let page = Rc::new(self.files.read(tree, file).map(|text| page::read(file, &text, style)));
        self.pages.borrow_mut().insert(key, Rc::clone(&page));
        page
    }

    /// Another page of the same folder that has this anchor, if it is the only one.
    pub fn moved_heading(&self, tree: &Tree, file: &str, anchor: &str, style: Anchors) -> Option<String> {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let listing = self.names(tree, folder);
        let names = listing.as_ref().as_ref().ok()?;
        let pages = names.exact.iter().filter(|(name, kind)| **kind == Kind::File && is_page(name)).take(MOST_PAGES);
        let mut found = pages.map(|(name, _)| join(folder, name)).filter(|other| {
            let page = self.page(tree, other, style);
            other != file && page.as_ref().as_ref().is_ok_and(|page| page.has(anchor))
        });
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// The file that `path` probably means: other case, a slip in its name, the same name in another folder.
    pub fn near(&self, tree: &Tree, path: &str, rules: &Rules) -> Option<String> {
        let loose = Rules { case: Case::Ignore, ..rules.clone() };
        if let Found::File(file) = self.find(tree, path, &loose) {
            return Some(file);
        }
        let stem = stem(path);
        let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
        let all = self.index(tree);
        let here = all.iter().filter(|file| file.rsplit_once('/').map_or("", |(folder, _)| folder) == folder);
        let stems: Vec<(&str, &String)> = here.map(|file| (name_of(file), file)).collect();
        if let Some(near) = closest(name, stems.iter().map(|(stem, _)| *stem)) {
            return stems.iter().find(|(stem, _)| *stem == near).map(|(_, file)| (*file).clone());
        }
        let mut same = all.iter().filter(|file| name_of(file).eq_ignore_ascii_case(name) && !is_index(name));
        let first = same.next()?;
        same.next().is_none().then(|| first.clone())
    }

    /// The page that gives itself this address: its file's place in the tree, or the path of a URL.
    pub(super) fn fronted(&self, tree: &Tree, path: &str, address: &str) -> Option<String> {
        if !self.fronts.borrow().contains_key(tree) {
            let read = |file: &String| {
                let text = self.files.read(tree, file).unwrap_or_default();
                front::addresses(file, &text).into_iter().map(|address| (address, file.clone())).collect::<Vec<_>>()
            };
            let all = self.index(tree).iter().flat_map(read).collect();
            self.fronts.borrow_mut().insert(tree.clone(), Rc::new(all));
        }
        let known = Rc::clone(self.fronts.borrow().get(tree)?);
        let path = stem(path);
        let found = known.iter().find(|(own, _)| front::is(own, path) || front::is(own, address));
        found.map(|(_, file)| file.clone())
    }

    /// All pages of a tree, in order, hidden folders left out.
    pub fn index(&self, tree: &Tree) -> Rc<Vec<String>> {
        if let Some(known) = self.indexes.borrow().get(tree) {
            return Rc::clone(known);
        }
        let mut pages = Vec::new();
        let mut folders = vec![String::new()];
        let mut seen = 0;
        while let Some(folder) = folders.pop() {
            let listing = self.names(tree, &folder);
            let Ok(names) = listing.as_ref() else { continue };
            for (name, kind) in &names.exact {
                seen += 1;
                let path = join(&folder, name);
                match kind {
                    // A link to a folder above would never end; the depth ends it.
                    Kind::Folder
                        if !name.starts_with('.') && name != "node_modules" && path.matches('/').count() < 32 =>
                    {
                        folders.push(path);
                    }
                    Kind::File if is_page(name) => pages.push(path),
                    _ => {}
                }
            }
            if seen > MOST_FILES {
                break;
            }
        }
        pages.sort_unstable();
        let pages = Rc::new(pages);
        self.indexes.borrow_mut().insert(tree.clone(), Rc::clone(&pages));
        pages
    }
}

fn is_page(name: &str) -> bool {
    extensions().iter().any(|extension| name.ends_with(extension.as_str()))
}

/// Whether a file of this stem stands for its folder.
pub fn is_index(stem: &str) -> bool {
    ["index", "_index", "readme"].iter().any(|index| stem.eq_ignore_ascii_case(index))
}

fn stem(path: &str) -> &str {
    extensions().iter().find_map(|extension| path.strip_suffix(extension.as_str())).unwrap_or(path)
}

/// The last name of a path, without the extension of a page.
pub fn name_of(file: &str) -> &str {
    let stem = stem(file);
    stem.rsplit_once('/').map_or(stem, |(_, name)| name)
}
