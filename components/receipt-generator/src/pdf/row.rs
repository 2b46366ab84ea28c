//! Rows: what is drawn, before it has a place on a page.

use super::{
    face::Line,
    structure::Element,
    style::{Colour, HAIRLINE, LINE, Style, WIDTH},
};
use crate::qr::Code;

/// Rows that stand on the same page, if they fit one.
pub(super) struct Block {
    pub(super) rows: Vec<Row>,
    pub(super) elements: Vec<Element>,
}

/// A row is as wide as the page and is never divided between pages.
pub(super) struct Row {
    pub(super) height: f32,
    pub(super) shapes: Vec<Shape>,
}

/// `x` counts from the left margin and `y` from the row's upper edge.
pub(super) enum Shape {
    GlyphRun(GlyphRun),
    QrCode(Code),
    /// A decoration, which screen readers skip.
    Rectangle(Rectangle),
}

/// A line of text.
pub(super) struct GlyphRun {
    pub(super) x: f32,
    pub(super) baseline: f32,
    pub(super) style: Style,
    pub(super) line: Line,
    /// Whether it is a link to the receipt's address.
    pub(super) is_link: bool,
}

pub(super) struct Rectangle {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) colour: Colour,
}

impl Block {
    pub(super) fn new(top: Row) -> Self {
        Self {
            rows: vec![top],
            elements: vec![],
        }
    }

    pub(super) fn height(&self) -> f32 {
        self.rows.iter().map(|row| row.height).sum()
    }
}

impl Row {
    pub(super) fn space(height: f32) -> Self {
        Self {
            height,
            shapes: vec![],
        }
    }

    /// A thin line with space below it.
    pub(super) fn rule(below: f32) -> Self {
        let mut row = Self::space(HAIRLINE + below);
        row.shapes.push(Shape::Rectangle(Rectangle {
            x: 0.0,
            y: 0.0,
            width: WIDTH,
            height: HAIRLINE,
            colour: LINE,
        }));
        row
    }

    pub(super) fn text_width(&self) -> f32 {
        let widths = self.shapes.iter().map(|shape| match shape {
            Shape::GlyphRun(run) => run.line.width,
            Shape::QrCode(_) | Shape::Rectangle(_) => 0.0,
        });
        widths.sum()
    }
}
