//! The tables that are copied, and the statements that read and write their rows.
//!
//! Which columns there are is taken from the definitions of this program's own tables. Those of another database may stand
//! in another order.

use chargetap_engine::copies;
use chargetap_engine::platform::{Dialect, Value};
use rusqlite::Connection;

/// The column of SQLite that is the place of an event in the journal, and that of PostgreSQL.
const PLACES: (&str, &str) = ("rowid", "place");

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: String,
    columns: Vec<Column>,
    /// Which of the columns are its key.
    key: Vec<usize>,
    pub(super) numbers: Numbers,
}

#[derive(Debug)]
struct Column {
    name: String,
    is_text: bool,
}

/// Which of a table's numbers the database gives out itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    /// None.
    None,
    /// Those of the column `number`, each once, also where rows are gone.
    OfRows,
    /// The places of events. In SQLite the next one follows on the last row.
    OfPlaces,
}

/// Every table whose rows are copied.
pub(super) fn tables() -> rusqlite::Result<Vec<Table>> {
    let connection = Connection::open_in_memory()?;
    for definition in copies::tables() {
        connection.execute_batch(definition)?;
    }
    // What tells whether a row can be written is no content, and the version is written last.
    let names = "SELECT name, instr(sql, 'AUTOINCREMENT') > 0 FROM sqlite_schema
                 WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT IN ('probe', 'store_version')
                 ORDER BY name";
    let mut names = connection.prepare(names)?;
    let names = names.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    names
        .map(|found| {
            let (name, is_numbered) = found?;
            table(&connection, name, is_numbered)
        })
        .collect()
}

fn table(connection: &Connection, name: String, is_numbered: bool) -> rusqlite::Result<Table> {
    let columns = "SELECT name, type = 'TEXT', pk FROM pragma_table_info(?1) ORDER BY cid";
    let mut columns = connection.prepare_cached(columns)?;
    let found = columns.query_map([&name], |row| {
        let column = Column {
            name: row.get(0)?,
            is_text: row.get(1)?,
        };
        Ok((column, row.get::<_, i64>(2)?))
    })?;
    let (mut columns, mut key) = (Vec::new(), Vec::new());
    for (at, found) in found.enumerate() {
        let (column, place_in_key) = found?;
        columns.push(column);
        if place_in_key > 0 {
            key.push((place_in_key, at));
        }
    }
    key.sort_unstable();
    let mut key: Vec<usize> = key.into_iter().map(|(_, at)| at).collect();
    let mut numbers = match is_numbered {
        true => Numbers::OfRows,
        false => Numbers::None,
    };
    if name == "event" {
        let place = Column {
            name: PLACES.0.to_owned(),
            is_text: false,
        };
        key = vec![columns.len()];
        columns.push(place);
        numbers = Numbers::OfPlaces;
    }
    Ok(Table {
        name,
        columns,
        key,
        numbers,
    })
}

impl Column {
    fn quoted(&self, dialect: Dialect) -> String {
        match dialect {
            Dialect::Postgres if self.name == PLACES.0 => format!("\"{}\"", PLACES.1),
            _ => format!("\"{}\"", self.name),
        }
    }

    /// As it is compared: byte by byte in both databases.
    fn compared(&self, dialect: Dialect) -> String {
        let name = self.quoted(dialect);
        match dialect {
            Dialect::Postgres if self.is_text => format!("{name} COLLATE \"C\""),
            _ => name,
        }
    }
}

impl Table {
    /// The values of a row that are its key.
    pub(super) fn key_of(&self, row: &[Value]) -> Vec<Value> {
        let values = self.key.iter().filter_map(|at| row.get(*at));
        values.cloned().collect()
    }

