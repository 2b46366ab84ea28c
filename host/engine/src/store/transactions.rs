//! Transactions of stations: those of sessions, those under tokens that the operator lets charge, and those that
//! nobody pays for.
//!
//! A transaction's number is OCPP's transaction id: it is never used twice, and is counted by transactions alone,
//! so that it stays below OCPP's 31 bits.

use chargetap_contract::session::Evse;

use super::error::StoreError;
use super::rows::{Reader, integer, optional_integer, optional_text, text};
use super::sessions::Reported;
use crate::platform::{Platform, Row, Value};

/// A transaction as stored.
pub(crate) struct Transaction {
    pub(crate) number: i64,
    pub(crate) connector: u32,
    /// The token under which it began.
    pub(crate) token: String,
    /// When it began, by the station's clock.
    pub(crate) started_at: Option<u64>,
    pub(crate) start_energy: Option<u64>,
    /// The last reading of its register.
    pub(crate) energy: Option<u64>,
    /// The operator lets its token charge.
    pub(crate) is_local: bool,
    /// Absent if no session of ours has it.
    pub(crate) session: Option<Reported>,
}

impl Transaction {
    /// What flowed so far, in watt-hours.
    pub(crate) fn delivered(&self) -> u64 {
        let read = self.energy.zip(self.start_energy);
        read.map_or(0, |(end, start)| end.saturating_sub(start))
    }
}

/// A transaction that began.
pub(crate) struct NewTransaction<'a> {
    pub(crate) station: &'a str,
    pub(crate) connector: u32,
    pub(crate) token: &'a str,
    pub(crate) is_local: bool,
    pub(crate) session: Option<&'a str>,
    pub(crate) started_at: Option<u64>,
    pub(crate) energy: Option<u64>,
    pub(crate) now: u64,
}

/// A transaction began, or its begin is reported again. Returns its number. What ran at the connector before is
/// over, unless a session still has to hear of its end.
pub(crate) async fn begin(
    platform: &impl Platform,
    new: &NewTransaction<'_>,
) -> Result<i64, StoreError> {
    // A start that is reported again is found by what it says; a session has one.
    let key = match new.session {
        Some(session) => format!("session/{session}"),
        None => format!(
            "{}/{}/{}/{}/{}",
            new.station,
            new.connector,
            new.token,
            new.started_at
                .map_or_else(|| "-".to_owned(), |at| at.to_string()),
            new.energy.unwrap_or_default()
        ),
    };
    let begun = "INSERT INTO station_transaction
            (key, station, connector, token, session, started_at, start_energy, energy, heard_at,
             is_local)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9)
        ON CONFLICT (key) DO UPDATE SET heard_at = excluded.heard_at
        RETURNING number";
    let rows = platform
        .query(
            begun,
            vec![
                text(&key),
                text(new.station),
                Value::Integer(new.connector.into()),
                text(new.token),
                optional_text(new.session),
                optional_integer(new.started_at)?,
                optional_integer(new.energy)?,
                integer(new.now)?,
                Value::Integer(new.is_local.into()),
            ],
        )
        .await?;
    let number = Reader::new(rows.into_iter().next().unwrap_or_default()).integer()?;
    let superseded = "UPDATE station_transaction SET doubted_at = coalesce(doubted_at, ?4)
        WHERE station = ?1 AND connector = ?2 AND number < ?3 AND ended_at IS NULL";
    platform
        .query(
            superseded,
            vec![
                text(new.station),
                Value::Integer(new.connector.into()),
                Value::Integer(number),
                integer(new.now)?,
            ],
        )
        .await?;
    Ok(number)
}

/// The transaction of this number at this station.
pub(crate) async fn load(
    platform: &impl Platform,
    station: &str,
    number: i64,
) -> Result<Option<Transaction>, StoreError> {
    let rows = platform
        .query(
            "SELECT t.number, t.connector, t.token, t.started_at, t.start_energy, t.energy,
                    t.is_local, t.session, (SELECT terminal FROM session WHERE id = t.session)
             FROM station_transaction AS t WHERE t.station = ?1 AND t.number = ?2",
            vec![text(station), Value::Integer(number)],
        )
        .await?;
    rows.into_iter().next().map(transaction).transpose()
}

/// The transactions that run at a station.
pub(crate) async fn running(
    platform: &impl Platform,
    station: &str,
) -> Result<Vec<Transaction>, StoreError> {
    let rows = platform
        .query(
            "SELECT t.number, t.connector, t.token, t.started_at, t.start_energy, t.energy,
                    t.is_local, t.session, (SELECT terminal FROM session WHERE id = t.session)
             FROM station_transaction AS t WHERE t.station = ?1 AND t.ended_at IS NULL
             ORDER BY t.number",
            vec![text(station)],
        )
        .await?;
    rows.into_iter().map(transaction).collect()
}

fn transaction(row: Row) -> Result<Transaction, StoreError> {
    let mut row = Reader::new(row);
    let number = row.integer()?;
    let connector = u32::try_from(row.unsigned()?).unwrap_or_default();
    let token = row.text()?;
    let started_at = row.optional_unsigned()?;
    let start_energy = row.optional_unsigned()?;
    let energy = row.optional_unsigned()?;
    let is_local = row.integer()? != 0;
    let session = row.optional_text()?;
    let terminal = row.optional_text()?;
    let session = session
        .zip(terminal)
        .map(|(session, terminal)| Reported { session, terminal });
    Ok(Transaction {
        number,
        connector,
        token,
        started_at,
        start_energy,
        energy,
        is_local,
        session,
    })
}

