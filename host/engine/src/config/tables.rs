//! Takes the file apart into its tables. A mistake in one table hides none in another, and of one table
//! every missing, unknown and mistyped key is named.

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::place::Place;

/// A table of the file.
pub(super) trait Table: DeserializeOwned {
    /// The keys that it must have.
    const NEEDS: &'static [&'static str];
}

/// An element of a list of tables.
pub(super) struct Element<T> {
    /// Its `id`, for those that refer to it, also if something else of it is wrong.
    pub(super) id: Option<String>,
    /// Nothing, if something of it is wrong.
    pub(super) table: Option<T>,
}

/// An element of a list of tables that have an `id` each, which is not part of the table.
pub(super) struct Listed<'a, T> {
    /// Nothing, if there is none.
    pub(super) id: Option<Spanned<String>>,
    /// Nothing, if something of it is wrong.
    pub(super) table: Option<T>,
    /// As it stands in the file.
    pub(super) value: Spanned<DeValue<'a>>,
}

/// A table in a table.
pub(super) struct Named<T> {
    pub(super) key: Spanned<String>,
    /// Nothing, if something of it is wrong.
    pub(super) table: Option<T>,
}

/// The file's tables that were not read yet.
pub(super) struct Tables<'a> {
    place: &'a Place<'a>,
    left: DeTable<'a>,
    known: Vec<&'static str>,
}

impl<'a> Tables<'a> {
    pub(super) fn new(place: &'a Place<'a>, text: &'a str) -> Self {
        let (file, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            let problem = format!("this is no TOML: {}", error.message());
            place.add(place.error_at("the file", at, problem));
        }
        Self {
            place,
            left: file.into_inner(),
            known: Vec::new(),
        }
    }

