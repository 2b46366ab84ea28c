//! The columns of a file, and the parsing of a line into a terminal.

use std::convert::Infallible;
use std::str::FromStr;

use csv::StringRecord;

use super::Row;
use crate::charging::{Charging, Start};
use crate::model::Model;
use crate::refusal::Reason;
use crate::terminal::{Domain, Sim, TerminalDetails};
use crate::text::{Key, StationId};

/// The known columns.
const KNOWN: [&str; 14] = [
    "serial",
    "model",
    "site",
    "domain",
    "station",
    "connectors",
    "sim",
    "firmware",
    "users",
    "tariff",
    "currency",
    "start",
    "holds",
    "languages",
];
/// How many of them are required: the first ones.
const REQUIRED: usize = 4;

/// The maximum length of an unknown column's name in a message.
const NAME: usize = 40;

/// Characters with which a formula begins in spreadsheets.
const FORMULA: [char; 5] = ['=', '+', '-', '@', '\t'];

/// The columns of a file, in their order.
pub(super) struct Columns(Vec<&'static str>);

impl Columns {
    /// Finds the columns in the first line.
    pub(super) fn find(header: &StringRecord) -> Result<Self, Vec<Reason>> {
        let known = KNOWN.join(", ");
        let mut columns = Vec::new();
        let mut reasons = Vec::new();
        for field in header {
            let name = field.trim().to_ascii_lowercase();
            match KNOWN.iter().find(|it| **it == name) {
                None => {
                    let field: String = field.chars().take(NAME).collect();
                    let text = format!("there is no column {field:?}; there are {known}");
                    reasons.push(Reason::new("unknown-column", text).at("header"));
                }
                Some(name) if columns.contains(name) => {
                    let text = format!("there are two columns {name}");
                    reasons.push(Reason::new("column-twice", text).at("header"));
                }
                Some(name) => columns.push(*name),
            }
        }
        let missing = KNOWN
            .iter()
            .take(REQUIRED)
            .filter(|it| !columns.contains(it));
        for name in missing {
            let text = format!("the first line names no column {name}; there are {known}");
            reasons.push(Reason::new("no-column", text).at("header"));
        }
        match reasons.is_empty() {
            true => Ok(Self(columns)),
            false => Err(reasons),
        }
    }

    /// Parses a line, or reports everything that is wrong with it.
    pub(super) fn row(
        &self,
        record: &StringRecord,
        line: u64,
        order: &Key,
    ) -> Result<Row, Vec<Reason>> {
        if record.len() != self.0.len() {
            let (has, names) = (record.len(), self.0.len());
            let hint = match record.iter().any(|field| field.contains('\n')) {
                true => ": a quotation mark may not be closed",
                false => "",
            };
            let text = format!("the line has {has} fields, and the first line {names}{hint}");
            return Err(vec![Reason::new("fields", text).at(format!("line {line}"))]);
        }
        let mut fields = Fields {
            columns: &self.0,
            record,
            line,
            reasons: Vec::new(),
        };
        let row = fields.row(order);
        match row {
            Some(row) if fields.reasons.is_empty() => Ok(row),
            _ => Err(fields.reasons),
        }
    }
}

/// The fields of a line, and the reasons against them.
struct Fields<'a> {
    columns: &'a [&'static str],
    record: &'a StringRecord,
    line: u64,
    reasons: Vec<Reason>,
}

