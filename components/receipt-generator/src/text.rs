//! The sheet as lines, for a terminal's printer or screen and for plain mail.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::sheet::{Row, Section, Sheet};

/// The most columns of a line.
const COLUMNS: usize = 40;

/// The fewest spaces between a label and its value on one line.
const GAP: usize = 2;

/// By how much a value is indented that has lines of its own.
const INDENT: usize = 2;

/// The spaces inside numbers and before units: U+00A0 and the narrow U+202F, one column each.
const NO_BREAK_SPACES: [char; 2] = ['\u{a0}', '\u{202f}'];

pub(crate) fn write(sheet: &Sheet) -> String {
    let mut lines = vec![sheet.title.to_owned()];
    lines.extend(pair(sheet.headline, &sheet.total));
    lines.extend(
        sheet
            .explanation
            .iter()
            .flat_map(|text| wrap(text, COLUMNS)),
    );
    lines.extend(sheet.sections.iter().flat_map(section));
    // They have held amounts and moments together until here, and many a printer knows no other space.
    lines.join("\n").replace(NO_BREAK_SPACES, " ") + "\n"
}

fn section(section: &Section) -> Vec<String> {
    let mut lines = vec![String::new(), section.title.to_owned(), "-".repeat(COLUMNS)];
    lines.extend(section.rows.iter().flat_map(row));
    lines.extend(section.notes.iter().flat_map(|note| wrap(note, COLUMNS)));
    lines
}

fn row(row: &Row) -> Vec<String> {
    pair(&row.label, &row.value)
}

/// Label left and value right if one line is enough, and otherwise the value below the label.
fn pair(label: &str, value: &str) -> Vec<String> {
    let taken = label.width() + value.width();
    match COLUMNS.checked_sub(taken) {
        Some(space) if space >= GAP => vec![format!("{label}{:space$}{value}", "")],
        _ => {
            let mut lines = wrap(label, COLUMNS);
            let below = wrap(value, COLUMNS - INDENT);
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
