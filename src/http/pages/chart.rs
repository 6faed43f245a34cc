//! [`Chart`]: figures over time as bars, drawn in SVG; the figures themselves stand in a table behind it.
//!
//! Invariant: nothing is told by the drawing alone, and it is drawn by attributes, because pages allow no style of
//! their own.

/// How wide and how high a chart is drawn, in its own units.
const WIDTH: u32 = 420;
const HEIGHT: u32 = 150;

/// How much of that stands below the bars, for the words.
const FOOT: u32 = 22;

/// A chart of bars.
pub(super) struct Chart {
    /// What it shows, for those who don't see it.
    pub(super) title: String,
    /// What the figures are.
    pub(super) unit: String,
    /// What a second figure is, where there is one.
    pub(super) second: Option<String>,
    /// The bars, in order.
    pub(super) bars: Vec<Bar>,
    /// The largest figure.
    pub(super) most: u64,
}

/// One bar.
pub(super) struct Bar {
    /// What it is of.
    pub(super) label: String,
    /// Its figure.
    pub(super) value: u64,
    /// The part of it that is drawn in the second colour.
    pub(super) of_it: u64,
    /// Where it stands.
    pub(super) x: u32,
    /// How wide it is.
    pub(super) width: u32,
    /// Where it begins.
    pub(super) y: u32,
    /// How high it is.
    pub(super) height: u32,
    /// Where its second part begins.
    pub(super) second_y: u32,
    /// How high that is.
    pub(super) second_height: u32,
}

impl Chart {
    /// A chart of these figures: a label, a figure, and how much of it is drawn in the second colour.
    pub(super) fn new(
        title: &str,
        unit: &str,
        second: Option<&str>,
        figures: Vec<(String, u64, u64)>,
    ) -> Self {
        let most = figures
            .iter()
            .map(|(_, value, of_it)| *value.max(of_it))
            .max()
            .unwrap_or(0);
        let count = u32::try_from(figures.len()).unwrap_or(u32::MAX).max(1);
        let step = WIDTH / count;
        let width = (step.saturating_sub(step / 4)).max(1);
        let bars = figures
            .into_iter()
            .zip(0_u32..)
            .map(|((label, value, of_it), place)| {
                let (height, second_height) = (tall(value, most), tall(of_it, most));
                Bar {
                    x: place * step,
                    y: HEIGHT - FOOT - height,
                    second_y: HEIGHT - FOOT - second_height,
                    label,
                    value,
                    of_it,
                    width,
                    height,
                    second_height,
                }
            });
        Chart {
            title: title.to_owned(),
            unit: unit.to_owned(),
            second: second.map(str::to_owned),
            bars: bars.collect(),
            most,
        }
    }

    /// Whether there is anything to be drawn.
    pub(super) fn is_empty(&self) -> bool {
        self.most == 0
    }

    /// The frame in which it is drawn.
    pub(super) fn frame(&self) -> String {
        format!("0 0 {WIDTH} {HEIGHT}")
    }

    /// Where the line below the bars runs.
    pub(super) fn ground(&self) -> u32 {
        HEIGHT - FOOT
    }

    /// Where the words stand.
    pub(super) fn words(&self) -> u32 {
        HEIGHT - 6
    }

    /// The first and the last label.
    pub(super) fn ends(&self) -> (&str, &str) {
        let first = self.bars.first().map_or("", |bar| bar.label.as_str());
        (first, self.bars.last().map_or("", |bar| bar.label.as_str()))
    }

    /// Where the last label ends.
    pub(super) fn end(&self) -> u32 {
        self.bars.last().map_or(WIDTH, |bar| bar.x + bar.width)
    }
}

/// How high a figure is drawn; what is not nothing is seen.
fn tall(value: u64, most: u64) -> u32 {
    let room = u64::from(HEIGHT - FOOT - 8);
    let height = u128::from(value) * u128::from(room) / u128::from(most.max(1));
    let height = u32::try_from(height).unwrap_or(0);
    if value > 0 { height.max(2) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_figure_fills_the_chart_and_the_smallest_is_seen() {
        let figures = vec![
            ("a".to_owned(), 1_000_000, 0),
            ("b".to_owned(), 1, 0),
            ("c".to_owned(), 0, 0),
        ];
        let chart = Chart::new("t", "u", None, figures);
        let heights: Vec<u32> = chart.bars.iter().map(|bar| bar.height).collect();
        assert_eq!(heights, [HEIGHT - FOOT - 8, 2, 0]);
        assert!(chart.bars.iter().all(|bar| bar.y + bar.height == chart.ground()));
        assert!(Chart::new("t", "u", None, vec![]).is_empty());
    }
}
