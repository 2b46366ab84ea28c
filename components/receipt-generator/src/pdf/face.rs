//! The two fonts, and how texts are broken into lines that fit.
//!
//! A receipt needs no shaping: in the scripts of the fonts, letters stand side by side, and an accent
//! that follows its letter is drawn over it because it has no width. Of other scripts, each character
//! is shown as the replacement character.

use std::sync::LazyLock;

use skrifa::{
    FontRef, MetadataProvider,
    charmap::Charmap,
    instance::{LocationRef, Size},
    metrics::{GlyphMetrics, Metrics},
};

use super::style::Weight;

static REGULAR: LazyLock<Face> = LazyLock::new(|| {
    Face::read(
        "NotoSans-Regular",
        include_bytes!("../../fonts/NotoSans-Regular.ttf"),
    )
});
static BOLD: LazyLock<Face> = LazyLock::new(|| {
    Face::read(
        "NotoSans-Bold",
        include_bytes!("../../fonts/NotoSans-Bold.ttf"),
    )
});

pub(super) struct Face {
    pub(super) name: &'static str,
    pub(super) bytes: &'static [u8],
    pub(super) metrics: Metrics,
    glyphs: Charmap<'static>,
    widths: GlyphMetrics<'static>,
}

/// A part of a text that is set on one line.
pub(super) struct Line {
    pub(super) text: String,
    /// In points, without the space at the end.
    pub(super) width: f32,
}

impl Face {
    pub(super) fn of(weight: Weight) -> &'static Self {
        match weight {
            Weight::Regular => &REGULAR,
            Weight::Bold => &BOLD,
        }
    }

    fn read(name: &'static str, bytes: &'static [u8]) -> Self {
        #[expect(clippy::expect_used, reason = "the fonts are compiled in")]
        let tables = FontRef::new(bytes).expect("the font can be read");
        let (size, location) = (Size::unscaled(), LocationRef::default());
        Self {
            name,
            bytes,
            metrics: tables.metrics(size, location),
            glyphs: tables.charmap(),
            widths: tables.glyph_metrics(size, location),
        }
    }

    /// The glyph of a character, or what is shown instead.
    pub(super) fn glyph(&self, character: char) -> u16 {
        let glyph = self.glyphs.map(character);
        let glyph = glyph.or_else(|| self.glyphs.map(char::REPLACEMENT_CHARACTER));
        glyph.map_or(0, |it| u16::try_from(it.to_u32()).unwrap_or(0))
    }

    /// How far the next character is, in sizes of the font.
    pub(super) fn advance(&self, character: char) -> f32 {
        let width = self.widths.advance_width(self.glyph(character).into());
        self.em(width.unwrap_or_default())
    }

    /// A length in the font, in sizes of the font.
    pub(super) fn em(&self, length: f32) -> f32 {
        length / f32::from(self.metrics.units_per_em)
    }

    /// Breaks between words, and inside a word only where it is wider than a line. The space at a
    /// break stays at the end of its line, so that the words remain two to whoever copies them.
    pub(super) fn wrap(&self, text: &str, size: f32, width: f32) -> Vec<Line> {
        let mut lines = vec![];
        let (mut start, mut taken) = (0, 0.0);
        // Where the line can be broken, and how wide it is up to there.
        let mut space = None;
        for (at, character) in text.char_indices() {
            let advance = self.advance(character) * size;
            while character != ' ' && taken + advance > width && at > start {
                let (end, before) = space.take().unwrap_or((at, taken));
                lines.push(self.line(&text[start..end], size));
                (start, taken) = (end, taken - before);
            }
            taken += advance;
            if character == ' ' {
                space = Some((at + 1, taken));
            }
        }
        lines.push(self.line(&text[start..], size));
        lines
    }

    fn line(&self, text: &str, size: f32) -> Line {
        let visible = text.trim_end().chars();
        Line {
            width: visible.map(|it| self.advance(it)).sum::<f32>() * size,
            text: text.to_owned(),
        }
    }
}
