//! The elements of the layout, before they have a position on a page.

use super::style::{Colour, HAIRLINE, LINE, Style, WIDTH};

/// Rows that stay on one page if possible.
pub(super) struct Block {
    pub(super) rows: Vec<Row>,
}

/// A row over the whole width. It is never divided.
pub(super) struct Row {
    pub(super) height: f32,
    pub(super) items: Vec<RowItem>,
    /// The heading that begins here, for the outline.
    pub(super) heading: Option<String>,
}

/// An item of a row. `x` counts from the left margin, and `y` from the upper edge of the row. Glyph
/// runs and pictures are read by screen readers, in their order.
pub(super) enum RowItem {
    GlyphRun(GlyphRun),
    Picture(PictureFrame),
    /// Decoration, which screen readers skip.
    Bar(Bar),
}

pub(super) struct GlyphRun {
    pub(super) x: f32,
    pub(super) baseline: f32,
    pub(super) style: Style,
    pub(super) line: String,
}

/// The frame of a picture, at the left margin.
pub(super) struct PictureFrame {
    /// The index of the report's photograph.
    pub(super) exhibit: usize,
    pub(super) width: f32,
    pub(super) height: f32,
}

pub(super) struct Bar {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) colour: Colour,
}

impl Block {
    pub(super) fn height(&self) -> f32 {
        self.rows.iter().map(|row| row.height).sum()
    }
}

impl From<Vec<Row>> for Block {
    fn from(rows: Vec<Row>) -> Self {
        Self { rows }
    }
}

impl Row {
    pub(super) fn space(height: f32) -> Self {
        Self {
            height,
            items: vec![],
            heading: None,
        }
    }

    /// A thin line with space below it.
    pub(super) fn rule(below: f32) -> Self {
        let mut row = Self::space(HAIRLINE + below);
        row.items.push(RowItem::Bar(Bar {
            x: 0.0,
            y: 0.0,
            width: WIDTH,
            height: HAIRLINE,
            colour: LINE,
        }));
        row
    }
}
