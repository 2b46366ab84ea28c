//! What is drawn, before it has a place on a page.

use super::style::{Colour, HAIRLINE, LINE, Style, WIDTH};

/// What stands on one page, if it fits one.
pub(super) struct Block {
    pub(super) strips: Vec<Strip>,
}

/// As wide as the page, and never on two.
pub(super) struct Strip {
    pub(super) height: f32,
    pub(super) marks: Vec<Mark>,
    /// The heading that begins here, for the list of contents.
    pub(super) heading: Option<String>,
}

/// `x` counts from the left margin and `y` from the strip's upper edge. Texts and pictures are what is
/// read, in their order.
pub(super) enum Mark {
    Text(Text),
    Picture(Frame),
    /// For the eye alone.
    Bar(Bar),
}

pub(super) struct Text {
    pub(super) x: f32,
    pub(super) baseline: f32,
    pub(super) style: Style,
    pub(super) line: String,
}

/// The place of a picture, at the left margin.
pub(super) struct Frame {
    /// Which of the report's photographs it is.
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
        self.strips.iter().map(|strip| strip.height).sum()
    }
}

impl From<Vec<Strip>> for Block {
    fn from(strips: Vec<Strip>) -> Self {
        Self { strips }
    }
}

impl Strip {
    pub(super) fn space(height: f32) -> Self {
        Self {
            height,
            marks: vec![],
            heading: None,
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
}
