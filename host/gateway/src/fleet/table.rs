//! A list as a table.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use serde_json::Value;

use super::plain::{line, plain, reason};

/// A heading, and the place in an item as a JSON pointer.
pub(crate) type Column = (&'static str, &'static str);

/// How many reasons a cell names. Several more are only counted.
const CODES: usize = 2;

/// A list as a table that is at most this wide.
pub(crate) fn table(columns: &[Column], items: &[Value], width: Option<u16>) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING);
    if let Some(width) = width {
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
    }
    table.set_header(columns.iter().map(|(heading, _)| *heading));
    for item in items {
        table.add_row(columns.iter().map(|(_, place)| cell(item.pointer(place))));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let lines = table.lines();
    lines.map(|line| format!("{}\n", line.trim_end())).collect()
}

fn cell(value: Option<&Value>) -> String {
    let Some(value) = value else {
        return line(&Value::Null);
    };
    let codes = codes(value).unwrap_or_default();
    match codes.split_at_checked(CODES) {
        Some((codes, more)) if more.len() > 1 => {
            format!("{} and {} more", codes.join(", "), more.len())
        }
        _ if codes.is_empty() => line(value),
        _ => codes.join(", "),
    }
}

/// The codes of a list of reasons: a cell has no room for their texts.
fn codes(value: &Value) -> Option<Vec<String>> {
    let reasons = value.as_array()?.iter();
    let codes = reasons.map(|it| Some(plain(&reason(it)?.code)));
    codes.collect()
}
