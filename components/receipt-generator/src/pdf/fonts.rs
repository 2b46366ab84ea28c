//! Embeds the fonts in a PDF, with only the glyphs that it uses.
//!
//! Each character has a code of its own, also if several characters have the same glyph, as all
//! that the fonts lack. So a copied text is the original text.

use std::collections::HashMap;

use pdf_writer::{
    Filter, Finish, Name, Pdf, Rect, Ref, Str,
    types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap},
};
use subsetter::GlyphRemapper;

use super::{
    compression::compress,
    face::Face,
    style::{CAPITALS, Weight},
};

const SYSTEM: SystemInfo = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};

/// Into how many units PDF divides the size of a font.
const UNITS: f32 = 1000.0;

pub(super) struct Fonts {
    regular: Font,
    bold: Font,
}

pub(super) struct Font {
    face: &'static Face,
    id: Ref,
    /// The characters in the order of their codes, from code 1 on.
    characters: Vec<char>,
    codes: HashMap<char, u16>,
}

impl Fonts {
    pub(super) fn new(next: &mut Ref) -> Self {
        let mut font = |weight| Font {
            face: Face::of(weight),
            id: next.bump(),
            characters: vec![],
            codes: HashMap::new(),
        };
        Self {
            regular: font(Weight::Regular),
            bold: font(Weight::Bold),
        }
    }

    pub(super) fn font(&mut self, weight: Weight) -> &mut Font {
        match weight {
            Weight::Regular => &mut self.regular,
            Weight::Bold => &mut self.bold,
        }
    }

    pub(super) fn name(&self, weight: Weight) -> Name<'static> {
        match weight {
            Weight::Regular => Name(b"R"),
            Weight::Bold => Name(b"B"),
        }
    }

    pub(super) fn names(&self) -> [(Name<'static>, Ref); 2] {
        [
            (self.name(Weight::Regular), self.regular.id),
            (self.name(Weight::Bold), self.bold.id),
        ]
    }

    pub(super) fn write(&self, pdf: &mut Pdf, next: &mut Ref) {
        self.regular.write(pdf, next);
        self.bold.write(pdf, next);
    }
}

impl Font {
    /// The codes of a text, two bytes each.
    pub(super) fn encode(&mut self, text: &str) -> Vec<u8> {
        text.chars()
            .flat_map(|it| self.code(it).to_be_bytes())
            .collect()
    }

    fn code(&mut self, character: char) -> u16 {
        *self.codes.entry(character).or_insert_with(|| {
            self.characters.push(character);
            // No receipt has so many different characters.
            u16::try_from(self.characters.len()).unwrap_or_default()
        })
    }

    fn write(&self, pdf: &mut Pdf, next: &mut Ref) {
        let name = self.name();
        let name = Name(name.as_bytes());
        let (cid, descriptor) = (next.bump(), next.bump());
        let (file, glyphs, texts) = (next.bump(), next.bump(), next.bump());

        pdf.type0_font(self.id)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(texts);
        let mut font = pdf.cid_font(cid);
        font.subtype(CidFontType::Type2)
            .base_font(name)
            .system_info(SYSTEM)
            .font_descriptor(descriptor)
            .cid_to_gid_map_stream(glyphs);
        let widths = self
            .characters
            .iter()
            .map(|it| self.face.advance(*it) * UNITS);
        font.widths().consecutive(1, widths);
        font.finish();
        self.describe(pdf, descriptor, name, file);

        let mut remapper = GlyphRemapper::new();
        let mut map = vec![0, 0];
        for character in &self.characters {
            let glyph = remapper.remap(self.face.glyph(*character));
            map.extend(glyph.to_be_bytes());
        }
        #[expect(clippy::expect_used, reason = "the fonts are compiled in")]
        let subset = subsetter::subset(self.face.bytes, 0, &remapper).expect("a font to divide");
        stream(pdf, file, &subset, Some(Name(b"Length1")));
        stream(pdf, glyphs, &map, None);
        stream(pdf, texts, &self.texts(), None);
    }

    fn describe(&self, pdf: &mut Pdf, id: Ref, name: Name, file: Ref) {
        let metrics = &self.face.metrics;
        let units = |length| self.face.em(length) * UNITS;
        let bounds = metrics.bounds.unwrap_or_default();
        pdf.font_descriptor(id)
            .name(name)
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(
                units(bounds.x_min),
                units(bounds.y_min),
                units(bounds.x_max),
                units(bounds.y_max),
            ))
            .italic_angle(0.0)
            .ascent(units(metrics.ascent))
            .descent(units(metrics.descent))
            .cap_height(CAPITALS * UNITS)
            // The thickness of stems. PDF requires it, and readers ignore it.
            .stem_v(80.0)
            .font_file2(file);
    }

    /// Which character each code stands for.
    fn texts(&self) -> Vec<u8> {
        let mut texts = UnicodeCmap::new(Name(b"Characters"), SYSTEM);
        for (code, character) in (1u16..).zip(&self.characters) {
            texts.pair(code, readable(*character));
        }
        texts.finish().to_vec()
    }

    /// The font's name, after six letters that tell this subset from others of the font.
    fn name(&self) -> String {
        let seed = self.characters.iter().fold(0u64, |seed, it| {
            seed.wrapping_mul(31)
                .wrapping_add(u64::from(u32::from(*it)))
        });
        let letters = (0..6).scan(seed, |rest, _| {
            let letter = b'A' + u8::try_from(*rest % 26).unwrap_or_default();
            *rest /= 26;
            Some(char::from(letter))
        });
        format!("{}+{}", letters.collect::<String>(), self.face.name)
    }
}

/// A code must not stand for these three characters.
fn readable(character: char) -> char {
    match character {
        '\u{0}' | '\u{feff}' | '\u{fffe}' => char::REPLACEMENT_CHARACTER,
        _ => character,
    }
}

/// Writes a compressed stream. `key` is the field for the uncompressed length, if it is needed.
fn stream(pdf: &mut Pdf, id: Ref, bytes: &[u8], key: Option<Name>) {
    let compressed = compress(bytes);
    let mut stream = pdf.stream(id, &compressed);
    stream.filter(Filter::FlateDecode);
    if let Some(key) = key {
        stream.pair(key, i32::try_from(bytes.len()).unwrap_or(i32::MAX));
    }
}
