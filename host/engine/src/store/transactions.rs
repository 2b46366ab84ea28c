//! Transactions of stations: those of sessions, those under tokens that the operator lets charge, and those that
//! nobody pays for.
//!
//! A transaction's number is OCPP's transaction id: it is never used twice, and is counted by transactions alone,
//! so that it stays below OCPP's 31 bits.

use chargetap_contract::session::Evse;
use chargetap_ocpp::report::Stop;

use super::error::StoreError;
use super::rows::{Reader, integer, is_full, optional_integer, optional_text, text};
use super::sessions::Reported;
use crate::platform::{Database, Row, Value};

/// A transaction as stored.
#[derive(Clone)]
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
    /// It is left alone: the operator lets its token charge, or a central system above knows who charges.
    pub(crate) is_local: bool,
    /// Absent if no session of ours has it.
    pub(crate) session: Option<Reported>,
    /// It ended, or is paused.
    pub(crate) is_over: bool,
}

impl Transaction {
    /// What flowed so far, in watt-hours; absent if that is not known.
    pub(crate) fn delivered(&self) -> Option<u64> {
        let (start, end) = self.start_energy.zip(self.energy)?;
        Some(end.saturating_sub(start))
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

/// A transaction began, or its begin is reported again. Returns its number; none if it is a start of a session that
/// had one, which has ended, and cannot be that one reported again.
pub(crate) async fn begin(
    database: &impl Database,
    new: &NewTransaction<'_>,
) -> Result<Option<i64>, StoreError> {
    // A start that is reported again is found by what it says; a session has one.
    let key = match (new.session, new.started_at) {
        (Some(session), _) => format!("session/{session}"),
        (None, at) => format!(
            "{}/{}/{}/{}/{}",
            new.station,
            new.connector,
            new.token,
            at.map_or_else(|| "-".to_owned(), |at| at.to_string()),
            new.energy.unwrap_or_default()
        ),
    };
    if let Some(number) = insert(database, new, &key).await? {
        return Ok(Some(number));
    }
    match new.session {
        Some(_) => Ok(None),
        None => insert(database, new, &format!("{key}/{}", new.now)).await,
    }
}

/// Nothing is inserted if there was one of this key that has ended, unless the time of the start shows that it is the
/// same.
async fn insert(
    database: &impl Database,
    new: &NewTransaction<'_>,
    key: &str,
) -> Result<Option<i64>, StoreError> {
    let rows = database
        .query(
            "INSERT INTO station_transaction
                (key, station, connector, token, session, started_at, start_energy, energy,
                 heard_at, is_local)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9)
             ON CONFLICT (key) DO UPDATE SET heard_at = excluded.heard_at
                WHERE station_transaction.ended_at IS NULL OR excluded.started_at IS NOT NULL
             RETURNING number",
            vec![
                text(key),
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
    rows.into_iter()
        .next()
        .map(|row| Reader::new(row).integer())
        .transpose()
}

/// A station reads the register in a transaction that a lost database numbered: it is on record from now on, as one that
/// nobody pays for.
pub(crate) async fn put_lost(
    database: &impl Database,
    station: &str,
    connector: u32,
    number: i64,
    now: u64,
) -> Result<(), StoreError> {
    database
        .query(
            "INSERT INTO station_transaction (number, key, station, connector, token, heard_at)
             VALUES (?1, 'lost/' || ?1, ?2, ?3, '', ?4) ON CONFLICT DO NOTHING",
            vec![
                Value::Integer(number),
                text(station),
                Value::Integer(connector.into()),
                integer(now)?,
            ],
        )
        .await?;
    Ok(())
}

/// The columns that [`transaction()`] reads.
macro_rules! columns {
    () => {
        "t.number, t.connector, t.token, t.started_at, t.start_energy, t.energy, t.is_local,
         t.session, (SELECT terminal FROM session WHERE id = t.session), t.ended_at IS NOT NULL"
    };
}
pub(super) use columns;

/// A query for the columns that [`transaction()`] reads.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM station_transaction AS t ",
            $condition
        )
    };
}

