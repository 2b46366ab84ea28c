//! The two fonts, and what a text is in them.
//!
//! A receipt needs no shaping: in the scripts of the fonts, letters stand side by side, and an accent
//! that follows its letter is drawn over it because it has no width. Of other scripts, each character
//! becomes the replacement character, and the text itself stays with it for whoever copies it.

use std::sync::LazyLock;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::{
    FontRef, MetadataProvider,
    charmap::Charmap,
    instance::{LocationRef, Size},
    metrics::GlyphMetrics,
};

use super::style::Weight;

static REGULAR: LazyLock<Face> =
    LazyLock::new(|| Face::read(include_bytes!("../../fonts/NotoSans-Regular.ttf")));
static BOLD: LazyLock<Face> =
    LazyLock::new(|| Face::read(include_bytes!("../../fonts/NotoSans-Bold.ttf")));

pub(super) struct Face {
    font: Font,
    glyphs: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
}

/// A part of a text that is set on one line.
pub(super) struct Line {
    /// What the fonts can show.
    pub(super) text: String,
    /// What it was, if the fonts cannot show all of it.
    pub(super) original: Option<String>,
    pub(super) glyphs: Vec<KrillaGlyph>,
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

    fn read(bytes: &'static [u8]) -> Self {
        #[expect(clippy::expect_used, reason = "the fonts are compiled in")]
        let read = || {
            let font = Font::new(bytes.into(), 0).expect("krilla reads the font");
            (font, FontRef::new(bytes).expect("skrifa reads the font"))
        };
        let (font, tables) = read();
        Self {
            font,
            glyphs: tables.charmap(),
            metrics: tables.glyph_metrics(Size::unscaled(), LocationRef::default()),
        }
    }

    pub(super) fn font(&self) -> Font {
        self.font.clone()
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

    fn line(&self, original: &str, size: f32) -> Line {
        let text: String = original.chars().map(|it| self.shown(it)).collect();
        let glyphs = text.char_indices().map(|(at, character)| {
            let range = at..at + character.len_utf8();
            let advance = self.advance(character);
            KrillaGlyph::new(self.glyph(character), advance, 0.0, 0.0, 0.0, range, None)
        });
        Line {
            glyphs: glyphs.collect(),
            width: text
                .trim_end()
                .chars()
                .map(|it| self.advance(it))
                .sum::<f32>()
                * size,
            original: (text != original).then(|| original.to_owned()),
            text,
        }
    }

    fn shown(&self, character: char) -> char {
        match self.glyphs.map(character) {
            Some(_) => character,
            None => char::REPLACEMENT_CHARACTER,
        }
    }

    fn glyph(&self, character: char) -> GlyphId {
        let glyph = self.glyphs.map(self.shown(character)).unwrap_or_default();
        GlyphId::new(glyph.to_u32())
    }

    /// How far the next character is, in sizes of the font.
    fn advance(&self, character: char) -> f32 {
        let glyph = self.glyph(character).to_u32().into();
        self.metrics.advance_width(glyph).unwrap_or_default() / self.font.units_per_em()
    }
}
