//! The two fonts, and line breaking.
//!
//! The scripts of these fonts need no shaping: letters stand side by side, and a combining accent
//! is drawn over its letter because it has no width. Characters of other scripts are shown as the
//! replacement character; the original text is kept beside it for copying and for screen readers.

use std::ops::Range;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};
use unicode_linebreak::{BreakOpportunity, linebreaks};

use super::style::{Style, Weight};

const REGULAR: &[u8] =
    include_bytes!("../../../../components/receipt-generator/fonts/NotoSans-Regular.ttf");
const BOLD: &[u8] =
    include_bytes!("../../../../components/receipt-generator/fonts/NotoSans-Bold.ttf");

pub(super) struct Faces {
    regular: Face,
    bold: Face,
}

pub(super) struct Face {
    pub(super) font: Font,
    glyphs: Charmap<'static>,
    widths: GlyphMetrics<'static>,
}

impl Faces {
    pub(super) fn load() -> Option<Self> {
        Some(Self {
            regular: Face::read(REGULAR)?,
            bold: Face::read(BOLD)?,
        })
    }

    pub(super) fn of(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// Breaks a text into lines of at most this width.
    pub(super) fn wrap(&self, text: &str, style: Style, width: f32) -> Vec<String> {
        let face = self.of(style.weight);
        face.wrap(text, width / style.size)
    }

    /// The text as it is shown: the replacement character stands for each character without a
    /// glyph.
    pub(super) fn shown(&self, text: &str) -> String {
        let show = |it| match self.regular.glyphs.map(it) {
            Some(_) => it,
            None => char::REPLACEMENT_CHARACTER,
        };
        text.chars().map(show).collect()
    }
}

impl Face {
    fn read(bytes: &'static [u8]) -> Option<Self> {
        let tables = FontRef::new(bytes).ok()?;
        Some(Self {
            font: Font::new(bytes.into(), 0)?,
            glyphs: tables.charmap(),
            widths: tables.glyph_metrics(Size::unscaled(), LocationRef::default()),
        })
    }

    /// The glyph of a character, or that of the replacement character.
    fn glyph(&self, character: char) -> skrifa::GlyphId {
        let glyph = self.glyphs.map(character);
        let glyph = glyph.or_else(|| self.glyphs.map(char::REPLACEMENT_CHARACTER));
        glyph.unwrap_or_default()
    }

    /// The advance width of a character, in sizes of the font.
    fn advance(&self, character: char) -> f32 {
        let width = self.widths.advance_width(self.glyph(character));
        width.unwrap_or_default() / self.font.units_per_em()
    }

    /// The width of a text without trailing spaces, in sizes of the font.
    pub(super) fn width(&self, text: &str) -> f32 {
        let characters = text.trim_end().chars();
        characters.map(|it| self.advance(it)).sum()
    }

    /// The glyphs of a text.
    pub(super) fn set(&self, text: &str) -> Vec<KrillaGlyph> {
        let glyph = |(at, character): (usize, char)| {
            let range = at..at + character.len_utf8();
            let id = GlyphId::new(self.glyph(character).to_u32());
            KrillaGlyph::new(id, self.advance(character), 0.0, 0.0, 0.0, range, None)
        };
        text.char_indices().map(glyph).collect()
    }

    /// Breaks where Unicode allows it (UAX #14), and inside a word only if it is wider than a line.
    /// Spaces stay at the ends of lines, so that copied words stay separate.
    fn wrap(&self, text: &str, width: f32) -> Vec<String> {
        let mut lines = vec![];
        // The current line.
        let mut line = Range { start: 0, end: 0 };
        for (at, opportunity) in linebreaks(text) {
            if line.end > line.start && self.width(&text[line.start..at]) > width {
                lines.push(text[line.clone()].to_owned());
                line.start = line.end;
            }
            while self.width(&text[line.start..at]) > width {
                let cut = line.start + self.fitting(&text[line.start..at], width);
                lines.push(text[line.start..cut].to_owned());
                line.start = cut;
            }
            line.end = at;
            if opportunity == BreakOpportunity::Mandatory {
                lines.push(text[line.clone()].to_owned());
                line.start = at;
            }
        }
        lines
    }

    /// How many bytes of a text fit; at least one character.
    fn fitting(&self, text: &str, width: f32) -> usize {
        let mut used = 0.0;
        for (at, character) in text.char_indices() {
            used += self.advance(character);
            if used > width && at > 0 {
                return at;
            }
        }
        text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::Faces;
    use crate::pdf::style::{TEXT, Weight};

    #[test]
    fn digits_are_equally_wide() {
        let faces = Faces::load().unwrap();
        // 572 of 1000 in Noto Sans.
        let face = faces.of(Weight::Regular);
        assert!(('0'..='9').all(|it| (face.advance(it) - 0.572).abs() < 1e-6));
    }

    #[test]
    fn lines_are_no_wider_than_they_may_be_and_are_the_whole_text() {
        let faces = Faces::load().unwrap();
        let face = faces.of(TEXT.weight);
        for text in [
            "one",
            "i wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww",
            "words that are broken between them, and some spaces:         ",
            "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}",
            "充電スタンドの充電スタンドの",
            "well-known\u{a0}and/or user@example.org",
        ] {
            let lines = face.wrap(text, 5.0);
            assert!(lines.iter().all(|line| face.width(line) <= 5.0), "{text}");
            assert_eq!(lines.concat(), text);
            assert!(lines.iter().all(|line| !line.starts_with('\u{301}')));
        }
        assert_eq!(face.wrap("", 5.0), Vec::<String>::new());
    }

    #[test]
    fn what_the_fonts_lack_is_shown_as_the_replacement_character() {
        let faces = Faces::load().unwrap();
        let known = "Göteborg, Αθήνα, София: 5 €, 3 × 2";
        assert_eq!(faces.shown(known), known);
        assert_eq!(faces.shown("EVSE 充電 2"), "EVSE \u{fffd}\u{fffd} 2");
    }
}
