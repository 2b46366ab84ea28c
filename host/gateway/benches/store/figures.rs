//! The table of what was measured, with what is required beside it.

use std::fmt;
use std::time::Duration;

use comfy_table::Table;
use comfy_table::presets::NOTHING;

/// The bound that a figure has to keep.
pub(crate) enum Required {
    AtLeast(f64),
    AtMost(f64),
}

pub(crate) struct Figures(Table);

impl Figures {
    pub(crate) fn new() -> Self {
        let mut table = Table::new();
        table.load_style(NOTHING);
        table.set_header(["what", "measured", "required", "met"]);
        Self(table)
    }

    /// A heading of what follows.
    pub(crate) fn part(&mut self, name: &str) {
        self.0.add_row(["", "", "", ""]);
        self.0.add_row([&name.to_uppercase(), "", "", ""]);
    }

    /// A figure of which nothing is required.
    pub(crate) fn figure(&mut self, what: &str, measured: impl fmt::Display) {
        self.0.add_row([what, &measured.to_string(), "", ""]);
    }

    /// A figure with what is required of it, both in a unit such as "×".
    pub(crate) fn required(&mut self, what: &str, measured: f64, unit: &str, required: &Required) {
        let (sign, limit, is_met) = match required {
            Required::AtLeast(limit) => ("≥", limit, measured >= *limit),
            Required::AtMost(limit) => ("≤", limit, measured <= *limit),
        };
        let measured = format!("{measured:.2} {unit}");
        let required = format!("{sign} {limit} {unit}");
        let met = if is_met { "yes" } else { "NO" };
        self.0.add_row([what, &measured, &required, met]);
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A duration in milliseconds.
pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
