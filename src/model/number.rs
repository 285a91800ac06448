//! Which scalars go-yaml v3 loads into an integer (`decode.go`).

use super::shapes::View;
use crate::yaml::{NodeId, Resolved, Style};

/// The first float that no `int64` holds.
const MOST: f64 = 9_223_372_036_854_775_807.0;

/// Whether the scalar fits an `int` field: whole numbers of 64 bits, and floats, which are cut.
pub(super) fn is_int(view: View<'_>, id: NodeId) -> bool {
    let id = view.tree.resolve(id);
    let plain = view.tree.style(id) == Style::Plain;
    let resolved = match view.tree.tag(id) {
        Some("!!int" | "!!float") => true,
        None | Some("!") => plain,
        Some(_) => false,
    };
    resolved
        && match view.tree.resolved(id) {
            Resolved::Int(_) => true,
            Resolved::Float(value) => value <= MOST,
            _ => false,
        }
}