impl Fields<'_> {
    fn row(&mut self, order: &Key) -> Option<Row> {
        self.refuse_formulas();
        let serial = self.required("serial", |text| text.to_ascii_uppercase().parse());
        let model = self.required("model", model);
        let site = self.required("site", Key::from_str);
        let domain = self.required("domain", domain);
        let station = self.optional("station", StationId::from_str);
        let connectors = self.list("connectors", |text| {
            let number: Option<u32> = text.parse().ok();
            number.ok_or("an EVSE is a number of its station, such as 1")
        });
        let sim = self.optional("sim", |text| match text.eq_ignore_ascii_case("none") {
            true => Ok(Sim::None),
            false => text.parse().map(Sim::Card),
        });
        let firmware = self.optional("firmware", str::parse);
        let users = self.list("users", Key::from_str);
        let charging = self.charging();
        Some(Row {
            line: self.line,
            serial: serial?,
            details: TerminalDetails {
                model: model?,
                order: order.clone(),
                site: site?,
                station,
                connectors,
                charging,
                sim,
                firmware,
                users,
            },
            domain: domain?,
        })
    }

    /// How it takes cards, if anything is said of that.
    fn charging(&mut self) -> Option<Charging> {
        let said = ["tariff", "currency", "start", "holds", "languages"];
        if said
            .iter()
            .all(|column| self.field(column).trim().is_empty())
        {
            return None;
        }
        let text = |text: &str| Ok::<_, Infallible>(text.to_owned());
        let tariff = self.required("tariff", Key::from_str);
        let currency = self.required("currency", text);
        let start = self.optional("start", start);
        Some(Charging {
            tariff: tariff?,
            currency: currency?,
            start: start.unwrap_or_default(),
            holds: self.list("holds", text),
            stop_on_screen: false,
            confirm_stop: false,
            languages: self.list("languages", text),
        })
    }

    fn field(&self, column: &str) -> &str {
        let place = self.columns.iter().position(|it| *it == column);
        let field = place.and_then(|place| self.record.get(place));
        field.unwrap_or_default()
    }

    fn wrong(&mut self, column: &str, code: &str, text: impl Into<String>) {
        let at = format!("line {}, {column}", self.line);
        self.reasons.push(Reason::new(code, text).at(at));
    }

    /// Exports may be opened in a spreadsheet, which would execute a formula.
    fn refuse_formulas(&mut self) {
        for column in self.columns {
            let field = self.field(column);
            if field.starts_with(FORMULA) || field.trim().starts_with(FORMULA) {
                let text = "a field may not begin with = + - @ or a tab, as formulas do";
                self.wrong(column, "formula", text);
            }
        }
    }

    fn optional<T, E: ToString>(
        &mut self,
        column: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let field = self.field(column).trim();
        if field.is_empty() || field.starts_with(FORMULA) {
            return None;
        }
        match read(field) {
            Ok(it) => Some(it),
            Err(error) => {
                self.wrong(column, column, error.to_string());
                None
            }
        }
    }

    fn required<T, E: ToString>(
        &mut self,
        column: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        if self.field(column).trim().is_empty() {
            self.wrong(column, column, "this must be said");
        }
        self.optional(column, read)
    }

    fn list<T, E: ToString>(
        &mut self,
        column: &str,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Vec<T> {
        let all = self.optional(column, |field| {
            let items = field.split(';').map(str::trim);
            items.map(read).collect::<Result<Vec<_>, _>>()
        });
        all.unwrap_or_default()
    }
}

fn model(text: &str) -> Result<Model, String> {
    let name = text.to_ascii_lowercase().replace(' ', "-");
    let name = name.strip_prefix("payter-").unwrap_or(&name);
    Model::named(name).ok_or_else(|| {
        let known = Model::ALL.map(|model| model.traits().name);
        format!("this model cannot be used; there are {}", known.join(", "))
    })
}

fn start(text: &str) -> Result<Start, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "tap" => Ok(Start::Tap),
        "plug-in" => Ok(Start::PlugIn),
        "screen" => Ok(Start::Screen),
        _ => Err("a session starts by tap, plug-in or screen"),
    }
}

fn domain(text: &str) -> Result<Domain, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "none" => Ok(Domain::None),
        "platform" => Ok(Domain::Platform),
        "customer" => Ok(Domain::Customer),
        "other" => Ok(Domain::Other),
        _ => Err("a terminal is in the domain none, platform, customer or other"),
    }
}
