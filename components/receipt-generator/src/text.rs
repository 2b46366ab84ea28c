//! The sheet as lines, for a terminal's printer or screen and for plain mail.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::sheet::{Row, Section, Sheet};

/// So many columns a line may have. With fewer there is no room for words, and with more a value is
/// far from its label.
const COLUMNS: std::ops::RangeInclusive<u32> = 20..=120;

/// The fewest spaces between a label and its value on one line.
const GAP: usize = 2;

/// By how much a value is indented that has lines of its own.
const INDENT: usize = 2;

/// The spaces inside numbers and before units: U+00A0 and the narrow U+202F, one column each.
const NO_BREAK_SPACES: [char; 2] = ['\u{a0}', '\u{202f}'];

pub(crate) fn write(sheet: &Sheet, columns: u32) -> String {
    let columns = columns.clamp(*COLUMNS.start(), *COLUMNS.end()) as usize;
    let mut lines = wrap(sheet.title, columns);
    lines.extend(pair(sheet.headline, &sheet.total, columns));
    lines.extend(
        sheet
            .explanation
            .iter()
            .flat_map(|text| wrap(text, columns)),
    );
    lines.extend(sheet.sections.iter().flat_map(|it| section(it, columns)));
    // They have held amounts and moments together until here, and many a printer knows no other space.
    lines.join("\n").replace(NO_BREAK_SPACES, " ") + "\n"
}

fn section(section: &Section, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    lines.extend(wrap(section.title, columns));
    lines.push("-".repeat(columns));
    lines.extend(section.rows.iter().flat_map(|it| row(it, columns)));
    lines.extend(section.notes.iter().flat_map(|note| wrap(note, columns)));
    lines
}

fn row(row: &Row, columns: usize) -> Vec<String> {
    pair(&row.label, &row.value, columns)
}

/// Label left and value right if one line is enough, and otherwise the value below the label.
fn pair(label: &str, value: &str, columns: usize) -> Vec<String> {
    let taken = label.width() + value.width();
    match columns.checked_sub(taken) {
        Some(space) if space >= GAP => vec![format!("{label}{:space$}{value}", "")],
        _ => {
            let mut lines = wrap(label, columns);
            let below = wrap(value, columns - INDENT);
            lines.extend(below.iter().map(|line| format!("{:INDENT$}{line}", "")));
            lines
        }
    }
}

/// Breaks between words, and inside a word only where it is wider than a line.
fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![];
    let mut line = String::new();
    for piece in text.split(' ').flat_map(|word| pieces(word, columns)) {
        if !line.is_empty() && line.width() + 1 + piece.width() > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&piece);
    }
    lines.push(line);
    lines
}

/// A word in pieces that fit. Their width is counted by character, which is never less than that
/// of the whole, because joiners and variation selectors were cleaned away.
fn pieces(word: &str, columns: usize) -> Vec<String> {
    let mut pieces = vec![];
    let mut piece = String::new();
    let mut taken = 0;
    for character in word.chars() {
        let width = character.width().unwrap_or(0);
        if taken + width > columns {
            pieces.push(std::mem::take(&mut piece));
            taken = 0;
        }
        piece.push(character);
        taken += width;
    }
    pieces.push(piece);
    pieces
}
