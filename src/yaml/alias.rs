//! What go-yaml refuses about aliases and merge keys when it decodes (`decode.go`): cycles, bombs, merges of something else.

use super::{Error, Kind, NodeId, Tree, message};

/// Nodes below this share of aliased ones are always fine (`decoder.unmarshal`).
const SMALL: u32 = 400_000;
const LARGE: u32 = 4_000_000;

/// Checks the first document of a tree that has aliases.
pub(super) fn check(tree: &Tree) -> Vec<Error> {
    let mut walk = Walk { tree, decoded: 0, aliased: 0, open: Vec::new(), errors: Vec::new() };
    if let Some(&root) = tree.documents().first() {
        walk.run(root);
    }
    walk.errors
}

enum Step {
    Enter(NodeId),
    Leave,
}

struct Walk<'t> {
    tree: &'t Tree,
    decoded: u32,
    aliased: u32,
    /// The aliases that are being followed.
    open: Vec<NodeId>,
    errors: Vec<Error>,
}

impl Walk<'_> {
    /// Follows every alias as go-yaml does, until its own budget says stop: the work is bounded by that budget.
    fn run(&mut self, root: NodeId) {
        let mut steps = vec![Step::Enter(root)];
        let mut following = vec![false; self.tree.nodes.len()];
        while let Some(step) = steps.pop() {
            let Step::Enter(id) = step else {
                if let Some(id) = self.open.pop() {
                    following[id.0 as usize] = false;
                }
                continue;
            };
            self.decoded += 1;
            self.aliased += u32::from(!self.open.is_empty());
            if self.excessive() {
                self.errors.push(message::aliasing(self.tree.range(root)));
                return;
            }
            match self.tree.kind(id) {
                Kind::Scalar => {}
                Kind::Alias => {
                    let target = self.tree.resolve(id);
                    if target == id {
                        continue;
                    }
                    let range = self.tree.range(id);
                    if std::mem::replace(&mut following[id.0 as usize], true) {
                        self.errors.push(message::cycle(range, self.tree.source().get(range.range()).unwrap_or("")));
                        return;
                    }
                    self.open.push(id);
                    steps.push(Step::Leave);
                    steps.push(Step::Enter(target));
                }
                Kind::Sequence => steps.extend(self.tree.items(id).iter().rev().map(|&item| Step::Enter(item))),
                Kind::Mapping => {
                    let first = steps.len();
                    for (key, value) in self.tree.entries(id) {
                        steps.push(Step::Enter(key));
                        steps.push(Step::Enter(value));
                    }
                    steps[first..].reverse();
                }
            }
        }
    }

    fn excessive(&self) -> bool {
        let allowed = match self.decoded {
            0..=SMALL => 0.99,
            LARGE.. => 0.10,
            n => 0.99 - 0.89 * f64::from(n - SMALL) / f64::from(LARGE - SMALL),
        };
        self.aliased > 100 && self.decoded > 1000 && f64::from(self.aliased) / f64::from(self.decoded) > allowed
    }
}

/// Merge keys whose value is not a mapping, an alias of one, or a list of such.
pub(super) fn merges(tree: &Tree, mapping: NodeId) -> Vec<Error> {
    let one = |id: NodeId| tree.kind(tree.resolve(id)) == Kind::Mapping;
    let fits = |id: NodeId| one(id) || tree.kind(id) == Kind::Sequence && tree.items(id).iter().all(|&item| one(item));
    let wrong = tree.entries(mapping).filter(|&(key, value)| tree.is_merge(key) && !fits(value));
    wrong.map(|(_, value)| message::merge(tree.range(value))).collect()
}
