//! Stations as people see them: what they said of themselves and of their connectors, and their transactions.

use super::error::StoreError;
use super::rows::{Reader, json, text, texts, with_texts};
use super::stations::out_of_order;
use super::transactions::{Transaction, columns, transaction};
use crate::platform::{Database, Row, Value};

/// What a station said of itself.
#[derive(Clone, Default)]
pub(crate) struct Introduction {
    pub(crate) station: String,
    pub(crate) connected_at: Option<u64>,
    pub(crate) booted_at: Option<u64>,
    pub(crate) vendor: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) serial: Option<String>,
    pub(crate) firmware: Option<String>,
}

/// What these stations said of themselves.
pub(crate) async fn introductions(
    database: &impl Database,
    stations: &[&str],
) -> Result<Vec<Introduction>, StoreError> {
    let rows = database
        .query(
            with_texts!(
                database,
                "SELECT id, connected_at, booted_at, vendor, model, serial, firmware FROM station WHERE id IN ",
                ""
            ),
            vec![json(stations)?],
        )
        .await?;
    let introduction = |row| {
        let mut row = Reader::new(row);
        Ok(Introduction {
            station: row.text()?,
            connected_at: row.optional_unsigned()?,
            booted_at: row.optional_unsigned()?,
            vendor: row.optional_text()?,
            model: row.optional_text()?,
            serial: row.optional_text()?,
            firmware: row.optional_text()?,
        })
    };
    rows.into_iter().map(introduction).collect()
}

/// What a station last said of a connector, or of itself as a whole.
pub(crate) struct Reported {
    pub(crate) station: String,
    /// 0 is the station as a whole.
    pub(crate) connector: u32,
    pub(crate) status: String,
    pub(crate) error: Option<String>,
    pub(crate) at: u64,
    pub(crate) is_out_of_order: bool,
}

/// What these stations last said of their connectors.
pub(crate) async fn reported(
    database: &impl Database,
    stations: &[&str],
) -> Result<Vec<Reported>, StoreError> {
    let rows = database
        .query(
            with_texts!(
                database,
                concat!(
                    "SELECT station, connector, status, error, reported_at, status IN ",
                    out_of_order!(),
                    " FROM connector WHERE station IN "
                ),
                ""
            ),
            vec![json(stations)?],
        )
        .await?;
    let reported = |row| {
        let mut row = Reader::new(row);
        Ok(Reported {
            station: row.text()?,
            connector: u32::try_from(row.unsigned()?).unwrap_or_default(),
            status: row.text()?,
            error: row.optional_text()?,
            at: row.unsigned()?,
            is_out_of_order: row.integer()? != 0,
        })
    };
    rows.into_iter().map(reported).collect()
}

/// Every station that was heard of.
pub(crate) async fn heard_of(database: &impl Database) -> Result<Vec<String>, StoreError> {
    let rows = database
        .query(
            "SELECT id FROM station UNION SELECT station FROM connector
             UNION SELECT station FROM station_transaction WHERE ended_at IS NULL",
            Vec::new(),
        )
        .await?;
    texts(rows)
}

/// A transaction with how it stands.
pub(crate) struct Listed {
    pub(crate) station: String,
    pub(crate) transaction: Transaction,
    /// Absent while it runs.
    pub(crate) ended_at: Option<u64>,
    /// It counts as ended because nothing is heard of it.
    pub(crate) is_lost: bool,
}

/// A query for the columns that [`listed`] reads.
macro_rules! select_listed {
    ($condition:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            ", t.station, t.ended_at, t.is_lost FROM station_transaction AS t ",
            $condition
        )
    };
}

/// The transactions that run at these stations.
pub(crate) async fn running_at(
    database: &impl Database,
    stations: &[&str],
) -> Result<Vec<Listed>, StoreError> {
    let rows = database
        .query(
            with_texts!(
                database,
                select_listed!("WHERE t.station IN "),
                " AND t.ended_at IS NULL ORDER BY t.number"
            ),
            vec![json(stations)?],
        )
        .await?;
    rows.into_iter().map(listed).collect()
}

/// The last transactions of a station, newest first, as many as that.
pub(crate) async fn recent(
    database: &impl Database,
    station: &str,
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    let rows = database
        .query(
            select_listed!("WHERE t.station = ?1 ORDER BY t.number DESC LIMIT ?2"),
            vec![text(station), Value::Integer(limit.into())],
        )
        .await?;
    rows.into_iter().map(listed).collect()
}

fn listed(row: Row) -> Result<Listed, StoreError> {
    let mut rest = Reader::new(row.get(10..).unwrap_or_default().to_vec());
    Ok(Listed {
        transaction: transaction(row)?,
        station: rest.text()?,
        ended_at: rest.optional_unsigned()?,
        is_lost: rest.integer()? != 0,
    })
}
