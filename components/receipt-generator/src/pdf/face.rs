//! The two fonts, and how texts are broken into lines.
//!
//! Texts are not shaped. The scripts of the fonts do not need it: letters stand side by side, and a
//! combining accent has no width, so it is drawn over its letter. Each character of another script is
//! shown as the replacement character.

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

/// The part of a text that stands on one line.
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

    /// The glyph of a character, or of the replacement character.
    pub(super) fn glyph(&self, character: char) -> u16 {
        let glyph = self.glyphs.map(character);
        let glyph = glyph.or_else(|| self.glyphs.map(char::REPLACEMENT_CHARACTER));
        glyph.map_or(0, |it| u16::try_from(it.to_u32()).unwrap_or(0))
    }

    /// The distance to the next character, in sizes of the font.
    pub(super) fn advance(&self, character: char) -> f32 {
        let width = self.widths.advance_width(self.glyph(character).into());
        self.em(width.unwrap_or_default())
    }

    /// A length in the font, in sizes of the font.
    pub(super) fn em(&self, length: f32) -> f32 {
        length / f32::from(self.metrics.units_per_em)
    }

    /// Breaks between words. A word that is wider than a line is broken inside. The space at a break
    /// stays at the end of its line, so that a copied text has it.
    pub(super) fn wrap(&self, text: &str, size: f32, width: f32) -> Vec<Line> {
        let mut lines = vec![];
        let (mut start, mut taken) = (0, 0.0);
        // The last place where the line can be broken, and its width up to there.
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

#[cfg(test)]
mod tests {
    use super::Face;
    use crate::pdf::style::Weight;

    const FACES: [Weight; 2] = [Weight::Regular, Weight::Bold];

    /// The letters beside a to z in the official languages of the EU and in Norwegian, by CLDR 48
    /// (main exemplar characters and auxiliary ones that its orthography uses).
    const ALPHABETS: [(&str, &str); 25] = [
        ("bg", "абвгдежзийклмнопрстуфхцчшщъьюя ѝ"),
        ("cs", "áčďéěíňóřšťúůýž"),
        ("da", "æøåǻǿé"),
        ("de", "äöüßẞ"),
        ("el", "αάβγδεέζηήθιίϊΐκλμνξοόπρσςτυύϋΰφχψωώ"),
        ("en", "éèêëïôç£"),
        ("es", "áéíñóúü¡¿ªº"),
        ("et", "äöõüšž"),
        ("fi", "äöåšž"),
        ("fr", "àâæçéèêëîïôœùûüÿ"),
        ("ga", "áéíóúḃċḋḟġṁṗṡṫ"),
        ("hr", "čćđšžǆǉǌ"),
        ("hu", "áéíóöőúüű"),
        ("it", "àèéìíîòóùú"),
        ("lt", "ąčęėįšųūž"),
        ("lv", "āčēģīķļņšūž"),
        ("mt", "ċġħżàèìòù"),
        ("nb", "æøåàéòóôŋđŧčšž"),
        ("nl", "áäéëíïĳóöúü"),
        ("pl", "ąćęłńóśźż"),
        ("pt", "áàâãçéêíóôõúü"),
        ("ro", "ăâîșțşţ"),
        ("sk", "áäčďéíĺľňóôŕšťúýž"),
        ("sl", "čšž"),
        ("sv", "åäöéà"),
    ];

    const SIGNS: &str = "0123456789.,:;!?'\"()[]{}/\\|@#%&*+-=_<>~^`$§°ºª¹²³µ½\
        €£¥¢₤₦₩₪₫₭₮₱₴₵₸₹₺₽₾₿¤“”„‟‚‘’‹›«»–—−×÷•·…†‡‰№™®© \u{a0}\u{202f}\u{2009}\u{2011}\u{fffd}";

    #[track_caller]
    fn has_all(characters: impl Iterator<Item = char>, what: &str) {
        for character in characters {
            for weight in FACES {
                let glyph = Face::of(weight).glyphs.map(character);
                let is_there = glyph.is_some_and(|it| it.to_u32() != 0);
                assert!(is_there, "{what}: {character:?} has no glyph");
            }
        }
    }

    #[test]
    fn the_fonts_have_every_letter_of_the_languages() {
        has_all('a'..='z', "small");
        has_all('A'..='Z', "capital");
        for (language, letters) in ALPHABETS {
            has_all(letters.chars(), language);
            has_all(letters.to_uppercase().chars(), language);
        }
    }

    #[test]
    fn the_fonts_have_the_signs_of_a_receipt() {
        has_all(SIGNS.chars(), "signs");
        has_all('\u{20a0}'..='\u{20bf}', "currencies");
    }

    #[test]
    fn what_the_fonts_lack_is_shown_as_the_replacement_character() {
        for weight in FACES {
            let face = Face::of(weight);
            let replacement = face.glyph(char::REPLACEMENT_CHARACTER);
            assert_ne!(replacement, 0);
            for character in ['充', '👍', 'ש', '\u{0}', '\u{10ffff}'] {
                assert_eq!(face.glyph(character), replacement);
            }
        }
    }

    #[test]
    fn digits_are_equally_wide() {
        let face = Face::of(Weight::Regular);
        // In Noto Sans 572 of 1000.
        assert!(('0'..='9').all(|it| (face.advance(it) - 0.572).abs() < 1e-6));
    }

    #[test]
    fn lines_are_no_wider_than_they_may_be_and_are_the_whole_text() {
        let face = Face::of(Weight::Regular);
        for text in [
            "",
            " ",
            "one",
            "i wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww",
            "words that are broken between them, and some spaces:         ",
            "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}",
        ] {
            let lines = face.wrap(text, 10.0, 50.0);
            assert!(lines.iter().all(|line| line.width <= 50.01), "{text}");
            let joined: String = lines.iter().map(|line| line.text.as_str()).collect();
            assert_eq!(joined, text);
            assert!(lines.iter().all(|line| !line.text.starts_with('\u{301}')));
        }
        let lines = face.wrap("no word is broken here", 10.0, 60.0);
        let texts: Vec<_> = lines.iter().map(|line| line.text.trim_end()).collect();
        assert_eq!(texts.join(" "), "no word is broken here");
    }
}
