//! Ids of transactions that the gateway did not choose. In OCPP 2.x stations choose them, and a central system above the
//! gateway numbers transactions itself.
//!
//! Such a transaction has a row in `station_transaction`, and a number of the gateway's, once somebody may charge in it
//! or energy flows.

use super::error::StoreError;
use super::rows::{
    Reader, first_text, integer, is_full, json, optional_integer, optional_text, text,
};
use crate::platform::{Database, Value};

/// A transaction as it is known by its station's id.
pub(crate) struct NamedTransaction {
    /// Absent until it has one.
    pub(crate) number: Option<i64>,
    pub(crate) connector: Option<u32>,
    /// The first reading of its register.
    pub(crate) start_energy: Option<u64>,
    /// What its meter signed until somebody paid.
    pub(crate) signed: Vec<String>,
    /// The token under which somebody may charge.
    pub(crate) token: Option<String>,
}

/// What one event says of a transaction.
#[derive(Default)]
pub(crate) struct Said<'a> {
    pub(crate) connector: Option<u32>,
    pub(crate) energy: Option<u64>,
    pub(crate) signed: &'a [String],
    /// A token that is good.
    pub(crate) token: Option<&'a str>,
}

/// A transaction of this id was heard of, with what was said of it.
pub(crate) async fn heard(
    database: &impl Database,
    station: &str,
    name: &str,
    said: &Said<'_>,
    now: u64,
) -> Result<NamedTransaction, StoreError> {
    let signed = match said.signed {
        [] => Value::Null,
        packets => json(packets)?,
    };
    let rows = database
        .query(
            "INSERT INTO named_transaction (station, name, connector, start_energy, signed, token, heard_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (station, name) DO UPDATE SET
                connector = coalesce(named_transaction.connector, excluded.connector),
                start_energy = coalesce(named_transaction.start_energy, excluded.start_energy),
                signed = coalesce(named_transaction.signed, excluded.signed),
                token = coalesce(excluded.token, named_transaction.token),
                heard_at = excluded.heard_at
             RETURNING number, connector, start_energy, coalesce(signed, '[]'), token",
            vec![
                text(station),
                text(name),
                said.connector
                    .map_or(Value::Null, |connector| Value::Integer(connector.into())),
                optional_integer(said.energy)?,
                signed,
                optional_text(said.token),
                integer(now)?,
            ],
        )
        .await?;
    let mut row = Reader::new(rows.into_iter().next().unwrap_or_default());
    Ok(NamedTransaction {
        number: row
            .optional_unsigned()?
            .and_then(|number| i64::try_from(number).ok()),
        connector: row
            .optional_unsigned()?
            .and_then(|connector| u32::try_from(connector).ok()),
        start_energy: row.optional_unsigned()?,
        signed: row.json()?,
        token: row.optional_text()?,
    })
}

/// The transaction has this number from now on.
pub(crate) async fn put_number(
    database: &impl Database,
    station: &str,
    name: &str,
    number: i64,
) -> Result<(), StoreError> {
    database
        .query(
            "UPDATE named_transaction SET number = ?3 WHERE station = ?1 AND name = ?2",
            vec![text(station), text(name), Value::Integer(number)],
        )
        .await?;
    Ok(())
}

/// The number of the transaction of this id.
pub(crate) async fn number(
    database: &impl Database,
    station: &str,
    name: &str,
) -> Result<Option<i64>, StoreError> {
    let rows = database
        .query(
            "SELECT number FROM named_transaction
             WHERE station = ?1 AND name = ?2 AND number IS NOT NULL",
            vec![text(station), text(name)],
        )
        .await?;
    let row = rows.into_iter().next();
    row.map(|row| Reader::new(row).integer()).transpose()
}

/// The id by which the station knows the transaction of this number: the last, if it was given several.
pub(crate) async fn name(
    database: &impl Database,
    number: i64,
) -> Result<Option<String>, StoreError> {
    let rows = database
        .query(
            "SELECT name FROM named_transaction WHERE number = ?1 ORDER BY heard_at DESC LIMIT 1",
            vec![Value::Integer(number)],
        )
        .await?;
    first_text(rows)
}

/// A transaction has this number: it is no name of an ended one any more, as one may have that was numbered by a central
/// system that is not there now.
pub(crate) async fn forget_name(
    database: &impl Database,
    station: &str,
    number: i64,
) -> Result<(), StoreError> {
    database
        .query(
            "DELETE FROM named_transaction
             WHERE station = ?1 AND name = CAST(?2 AS TEXT) AND number <> ?2
               AND NOT EXISTS (SELECT 1 FROM station_transaction AS t
                               WHERE t.number = named_transaction.number AND t.ended_at IS NULL)",
            vec![text(station), Value::Integer(number)],
        )
        .await?;
    Ok(())
}

/// Every transaction that runs and has no id is known by its number: they began before there was a central system above.
pub(crate) async fn name_by_numbers(database: &impl Database, now: u64) -> Result<(), StoreError> {
    database
        .query(
            "INSERT INTO named_transaction (station, name, number, heard_at)
             SELECT station, CAST(number AS TEXT), number, ?1 FROM station_transaction AS t
             WHERE ended_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM named_transaction AS n WHERE n.number = t.number)
             ON CONFLICT DO NOTHING",
            vec![integer(now)?],
        )
        .await?;
    Ok(())
}

/// Delete so many that were last heard of before this moment and are not on record otherwise. Whether there may be more.
pub(crate) async fn forget(
    database: &impl Database,
    before: u64,
    most: u64,
) -> Result<bool, StoreError> {
    let deleted = database
        .query(
            "DELETE FROM named_transaction WHERE (station, name) IN (
                SELECT station, name FROM named_transaction AS old
                WHERE heard_at < ?1
                  AND NOT EXISTS (SELECT 1 FROM station_transaction AS t WHERE t.number = old.number)
                ORDER BY heard_at LIMIT ?2)
             RETURNING name",
            vec![integer(before)?, integer(most)?],
        )
        .await?;
    Ok(is_full(&deleted, most))
}