/// The register was read: the transaction runs.
pub(crate) async fn read(
    platform: &impl Platform,
    number: i64,
    energy: u64,
    now: u64,
) -> Result<(), StoreError> {
    platform
        .query(
            "UPDATE station_transaction
             SET doubted_at = iif(energy < ?2, NULL, doubted_at), energy = ?2, heard_at = ?3,
                 start_energy = coalesce(start_energy, ?2)
             WHERE number = ?1",
            vec![Value::Integer(number), integer(energy)?, integer(now)?],
        )
        .await?;
    Ok(())
}

/// The station says that a transaction runs at this connector.
pub(crate) async fn confirm(platform: &impl Platform, evse: &Evse) -> Result<(), StoreError> {
    platform
        .query(
            "UPDATE station_transaction SET doubted_at = NULL
             WHERE station = ?1 AND connector = ?2 AND ended_at IS NULL",
            vec![text(&evse.station), Value::Integer(evse.connector.into())],
        )
        .await?;
    Ok(())
}

/// The station says that no transaction runs at this connector.
pub(crate) async fn doubt(
    platform: &impl Platform,
    evse: &Evse,
    now: u64,
) -> Result<(), StoreError> {
    platform
        .query(
            "UPDATE station_transaction SET doubted_at = coalesce(doubted_at, ?3)
             WHERE station = ?1 AND connector = ?2 AND ended_at IS NULL",
            vec![
                text(&evse.station),
                Value::Integer(evse.connector.into()),
                integer(now)?,
            ],
        )
        .await?;
    Ok(())
}

/// A transaction ended.
pub(crate) async fn end(platform: &impl Platform, number: i64, now: u64) -> Result<(), StoreError> {
    platform
        .query(
            "UPDATE station_transaction SET ended_at = ?2, stop_at = NULL, doubted_at = NULL
             WHERE number = ?1",
            vec![Value::Integer(number), integer(now)?],
        )
        .await?;
    Ok(())
}

/// Have the station told to stop a transaction, from this moment on.
pub(crate) async fn stop_from(
    platform: &impl Platform,
    number: i64,
    at: u64,
) -> Result<(), StoreError> {
    platform
        .query(
            "UPDATE station_transaction SET stop_at = ?2 WHERE number = ?1 AND ended_at IS NULL",
            vec![Value::Integer(number), integer(at)?],
        )
        .await?;
    Ok(())
}

/// The number of a session's transaction.
pub(crate) async fn of_session(
    platform: &impl Platform,
    session: &str,
) -> Result<Option<i64>, StoreError> {
    let rows = platform
        .query(
            "SELECT number FROM station_transaction WHERE session = ?1",
            vec![text(session)],
        )
        .await?;
    rows.into_iter()
        .next()
        .map(|row| Reader::new(row).integer())
        .transpose()
}

/// A transaction that needs tending.
pub(crate) struct Tended {
    pub(crate) station: String,
    pub(crate) transaction: Transaction,
    /// Its session charges.
    pub(crate) is_charging: bool,
    /// Its session charges, or waits for its end.
    pub(crate) is_active: bool,
    /// Since when the station contradicts it.
    pub(crate) doubted_at: Option<u64>,
    /// When the station is to be told to stop it.
    pub(crate) stop_at: Option<u64>,
    /// How often it was.
    pub(crate) stops: u64,
    /// When it was last heard of.
    pub(crate) heard_at: u64,
}

/// The transactions that run and that the station contradicts, or that are to be stopped: those without an active
/// session, unless the operator lets their tokens charge.
pub(crate) async fn to_tend(platform: &impl Platform, now: u64) -> Result<Vec<Tended>, StoreError> {
    let rows = platform
        .query(
            "SELECT t.number, t.connector, t.token, t.started_at, t.start_energy, t.energy,
                    t.is_local, t.session, s.terminal, t.station,
                    coalesce(s.phase = 'charging', 0),
                    coalesce(s.phase IN ('charging', 'stopping'), 0), t.doubted_at, t.stop_at,
                    t.stops, t.heard_at
             FROM station_transaction AS t LEFT JOIN session AS s ON s.id = t.session
             WHERE t.ended_at IS NULL
               AND (t.doubted_at IS NOT NULL OR t.stop_at <= ?1
                    OR (t.stop_at IS NULL AND t.session IS NOT NULL
                        AND s.phase NOT IN ('charging', 'stopping')))
             ORDER BY t.number LIMIT 100",
            vec![integer(now)?],
        )
        .await?;
    let tended = |row: Row| {
        let mut rest = Reader::new(row.get(9..).unwrap_or_default().to_vec());
        Ok(Tended {
            transaction: transaction(row)?,
            station: rest.text()?,
            is_charging: rest.integer()? != 0,
            is_active: rest.integer()? != 0,
            doubted_at: rest.optional_unsigned()?,
            stop_at: rest.optional_unsigned()?,
            stops: rest.unsigned()?,
            heard_at: rest.unsigned()?,
        })
    };
    rows.into_iter().map(tended).collect()
}

/// The station is being told to stop a transaction; if it runs on, it is told again at this moment.
pub(crate) async fn stop_again(
    platform: &impl Platform,
    number: i64,
    at: u64,
) -> Result<(), StoreError> {
    platform
        .query(
            "UPDATE station_transaction SET stop_at = ?2, stops = stops + 1 WHERE number = ?1",
            vec![Value::Integer(number), integer(at)?],
        )
        .await?;
    Ok(())
}
