//! The gateway's processes that share the database of a server: which are alive, which one leads, and which holds a
//! station's connection.
//!
//! All moments are those of the database's clock: those of several machines may differ. SQLite has one process only, so
//! these statements are PostgreSQL's.

use super::error::StoreError;
use super::rows::{Reader, integer, json, text};
use crate::platform::{Database, Row, Value};

/// The database's clock, in milliseconds since 1970.
macro_rules! now {
    () => {
        "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"
    };
}
pub(super) use now;

/// How long a process counts as alive after it said so, in milliseconds.
pub(crate) const ALIVE_FOR: u32 = 10_000;

/// A process of the gateway.
#[derive(Debug)]
pub struct Process {
    /// A name that no other process ever had.
    pub id: String,
    /// Where the others reach it, without a slash at the end.
    pub url: String,
    /// What the others show when they ask it for something. It is known to whoever can read the database.
    pub token: String,
}

/// Say that this process is alive. It counts as dead ten seconds after it did so last.
pub(crate) async fn keep_alive(
    database: &impl Database,
    process: &Process,
) -> Result<(), StoreError> {
    let parameters = vec![
        text(&process.id),
        text(&process.url),
        text(&process.token),
        Value::Integer(ALIVE_FOR.into()),
    ];
    database
        .query(
            concat!(
                "INSERT INTO process (id, url, token, until) VALUES (?1, ?2, ?3, ",
                now!(),
                " + ?4) ON CONFLICT (id) DO UPDATE SET until = excluded.until"
            ),
            parameters,
        )
        .await?;
    Ok(())
}

/// Claim the commands of this owner once more, which a claim took whose answer was lost. Answers what a claim does.
pub(super) async fn retake(
    database: &impl Database,
    owner: &str,
    now: u64,
) -> Result<Vec<Row>, StoreError> {
    let rows = database
        .query(
            "UPDATE command SET attempts = attempts + 1, sent_at = ?2
             WHERE status = 'sent' AND status <> 'done' AND owner = ?1
             RETURNING id, session, action, attempts",
            vec![text(owner), integer(now)?],
        )
        .await?;
    Ok(rows)
}

/// The processes that were reached where this one is are gone: it could not listen there otherwise.
pub(crate) async fn succeed(database: &impl Database, process: &Process) -> Result<(), StoreError> {
    let statement = "DELETE FROM process WHERE url = ?1 AND id <> ?2";
    let parameters = vec![text(&process.url), text(&process.id)];
    database.query(statement, parameters).await?;
    Ok(())
}

/// Whether another process that is alive says that it is reached where this one is.
pub(crate) async fn has_namesake(
    database: &impl Database,
    process: &Process,
) -> Result<bool, StoreError> {
    let rows = database
        .query(
            concat!(
                "SELECT 1 FROM process WHERE url = ?1 AND id <> ?2 AND until > ",
                now!()
            ),
            vec![text(&process.url), text(&process.id)],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// This process ends: others take over at once what it had.
pub(crate) async fn leave(database: &impl Database, process: &str) -> Result<(), StoreError> {
    let statement = "DELETE FROM process WHERE id = ?1";
    database.query(statement, vec![text(process)]).await?;
    Ok(())
}

/// Whether this process leads. It does if no other one that is alive does.
pub(crate) async fn lead(database: &impl Database, process: &str) -> Result<bool, StoreError> {
    let rows = database
        .query(
            concat!(
                "INSERT INTO leader (id, process) VALUES (1, ?1)
                 ON CONFLICT (id) DO UPDATE SET process = excluded.process
                 WHERE leader.process = excluded.process
                    OR NOT EXISTS (SELECT 1 FROM process
                                   WHERE process.id = leader.process AND process.until > ",
                now!(),
                ") RETURNING id"
            ),
            vec![text(process)],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// Whether any process is alive.
pub(crate) async fn is_any_alive(database: &impl Database) -> Result<bool, StoreError> {
    let statement = concat!("SELECT 1 FROM process WHERE until > ", now!(), " LIMIT 1");
    Ok(!database.query(statement, Vec::new()).await?.is_empty())
}

/// Forget the processes that are dead.
pub(crate) async fn forget_dead(database: &impl Database) -> Result<(), StoreError> {
    let statement = concat!("DELETE FROM process WHERE until <= ", now!());
    database.query(statement, Vec::new()).await?;
    Ok(())
}

/// The process that leads, if it is another one that is alive.
pub(crate) async fn leader(
    database: &impl Database,
    except: &str,
) -> Result<Option<Process>, StoreError> {
    let rows = database
        .query(
            concat!(
                "SELECT process.id, process.url, process.token
                 FROM leader JOIN process ON process.id = leader.process
                 WHERE process.id <> ?1 AND process.until > ",
                now!()
            ),
            vec![text(except)],
        )
        .await?;
    rows.into_iter().next().map(process).transpose()
}

/// The other processes that are alive.
pub(crate) async fn others(
    database: &impl Database,
    except: &str,
) -> Result<Vec<Process>, StoreError> {
    let statement = concat!(
        "SELECT id, url, token FROM process WHERE id <> ?1 AND until > ",
        now!()
    );
    let rows = database.query(statement, vec![text(except)]).await?;
    rows.into_iter().map(process).collect()
}

/// A station is connected to this process now.
pub(crate) async fn hold_station(
    database: &impl Database,
    process: &str,
    station: &str,
) -> Result<(), StoreError> {
    database
        .query(
            "INSERT INTO station_connection (station, process) VALUES (?1, ?2)
             ON CONFLICT (station) DO UPDATE SET process = excluded.process",
            vec![text(station), text(process)],
        )
        .await?;
    Ok(())
}

/// The process to which a station connected last, if it is another one that is alive.
pub(crate) async fn station_holder(
    database: &impl Database,
    station: &str,
    except: &str,
) -> Result<Option<Process>, StoreError> {
    let rows = database
        .query(
            concat!(
                "SELECT process.id, process.url, process.token
                 FROM station_connection AS held JOIN process ON process.id = held.process
                 WHERE held.station = ?1 AND process.id <> ?2 AND process.until > ",
                now!()
            ),
            vec![text(station), text(except)],
        )
        .await?;
    rows.into_iter().next().map(process).transpose()
}

/// Of these stations, those that are not on record as connected to this process, and whether they are as connected to
/// another one that is alive.
pub(crate) async fn not_held(
    database: &impl Database,
    process: &str,
    stations: &[&str],
) -> Result<Vec<(String, bool)>, StoreError> {
    let rows = database
        .query(
            concat!(
                "SELECT here.station, EXISTS (
                     SELECT 1 FROM process WHERE process.id = held.process AND process.until > ",
                now!(),
                ")
                 FROM jsonb_array_elements_text(CAST(?1 AS jsonb)) AS here (station)
                 LEFT JOIN station_connection AS held ON held.station = here.station
                 WHERE held.process IS NULL OR held.process <> ?2"
            ),
            vec![json(stations)?, text(process)],
        )
        .await?;
    let station = |row| {
        let mut row = Reader::new(row);
        Ok((row.text()?, row.integer()? != 0))
    };
    rows.into_iter().map(station).collect()
}

fn process(row: Vec<Value>) -> Result<Process, StoreError> {
    let mut row = Reader::new(row);
    Ok(Process {
        id: row.text()?,
        url: row.text()?,
        token: row.text()?,
    })
}
