//! What is drawn, before it has a place on a page.

use super::{
    face::Line,
    style::{Colour, HAIRLINE, LINE, Style, WIDTH},
    tags::Element,
};
use crate::qr::Code;

/// What stands on one page, if it fits one.
pub(super) struct Block {
    pub(super) strips: Vec<Strip>,
    pub(super) elements: Vec<Element>,
}

/// As wide as the page, and never on two.
pub(super) struct Strip {
    pub(super) height: f32,
    pub(super) marks: Vec<Mark>,
}

/// `x` counts from the left margin and `y` from the strip's upper edge.
pub(super) enum Mark {
    Text(Text),
    Code(Code),
    /// For the eye alone.
    Bar(Bar),
}

pub(super) struct Text {
    pub(super) x: f32,
    pub(super) baseline: f32,
    pub(super) style: Style,
    pub(super) line: Line,
    /// Whether a click on it leads to the receipt's address.
    pub(super) is_link: bool,
}

pub(super) struct Bar {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) colour: Colour,
}

impl Block {
    pub(super) fn new(top: Strip) -> Self {
        Self {
            strips: vec![top],
            elements: vec![],
        }
    }

    pub(super) fn height(&self) -> f32 {
        self.strips.iter().map(|strip| strip.height).sum()
    }
}

impl Strip {
    pub(super) fn space(height: f32) -> Self {
        Self {
            height,
            marks: vec![],
        }
    }

    /// A thin line with space below it.
    pub(super) fn rule(below: f32) -> Self {
        let mut strip = Self::space(HAIRLINE + below);
        strip.marks.push(Mark::Bar(Bar {
            x: 0.0,
            y: 0.0,
            width: WIDTH,
            height: HAIRLINE,
            colour: LINE,
        }));
        strip
    }

    pub(super) fn text_width(&self) -> f32 {
        let widths = self.marks.iter().map(|mark| match mark {
            Mark::Text(text) => text.line.width,
            Mark::Code(_) | Mark::Bar(_) => 0.0,
        });
        widths.sum()
    }
}
