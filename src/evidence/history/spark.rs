//! A window of history in one line of text.

use super::time::{Millis, Period};

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Pages over `window` as `width` bars: the highest bar is the most in one part, a blank is a part without pages, `·` one for which there is
/// no data.
pub fn sparkline(pages: &[Period], coverage: &[Period], window: Period, width: usize) -> String {
    let parts = parts(window, width);
    let count = |part: &Period| pages.iter().filter(|page| part.from <= page.from && page.from < part.to).count();
    let counts: Vec<_> = parts.iter().map(count).collect();
    let most = counts.iter().copied().max().unwrap_or(0);
    let bar = |(part, count): (&Period, usize)| match count {
        0 if super::covered(coverage, *part) == 0 => '·',
        0 => ' ',
        count => BARS[((count * BARS.len()).div_ceil(most) - 1).min(BARS.len() - 1)],
    };
    parts.iter().zip(counts).map(bar).collect()
}

/// `window` cut into `width` parts; its last instant lies in the last.
fn parts(window: Period, width: usize) -> Vec<Period> {
    let width = Millis::try_from(width.clamp(1, 1000)).unwrap_or(1);
    let edge = |i| window.from + (window.length() + 1) / width * i + (window.length() + 1) % width * i / width;
    (0..width).map(|i| Period::new(edge(i), edge(i + 1))).collect()
}