/// The transaction of this number at this station.
pub(crate) async fn load(
    database: &impl Database,
    station: &str,
    number: i64,
) -> Result<Option<Transaction>, StoreError> {
    let rows = database
        .query(
            select!("WHERE t.station = ?1 AND t.number = ?2"),
            vec![text(station), Value::Integer(number)],
        )
        .await?;
    rows.into_iter().next().map(transaction).transpose()
}

/// The transactions that run at a station.
pub(crate) async fn running(
    database: &impl Database,
    station: &str,
) -> Result<Vec<Transaction>, StoreError> {
    let rows = database
        .query(
            select!("WHERE t.station = ?1 AND t.ended_at IS NULL ORDER BY t.number"),
            vec![text(station)],
        )
        .await?;
    rows.into_iter().map(transaction).collect()
}

pub(super) fn transaction(row: Row) -> Result<Transaction, StoreError> {
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
    let is_over = row.integer()? != 0;
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
        is_over,
    })
}

/// The register was read while the transaction ran. One that counted as lost runs after all if it moved.
pub(crate) async fn read(
    database: &impl Database,
    number: i64,
    energy: u64,
    now: u64,
) -> Result<(), StoreError> {
    database
        .query(
            "UPDATE station_transaction
             SET ended_at = CASE WHEN is_lost = 1 AND energy < ?2 THEN NULL ELSE ended_at END,
                 is_lost = CASE WHEN energy < ?2 THEN 0 ELSE is_lost END,
                 energy = CASE WHEN energy >= ?2 THEN energy ELSE ?2 END,
                 start_energy = coalesce(start_energy, ?2), heard_at = ?3,
                 untold_at = CASE WHEN energy > ?2 THEN untold_at END
             WHERE number = ?1",
            vec![Value::Integer(number), integer(energy)?, integer(now)?],
        )
        .await?;
    Ok(())
}

/// The register was read while the transaction ran, at a moment of the station's clock, and the transaction's session
/// is not told now.
pub(crate) async fn put_untold(
    database: &impl Database,
    number: i64,
    energy: u64,
    at: u64,
    now: u64,
) -> Result<(), StoreError> {
    database
        .query(
            "UPDATE station_transaction
             SET energy = CASE WHEN energy > ?2 THEN energy ELSE ?2 END,
                 start_energy = coalesce(start_energy, ?2), heard_at = ?4,
                 untold_at = CASE WHEN energy > ?2 THEN untold_at ELSE ?3 END
             WHERE number = ?1 AND ended_at IS NULL",
            vec![
                Value::Integer(number),
                integer(energy)?,
                integer(at)?,
                integer(now)?,
            ],
        )
        .await?;
    Ok(())
}

/// A register of which its transaction's session was not told.
pub(crate) struct Untold {
    pub(crate) evse: Evse,
    pub(crate) number: i64,
    /// Absent if no session of ours has the transaction.
    pub(crate) session: Option<Reported>,
    pub(crate) energy: u64,
    /// When it was read.
    pub(crate) at: u64,
}

/// A query for what [`found_untold`] reads.
macro_rules! select_untold {
    ($condition:literal) => {
        concat!(
            "SELECT t.station, t.connector, t.number, t.session,
                    (SELECT terminal FROM session WHERE id = t.session), t.energy, t.untold_at
             FROM station_transaction AS t WHERE t.untold_at IS NOT NULL ",
            $condition
        )
    };
}

/// Some of the registers of which sessions were not told.
pub(crate) async fn untold(database: &impl Database) -> Result<Vec<Untold>, StoreError> {
    let statement = select_untold!("ORDER BY t.number LIMIT 100");
    let rows = database.query(statement, Vec::new()).await?;
    rows.into_iter().map(found_untold).collect()
}

