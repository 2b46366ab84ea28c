//! Measures, font weights and colours. Lengths are in points (1/72 inch).

/// A4 (ISO 216).
pub(super) const PAGE_WIDTH: f32 = 595.28;
pub(super) const PAGE_HEIGHT: f32 = 841.89;

pub(super) const MARGIN_LEFT: f32 = 62.0;
pub(super) const MARGIN_TOP: f32 = 46.0;
pub(super) const MARGIN_BOTTOM: f32 = 56.0;

/// The width of the text.
pub(super) const WIDTH: f32 = PAGE_WIDTH - 2.0 * MARGIN_LEFT;

/// The height of the text on a page.
pub(super) const HEIGHT: f32 = PAGE_HEIGHT - MARGIN_TOP - MARGIN_BOTTOM;

/// The left edge of the values beside their labels.
pub(super) const VALUES: f32 = 120.0;

/// The minimum space between a label and its value.
pub(super) const GAP: f32 = 12.0;

/// The height of the bar along the upper edge of the first page.
pub(super) const BAR: f32 = 6.0;

pub(super) const HAIRLINE: f32 = 0.6;

/// The width of the bar beside the missing items, and the distance of the text from it.
pub(super) const EDGE: f32 = 3.0;
pub(super) const INSET: f32 = 12.0;

/// The height of capital letters, in sizes of the font.
pub(super) const CAPITALS: f32 = 0.714;

/// The maximum height of a picture: two with their captions fit on a page.
pub(super) const PICTURE_HEIGHT: f32 = 285.0;

/// The maximum size of a pixel, so that small pictures are not enlarged.
pub(super) const PIXEL: f32 = 0.75;

pub(super) type Colour = [u8; 3];

#[derive(Clone, Copy)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// The style of a text.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) weight: Weight,
    pub(super) size: f32,
    /// The distance between lines.
    pub(super) leading: f32,
    pub(super) colour: Colour,
}

// The colours of the page's light theme: red, green and blue.
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
