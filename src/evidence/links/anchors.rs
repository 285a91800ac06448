//! Anchors by name. A page has thousands, and a file of rules may name as many of one page.

use std::collections::HashMap;

use super::slug::is_mark;

/// Places by the anchors that lead there.
#[derive(Clone, Debug)]
pub struct Index {
    exact: HashMap<String, usize>,
    /// Without the marks that renderers disagree on.
    loose: HashMap<String, usize>,
}

impl Index {
    /// Of anchors and their places, the first of equals.
    pub fn of<'a>(anchors: impl IntoIterator<Item = (&'a str, usize)>) -> Self {
        let mut index = Self { exact: HashMap::new(), loose: HashMap::new() };
        for (anchor, place) in anchors {
            let anchor = plain(anchor);
            index.exact.entry(anchor.to_owned()).or_insert(place);
            index.loose.entry(loose(anchor)).or_insert(place);
        }
        index
    }

    /// The place that `anchor` leads to.
    pub fn find(&self, anchor: &str) -> Option<usize> {
        let anchor = plain(anchor);
        self.exact.get(anchor).or_else(|| self.loose.get(&loose(anchor))).copied()
    }
}

/// An anchor without what GitHub puts before it.
pub fn plain(anchor: &str) -> &str {
    anchor.strip_prefix("user-content-").unwrap_or(anchor)
}

fn loose(anchor: &str) -> String {
    anchor.chars().filter(|&c| !is_mark(c)).collect()
}
