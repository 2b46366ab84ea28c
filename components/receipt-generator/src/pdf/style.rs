//! Measures, weights and colours. Lengths are in points, of which an inch has 72.

/// A4 (ISO 216).
pub(super) const PAGE_WIDTH: f32 = 595.28;
pub(super) const PAGE_HEIGHT: f32 = 841.89;

pub(super) const MARGIN_LEFT: f32 = 72.0;
pub(super) const MARGIN_TOP: f32 = 46.0;
pub(super) const MARGIN_BOTTOM: f32 = 42.0;

/// The width between the margins.
pub(super) const WIDTH: f32 = PAGE_WIDTH - 2.0 * MARGIN_LEFT;

/// The height between the margins.
pub(super) const HEIGHT: f32 = PAGE_HEIGHT - MARGIN_TOP - MARGIN_BOTTOM;

/// The least space between a label and its value on one line.
pub(super) const GAP: f32 = 16.0;

/// The bar along the first page's upper edge.
pub(super) const BAR: f32 = 6.0;

pub(super) const HAIRLINE: f32 = 0.6;

/// The height of capital letters, in sizes of the font.
pub(super) const CAPITALS: f32 = 0.714;

/// The width and height of the QR code: 2.5 cm, the height of the texts beside it.
pub(super) const CODE: f32 = 70.87;

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

// Red, green and blue, the same as on the HTML page in its light colours.
pub(super) const INK: Colour = [0x14, 0x18, 0x1d];
pub(super) const FAINT: Colour = [0x56, 0x61, 0x6c];
pub(super) const LINE: Colour = [0xdd, 0xe2, 0xe7];
pub(super) const ACCENT: Colour = [0x0b, 0x6b, 0x4f];

pub(super) const KIND: Style = regular(10.0, 14.0, FAINT);
pub(super) const HEADLINE: Style = bold(13.0, 19.0, ACCENT);
pub(super) const AMOUNT: Style = bold(30.0, 38.0, INK);
pub(super) const TEXT: Style = regular(9.5, 12.8, INK);
pub(super) const HEADING: Style = bold(10.5, 16.0, INK);
pub(super) const LABEL: Style = regular(9.5, 12.8, FAINT);
pub(super) const SUM: Style = bold(9.5, 12.8, INK);
pub(super) const NOTE: Style = regular(8.0, 11.0, FAINT);
pub(super) const ADDRESS: Style = regular(8.5, 12.0, ACCENT);

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
