//! Writes the layout as lines, for a terminal's printer or screen and for plain mail.

use unicode_width::UnicodeWidthChar;

use crate::layout::{Entry, Layout, Section};

/// How many columns a line may have. With fewer there is no room for words; with more a value is far
/// from its label.
const COLUMNS: std::ops::RangeInclusive<u32> = 20..=120;

/// The fewest spaces between a label and its value on one line.
const GAP: usize = 2;

/// By how much a value is indented that stands below its label.
const INDENT: usize = 2;

pub(crate) fn write(layout: &Layout, columns: u32) -> String {
    let columns = columns.clamp(*COLUMNS.start(), *COLUMNS.end()) as usize;
    let mut lines = Lines {
        columns,
        text: String::new(),
    };
    lines.paragraph(layout.title, 0);
    lines.pair(layout.headline, &layout.total);
    for sentence in &layout.explanation {
        lines.paragraph(sentence, 0);
    }
    for section in &layout.sections {
        lines.section(section);
    }
    if let Some(link) = &layout.link {
        lines.text.push('\n');
        lines.paragraph(link, 0);
    }
    lines.text
}

/// The lines written so far, each with its line feed.
struct Lines {
    columns: usize,
    text: String,
}

impl Lines {
    fn section(&mut self, section: &Section) {
        self.text.push('\n');
        self.paragraph(section.title, 0);
        self.fill('-', self.columns);
        self.text.push('\n');
        for Entry { label, value, .. } in &section.entries {
            self.pair(label, value);
        }
        for note in &section.notes {
            self.paragraph(note, 0);
        }
    }

    /// Label left and value right if both fit one line, otherwise the value below the label.
    fn pair(&mut self, label: &str, value: &str) {
        let taken = width(label) + width(value);
        match self.columns.checked_sub(taken) {
            Some(space) if space >= GAP => {
                self.put(label);
                self.fill(' ', space);
                self.put(value);
                self.text.push('\n');
            }
            _ => {
                self.paragraph(label, 0);
                self.paragraph(value, INDENT);
            }
        }
    }

    /// Breaks between words. A word that is wider than a line is broken inside.
    fn paragraph(&mut self, text: &str, indent: usize) {
        let columns = self.columns - indent;
        self.fill(' ', indent);
        let mut taken = 0;
        for (at, word) in text.split(' ').enumerate() {
            let wide = width(word);
            if at > 0 && taken + 1 + wide.min(columns) > columns {
                self.text.push('\n');
                self.fill(' ', indent);
                taken = 0;
            } else if at > 0 {
                self.text.push(' ');
                taken += 1;
            }
            if wide <= columns {
                self.put(word);
                taken += wide;
            } else {
                taken = self.pieces(word, columns, indent);
            }
        }
        self.text.push('\n');
    }

    /// A word that is wider than a line, from the beginning of a line. Returns how many columns of the
    /// last line it takes.
    fn pieces(&mut self, word: &str, columns: usize, indent: usize) -> usize {
        let mut taken = 0;
        for character in word.chars() {
            let wide = columns_of(character);
            if taken + wide > columns {
                self.text.push('\n');
                self.fill(' ', indent);
                taken = 0;
            }
            self.text.push(plain(character));
            taken += wide;
        }
        taken
    }

    fn put(&mut self, text: &str) {
        self.text.extend(text.chars().map(plain));
    }

    fn fill(&mut self, character: char, count: usize) {
        self.text.extend(std::iter::repeat_n(character, count));
    }
}

/// Lines are broken now, so no-break spaces are not needed any more, and many printers have only the
/// plain space.
fn plain(character: char) -> char {
    match character {
        '\u{a0}' | '\u{202f}' => ' ',
        other => other,
    }
}

/// How many columns a text takes: the sum of its characters. The text as a whole never takes more,
/// because joiners and variation selectors were removed.
fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.chars().map(columns_of).sum()
}

fn columns_of(character: char) -> usize {
    match character {
        // Latin, Greek and Cyrillic letters: nearly all texts.
        ' '..='~' | '\u{a0}'..='\u{2ff}' | '\u{370}'..='\u{482}' => 1,
        other => other.width().unwrap_or(0),
    }
}