    fn take(&mut self, name: &'static str) -> Option<Spanned<DeValue<'a>>> {
        self.known.push(name);
        let (_, value) = self.left.remove_entry(name)?;
        Some(value)
    }

    fn needed(&mut self, name: &'static str) -> Option<Spanned<DeValue<'a>>> {
        let value = self.take(name);
        if value.is_none() {
            let problem = "is missing: examples/chargetap.toml has one".to_owned();
            self.place.add(self.place.error_at(name, 0, problem));
        }
        value
    }

    /// A table that must be there.
    pub(super) fn one<T: Table>(&mut self, name: &'static str) -> Option<T> {
        let value = self.needed(name)?;
        read(self.place, name, value)
    }

    /// A table that may be left out.
    pub(super) fn or_default<T: Table + Default>(&mut self, name: &'static str) -> Option<T> {
        match self.take(name) {
            Some(value) => read(self.place, name, value),
            None => Some(T::default()),
        }
    }

    /// A table that may be left out: the outer option says whether it was.
    pub(super) fn optional<T: Table>(&mut self, name: &'static str) -> Option<Option<T>> {
        let value = self.take(name)?;
        Some(read(self.place, name, value))
    }

    /// A list of tables, and where it begins.
    pub(super) fn list<T: Table>(
        &mut self,
        name: &'static str,
        is_needed: bool,
    ) -> Option<Spanned<Vec<Element<T>>>> {
        let value = match is_needed {
            true => self.needed(name)?,
            false => match self.take(name) {
                Some(value) => value,
                None => return Some(Spanned::new(0..0, Vec::new())),
            },
        };
        let span = value.span();
        let DeValue::Array(array) = value.into_inner() else {
            self.place
                .add(self.place.error_at(name, span.start, no_list(name)));
            return None;
        };
        let elements = array.into_iter().map(|value| Element {
            id: id(&value),
            table: read(self.place, name, value),
        });
        Some(Spanned::new(span, elements.collect()))
    }

    /// A list of tables that have an `id` each. Without one, it is empty.
    pub(super) fn list_by_id<T: Table>(
        &mut self,
        name: &'static str,
    ) -> Option<Spanned<Vec<Listed<'a, T>>>> {
        let Some(value) = self.take(name) else {
            return Some(Spanned::new(0..0, Vec::new()));
        };
        let span = value.span();
        let DeValue::Array(array) = value.into_inner() else {
            self.place
                .add(self.place.error_at(name, span.start, no_list(name)));
            return None;
        };
        let tables = array.into_iter().map(|mut value| {
            let id = self.take_id(name, &mut value);
            let table = read(self.place, name, value.clone());
            Listed { id, table, value }
        });
        Some(Spanned::new(span, tables.collect()))
    }

    /// Takes the `id` out of a table.
    fn take_id(
        &self,
        name: &'static str,
        value: &mut Spanned<DeValue<'a>>,
    ) -> Option<Spanned<String>> {
        let at = value.span().start;
        let DeValue::Table(table) = value.get_mut() else {
            return None;
        };
        let wrong = |at, problem: &str| {
            let key = format!("{name}.id");
            self.place
                .add(self.place.error_at(&key, at, problem.to_owned()));
        };
        let Some((_, id)) = table.remove_entry("id") else {
            wrong(at, "is missing");
            return None;
        };
        let span = id.span();
        match id.into_inner() {
            DeValue::String(id) => Some(Spanned::new(span, id.into_owned())),
            _ => {
                wrong(span.start, "must be a text");
                None
            }
        }
    }

    /// The tables of a table, by their keys.
    pub(super) fn each<T: Table>(&mut self, name: &'static str) -> Option<Spanned<Vec<Named<T>>>> {
        let value = self.needed(name)?;
        let span = value.span();
        let DeValue::Table(table) = value.into_inner() else {
            let problem = "must be a table".to_owned();
            self.place
                .add(self.place.error_at(name, span.start, problem));
            return None;
        };
        let tables = table.into_iter().map(|(key, value)| {
            let path = format!("{name}.{}", key.get_ref());
            let key = Spanned::new(key.span(), key.into_inner().into_owned());
            Named {
                key,
                table: read(self.place, &path, value),
            }
        });
        Some(Spanned::new(span, tables.collect()))
    }

    /// Add a mistake for every table that nobody asked for.
    pub(super) fn finish(self) {
        for key in self.left.keys() {
            let problem = format!("unknown table, expected one of {}", self.known.join(", "));
            let name = key.get_ref();
            self.place
                .add(self.place.error_at(name, key.span().start, problem));
        }
    }
}

fn no_list(name: &str) -> String {
    format!("must be a list of tables: write [[{name}]]")
}

fn id(value: &Spanned<DeValue<'_>>) -> Option<String> {
    let id = value.get_ref().as_table()?.get("id")?;
    id.get_ref().as_str().map(str::to_owned)
}

/// Read a table. Every mistake in its form is put on the list: what is wrong is cut out, and the rest is
/// read again.
fn read<T: Table>(place: &Place<'_>, path: &str, value: Spanned<DeValue<'_>>) -> Option<T> {
    let at = value.span().start;
    let mut is_good = true;
    if let DeValue::Table(table) = value.get_ref() {
        for key in T::NEEDS.iter().filter(|key| !table.contains_key(**key)) {
            is_good = false;
            let problem = "is missing".to_owned();
            place.add(place.error_at(&format!("{path}.{key}"), at, problem));
        }
    }
    let mut left = value;
    // The last keys of what was cut out: they are not missing.
    let mut cut = Vec::new();
    loop {
        let error = match T::deserialize(ValueDeserializer::from(left.clone())) {
            Ok(table) => return is_good.then_some(table),
            Err(error) => error,
        };
        let at = error.span().map_or(at, |span| span.start);
        let Some(inner) = cut_out(left.get_mut(), at) else {
            // A key that is missing because it was cut out, or was named above.
            if is_good {
                place.add(place.error_at(path, at, error.message().to_owned()));
            }
            return None;
        };
        is_good = false;
        let message = error.message();
        if !cut
            .iter()
            .any(|key| message == format!("missing field `{key}`"))
        {
            let path = match inner.is_empty() {
                true => path.to_owned(),
                false => format!("{path}.{}", inner.join(".")),
            };
            place.add(place.error_at(&path, at, message.to_owned()));
        }
        cut.extend(inner.into_iter().next_back());
    }
}

/// Cut the innermost value at this position out, and return its path.
fn cut_out(value: &mut DeValue<'_>, at: usize) -> Option<Vec<String>> {
    match value {
        DeValue::Table(table) => {
            let mut entries = table.iter();
            let (key, _) =
                entries.find(|(key, value)| key.span().contains(&at) || holds(value, at))?;
            let key = key.clone();
            let inner = table.get_mut(&key)?;
            let mut path = vec![key.get_ref().to_string()];
            match cut_out(inner.get_mut(), at) {
                Some(rest) => path.extend(rest),
                None => drop(table.remove(&key)),
            }
            Some(path)
        }
        DeValue::Array(array) => {
            let inner = array.iter_mut().find(|value| holds(value, at))?;
            let path = cut_out(inner.get_mut(), at);
            if path.is_none() {
                let others = array.iter().filter(|value| !holds(value, at));
                *array = others.cloned().collect();
            }
            Some(path.unwrap_or_default())
        }
        _ => None,
    }
}

/// A table's own span is its header only.
fn holds(value: &Spanned<DeValue<'_>>, at: usize) -> bool {
    value.span().contains(&at)
        || match value.get_ref() {
            DeValue::Table(table) => table
                .iter()
                .any(|(key, value)| key.span().contains(&at) || holds(value, at)),
            DeValue::Array(array) => array.iter().any(|value| holds(value, at)),
            _ => false,
        }
}