/// The register of a transaction, if its session was not told of it.
pub(crate) async fn untold_of(
    database: &impl Database,
    number: i64,
) -> Result<Option<Untold>, StoreError> {
    let statement = select_untold!("AND t.number = ?1");
    let rows = database
        .query(statement, vec![Value::Integer(number)])
        .await?;
    rows.into_iter().next().map(found_untold).transpose()
}

fn found_untold(row: Row) -> Result<Untold, StoreError> {
    let mut row = Reader::new(row);
    let (station, connector) = (
        row.text()?,
        u32::try_from(row.unsigned()?).unwrap_or_default(),
    );
    let number = row.integer()?;
    let session = row.optional_text()?.zip(row.optional_text()?);
    Ok(Untold {
        evse: Evse { station, connector },
        number,
        session: session.map(|(session, terminal)| Reported { session, terminal }),
        energy: row.unsigned()?,
        at: row.unsigned()?,
    })
}

/// The session of a transaction was told of its register, unless that was read again meanwhile.
pub(crate) async fn put_told(database: &impl Database, told: &Untold) -> Result<(), StoreError> {
    database
        .query(
            "UPDATE station_transaction SET untold_at = NULL
             WHERE number = ?1 AND untold_at = ?2 AND energy = ?3",
            vec![
                Value::Integer(told.number),
                integer(told.at)?,
                integer(told.energy)?,
            ],
        )
        .await?;
    Ok(())
}

/// Something was heard of a transaction that runs.
pub(crate) async fn hear(
    database: &impl Database,
    number: i64,
    now: u64,
) -> Result<(), StoreError> {
    database
        .query(
            "UPDATE station_transaction SET heard_at = ?2 WHERE number = ?1 AND ended_at IS NULL",
            vec![Value::Integer(number), integer(now)?],
        )
        .await?;
    Ok(())
}

/// A transaction ended, or is paused, at this reading if it was told.
pub(crate) async fn end(
    database: &impl Database,
    number: i64,
    stop: &Stop,
    now: u64,
) -> Result<(), StoreError> {
    database
        .query(
            "UPDATE station_transaction
             SET ended_at = ?3, stop_at = NULL, is_lost = 0,
                 energy = CASE WHEN energy >= ?2 THEN energy ELSE coalesce(?2, energy) END
             WHERE number = ?1",
            vec![
                Value::Integer(number),
                optional_integer(stop.register)?,
                integer(now)?,
            ],
        )
        .await?;
    Ok(())
}

