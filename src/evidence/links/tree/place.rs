//! Where the page of a reference belongs, for whoever writes it: the same order of places as that of the verdicts.

use super::{Resolver, Spot, own_and_based};
use crate::evidence::links::address::Address;
use crate::evidence::links::files::{Files, Trouble, join};
use crate::evidence::links::lookup::Found;
use crate::evidence::links::mapping::extensions;
use crate::evidence::links::settings::Settings;
use crate::evidence::links::target::{Place, Target};
use crate::evidence::links::{NOWHERE, Question};

/// Where the page of a question lies, or would lie: a file, as the current folder sees it, whose tree lies where it must.
///
/// # Errors
/// Why there is no such file: a template decides it, no mapping and no base leads to one, or what is there is no page.
pub fn place(question: &Question, settings: &Settings, files: &dyn Files) -> Result<String, String> {
    let resolver = Resolver::new(settings, files);
    let target = Target::of(question, &settings.mappings).map_err(|answer| answer.reason)?;
    if target.page_open {
        return Err("a template decides the page".to_owned());
    }
    let (address, like) = match &target.place {
        Place::Url(url) => (Address::of_url(url), url.as_str()),
        Place::Path(path) => (Address::of_path(path), path.as_str()),
    };
    let address = address.map_err(|refusal| refusal.reason().to_owned())?;
    if let Some(spot) = resolver.mapped_spot(question, &address, like) {
        let spot = spot.map_err(|answer| answer.reason)?;
        return file(&spot, resolver.look(&spot, &target, &address));
    }
    if matches!(target.place, Place::Url(_)) {
        return Err(NOWHERE.to_owned());
    }
    let spots = resolver.spots(question, &address);
    if let Some((spot, found)) = resolver.first(&spots) {
        return file(spot, found);
    }
    let (own, based) = own_and_based(question, &spots);
    let based = based.iter().find(|spot| resolver.lookup.tree(&spot.tree).is_ok());
    let own = own.filter(|own| based.is_none() || resolver.has_folder_of(own));
    file(own.or(based).ok_or(NOWHERE)?, Found::Missing)
}

/// The file of a place where this was found.
fn file(spot: &Spot<'_>, found: Found) -> Result<String, String> {
    let path = &spot.path;
    match found {
        Found::File(file) => Ok(join(&spot.tree.folder, &file)),
        Found::Folder(folder) if spot.rules.folders => Err(format!("`{folder}` is a folder")),
        Found::Trouble(Trouble::Outside) => Err(format!("`{path}` lies outside of the repository or of its tree")),
        Found::Trouble(_) => Err(format!("`{path}` is there, but is no page")),
        Found::Folder(_) | Found::Missing => {
            let named = extensions().iter().any(|extension| path.ends_with(extension.as_str()));
            let end = if named { "" } else { ".md" };
            Ok(join(&spot.tree.folder, &format!("{path}{end}")))
        }
    }
}