    /// The column of which the database gives out the numbers.
    pub(super) fn number(&self, dialect: Dialect) -> &'static str {
        match (self.numbers, dialect) {
            (Numbers::OfPlaces, Dialect::Postgres) => PLACES.1,
            (Numbers::OfPlaces, Dialect::Sqlite) => PLACES.0,
            _ => "number",
        }
    }

    fn key_columns(&self) -> impl Iterator<Item = &Column> {
        self.key.iter().filter_map(|at| self.columns.get(*at))
    }

    fn listed(&self, dialect: Dialect) -> String {
        let columns: Vec<String> = self.columns.iter().map(|it| it.quoted(dialect)).collect();
        columns.join(", ")
    }

    fn ordered(&self, dialect: Dialect, direction: &str) -> String {
        let columns = self.key_columns();
        let columns = columns.map(|it| format!("{}{direction}", it.compared(dialect)));
        columns.collect::<Vec<_>>().join(", ")
    }

    pub(super) fn count(&self) -> String {
        format!("SELECT count(*) FROM \"{}\"", self.name)
    }

    /// All rows in the order of their keys, or those after the key that is the parameters.
    pub(super) fn read(&self, dialect: Dialect, is_after: bool) -> String {
        let (columns, order) = (self.listed(dialect), self.ordered(dialect, ""));
        let condition = match is_after {
            false => String::new(),
            true => {
                let parameters = (1..=self.key.len()).map(|number| format!("?{number}"));
                let parameters: Vec<String> = parameters.collect();
                format!(" WHERE ({order}) > ({})", parameters.join(", "))
            }
        };
        format!(
            "SELECT {columns} FROM \"{}\"{condition} ORDER BY {order}",
            self.name
        )
    }

    /// The last row.
    pub(super) fn last(&self, dialect: Dialect) -> String {
        format!(
            "SELECT {} FROM \"{}\" ORDER BY {} LIMIT 1",
            self.listed(dialect),
            self.name,
            self.ordered(dialect, " DESC")
        )
    }

    /// So many rows, whose values are the parameters.
    pub(super) fn insert(&self, dialect: Dialect, rows: usize) -> String {
        let width = self.columns.len();
        let row = |row: usize| {
            let values = (1..=width).map(|at| format!("?{}", row * width + at));
            format!("({})", values.collect::<Vec<_>>().join(", "))
        };
        let values: Vec<String> = (0..rows).map(row).collect();
        let overriding = match (self.numbers, dialect) {
            // Otherwise nobody chooses the place of an event.
            (Numbers::OfPlaces, Dialect::Postgres) => " OVERRIDING SYSTEM VALUE",
            _ => "",
        };
        format!(
            "INSERT INTO \"{}\" ({}){overriding} VALUES {}",
            self.name,
            self.listed(dialect),
            values.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named<'a>(tables: &'a [Table], name: &str) -> &'a Table {
        tables.iter().find(|it| it.name == name).unwrap()
    }

    #[test]
    fn events_are_read_and_written_with_their_places() {
        let tables = tables().unwrap();
        let event = named(&tables, "event");
        assert!(
            event
                .read(Dialect::Sqlite, true)
                .ends_with("\"rowid\" FROM \"event\" WHERE (\"rowid\") > (?1) ORDER BY \"rowid\""),
            "{event:?}"
        );
        let insert = event.insert(Dialect::Postgres, 2);
        assert!(
            insert.contains("\"place\") OVERRIDING SYSTEM VALUE VALUES (?1, "),
            "{insert}"
        );
        assert!(insert.ends_with("?30)"), "{insert}");
    }

    #[test]
    fn texts_have_the_same_order_in_both_databases() {
        let tables = tables().unwrap();
        let read = named(&tables, "invoice").read(Dialect::Postgres, true);
        let order = "\"issuer\" COLLATE \"C\", \"number\"";
        assert!(
            read.ends_with(&format!("WHERE ({order}) > (?1, ?2) ORDER BY {order}")),
            "{read}"
        );
    }

    #[test]
    fn what_gives_out_numbers_is_known_and_what_is_no_content_is_not_copied() {
        let tables = tables().unwrap();
        assert_eq!(
            named(&tables, "station_transaction").numbers,
            Numbers::OfRows
        );
        assert_eq!(named(&tables, "invoice").numbers, Numbers::None);
        for other in ["probe", "store_version", "sqlite_sequence"] {
            assert!(tables.iter().all(|it| it.name != other), "{other}");
        }
        assert!(tables.iter().all(|it| !it.key.is_empty()), "{tables:?}");
    }
}