/// A transaction counts as ended because its station does not know it any more, unless it was heard of since then.
/// Whether it does.
pub(crate) async fn lose(
    database: &impl Database,
    number: i64,
    heard_at: u64,
    now: u64,
) -> Result<bool, StoreError> {
    let rows = database
        .query(
            "UPDATE station_transaction SET ended_at = ?3, stop_at = NULL, is_lost = 1
             WHERE number = ?1 AND heard_at = ?2 AND ended_at IS NULL RETURNING number",
            vec![Value::Integer(number), integer(heard_at)?, integer(now)?],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// The number of a session's transaction.
pub(crate) async fn of_session(
    database: &impl Database,
    session: &str,
) -> Result<Option<i64>, StoreError> {
    let rows = database
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
    /// The station says that it does not run.
    pub(crate) is_denied: bool,
    /// How often the station was told to stop it.
    pub(crate) stops: u64,
    /// When it was last heard of.
    pub(crate) heard_at: u64,
}

/// Moments before which something must have happened for a transaction to be tended.
pub(crate) struct TendingLimits {
    /// The station said that it does not run, and nothing was heard of it since.
    pub(crate) denied_before: u64,
    /// The station started, where it says no more since than that the connector is occupied.
    pub(crate) occupied_before: u64,
    /// It was heard of last, if it is under a token that the operator lets charge.
    pub(crate) silent_since: u64,
}

/// The transactions that run and need tending now:
///
/// - For long enough the station has said that they do not run, by a later start at the same connector or by the
///   connector's status. Of one whose session is being stopped, that is known.
/// - They have no active session, and it is time to tell the station to stop them.
pub(crate) async fn to_tend(
    database: &impl Database,
    now: u64,
    limits: &TendingLimits,
) -> Result<Vec<Tended>, StoreError> {
    let rows = database
        .query(
            "SELECT * FROM (
                SELECT t.number, t.connector, t.token, t.started_at, t.start_energy, t.energy,
                       t.is_local, t.session, s.terminal, 0 AS is_over, t.station,
                       coalesce(s.phase = 'charging', FALSE) AS is_charging,
                       coalesce(s.phase IN ('charging', 'stopping'), FALSE) AS is_active,
                       coalesce(t.heard_at <= ?2 AND
                                (c.denies = 1 AND c.reported_at <= ?2
                                 AND (c.status <> 'occupied'
                                      OR st.booted_at <= ?4 AND t.heard_at <= ?4)
                                 OR EXISTS (SELECT 1 FROM station_transaction AS later
                                            WHERE later.station = t.station
                                              AND later.connector = t.connector
                                              AND later.number > t.number)), FALSE) AS is_denied,
                       t.stops, t.heard_at, coalesce(t.stop_at, 0) AS stop_at
                FROM station_transaction AS t
                LEFT JOIN session AS s ON s.id = t.session
                LEFT JOIN connector AS c ON c.station = t.station AND c.connector = t.connector
                LEFT JOIN station AS st ON st.id = t.station
                WHERE t.ended_at IS NULL) AS running
             WHERE is_denied AND (is_charging OR NOT is_active)
                OR NOT is_active AND stop_at <= ?1 AND (is_local = 0 OR heard_at <= ?3)
             ORDER BY stop_at LIMIT 100",
            vec![
                integer(now)?,
                integer(limits.denied_before)?,
                integer(limits.silent_since)?,
                integer(limits.occupied_before)?,
            ],
        )
        .await?;
    let tended = |row: Row| {
        let mut rest = Reader::new(row.get(10..).unwrap_or_default().to_vec());
        Ok(Tended {
            transaction: transaction(row)?,
            station: rest.text()?,
            is_charging: rest.integer()? != 0,
            is_active: rest.integer()? != 0,
            is_denied: rest.integer()? != 0,
            stops: rest.unsigned()?,
            heard_at: rest.unsigned()?,
        })
    };
    rows.into_iter().map(tended).collect()
}

/// Delete so many transactions that ended and were last heard of before this moment, also by the ids that stations give
/// them, and have no session, or one that was thinned. Whether there may be more.
pub(crate) async fn forget(
    database: &impl Database,
    before: u64,
    most: u64,
) -> Result<bool, StoreError> {
    let deleted = database
        .query(
            "DELETE FROM station_transaction WHERE number IN (
                SELECT t.number FROM station_transaction AS t LEFT JOIN session ON session.id = t.session
                WHERE t.ended_at < ?1 AND t.heard_at < ?1 AND (t.session IS NULL OR session.is_thinned = 1)
                  AND NOT EXISTS (SELECT 1 FROM named_transaction AS n WHERE n.number = t.number AND n.heard_at >= ?1)
                ORDER BY t.ended_at LIMIT ?2)
             RETURNING number",
            vec![integer(before)?, integer(most)?],
        )
        .await?;
    Ok(is_full(&deleted, most))
}

/// The station is being told to stop a transaction; if it runs on, it is told again at this moment.
pub(crate) async fn stop_again(
    database: &impl Database,
    number: i64,
    at: u64,
) -> Result<(), StoreError> {
    database
        .query(
            "UPDATE station_transaction SET stop_at = ?2, stops = stops + 1 WHERE number = ?1",
            vec![Value::Integer(number), integer(at)?],
        )
        .await?;
    Ok(())
}
