//! Measures, weights and colours. Lengths are in points, of which an inch has 72.

/// A4, as ISO 216 has it.
pub(super) const PAGE_WIDTH: f32 = 595.28;
pub(super) const PAGE_HEIGHT: f32 = 841.89;

pub(super) const MARGIN_LEFT: f32 = 62.0;
pub(super) const MARGIN_TOP: f32 = 46.0;
pub(super) const MARGIN_BOTTOM: f32 = 56.0;

/// How wide what people read is.
pub(super) const WIDTH: f32 = PAGE_WIDTH - 2.0 * MARGIN_LEFT;

/// How much fits on a page.
pub(super) const HEIGHT: f32 = PAGE_HEIGHT - MARGIN_TOP - MARGIN_BOTTOM;

/// Where the values beside their labels begin.
pub(super) const VALUES: f32 = 120.0;

/// The least space between a label and its value.
pub(super) const GAP: f32 = 12.0;

/// The bar along the first page's upper edge.
pub(super) const BAR: f32 = 6.0;

pub(super) const HAIRLINE: f32 = 0.6;

/// The bar beside what is missing, and how far the text is from it.
pub(super) const EDGE: f32 = 3.0;
pub(super) const INSET: f32 = 12.0;

/// How high capital letters are, in sizes of the font.
pub(super) const CAPITALS: f32 = 0.714;

/// How high a picture may be: two with their captions fit on a page.
pub(super) const PICTURE_HEIGHT: f32 = 285.0;

/// How large a pixel may be: small pictures are not blown up.
pub(super) const PIXEL: f32 = 0.75;

pub(super) type Colour = [u8; 3];

#[derive(Clone, Copy)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// How a text is set.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) weight: Weight,
    pub(super) size: f32,
    /// From one line to the next.
    pub(super) leading: f32,
    pub(super) colour: Colour,
}

// The colours are those of the page in light: red, green and blue.
const INK: Colour = [0x14, 0x18, 0x1d];
const FAINT: Colour = [0x56, 0x61, 0x6c];
pub(super) const LINE: Colour = [0xdd, 0xe2, 0xe7];
pub(super) const ACCENT: Colour = [0x0b, 0x6b, 0x4f];
pub(super) const ALARM: Colour = [0xb3, 0x26, 0x1e];
pub(super) const TINT: Colour = [0xfc, 0xec, 0xea];

pub(super) const KIND: Style = regular(10.0, 15.0, FAINT);
pub(super) const TITLE: Style = bold(18.0, 24.0, INK);
pub(super) const DRAFT: Style = bold(10.0, 14.0, ALARM);
pub(super) const HEADING: Style = bold(11.0, 18.0, INK);
pub(super) const TEXT: Style = regular(9.5, 13.4, INK);
pub(super) const LABEL: Style = regular(9.5, 13.4, FAINT);
pub(super) const CAPTION: Style = bold(9.5, 13.4, INK);
pub(super) const NOTE: Style = regular(8.0, 11.4, FAINT);

const fn regular(size: f32, leading: f32, colour: Colour) -> Style {
    Style {
        weight: Weight::Regular,
        size,
        leading,
        colour,
    }
}

const fn bold(size: f32, leading: f32, colour: Colour) -> Style {
    Style {
        weight: Weight::Bold,
        size,
        leading,
        colour,
    }
}
