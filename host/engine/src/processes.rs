//! The processes of a gateway that share the database of a server. Each has the same configuration, and can be reached by
//! the others.
//!
//! | who                | does                                                                             |
//! |--------------------|----------------------------------------------------------------------------------|
//! | every process      | answers requests and stations; claims commands that move money or energy         |
//! | the one that leads | also reaches deadlines, arms terminals, tends stations, and claims other commands |
//!
//! A process that dies is missed after ten seconds, or once it starts again at the same address: then another one leads,
//! and takes up the commands that it had sent.
//! None of this is what keeps money right: that is the store's, whose statements let no two processes take the same step.

use crate::error::EngineError;
use crate::platform::Database;
use crate::store::processes;
pub use crate::store::processes::Process;

/// This process begins, and does not lead before it [stays](stay). One that was reached at the same address is gone, and
/// what it had is taken up at once.
///
/// # Errors
/// The database cannot be used.
pub async fn join(database: &impl Database, process: &Process) -> Result<(), EngineError> {
    processes::succeed(database, process).await?;
    Ok(processes::keep_alive(database, process).await?)
}

/// Whether another process says that it is reached where this one is: then one of them is configured wrongly.
///
/// # Errors
/// The database cannot be used.
pub async fn has_namesake(
    database: &impl Database,
    process: &Process,
) -> Result<bool, EngineError> {
    Ok(processes::has_namesake(database, process).await?)
}

/// Say that this process is alive, at least every few seconds. Whether it leads.
///
/// # Errors
/// The database cannot be used.
pub async fn stay(database: &impl Database, process: &Process) -> Result<bool, EngineError> {
    processes::keep_alive(database, process).await?;
    let leads = processes::lead(database, &process.id).await?;
    if leads {
        processes::forget_dead(database).await?;
    }
    Ok(leads)
}

/// This process ends: others take over at once what it had.
///
/// # Errors
/// The database cannot be used. Then they do so after ten seconds.
pub async fn leave(database: &impl Database, process: &str) -> Result<(), EngineError> {
    Ok(processes::leave(database, process).await?)
}

/// Whether any process is alive on the database of a server.
///
/// # Errors
/// The database cannot be used.
pub async fn is_any_alive(database: &impl Database) -> Result<bool, EngineError> {
    Ok(processes::is_any_alive(database).await?)
}

/// The process that leads, if it is another one than this, and alive.
///
/// # Errors
/// The database cannot be used.
pub async fn leader(database: &impl Database, this: &str) -> Result<Option<Process>, EngineError> {
    Ok(processes::leader(database, this).await?)
}

/// A station is connected to this process now.
///
/// # Errors
/// The database cannot be used.
pub async fn hold_station(
    database: &impl Database,
    this: &str,
    station: &str,
) -> Result<(), EngineError> {
    Ok(processes::hold_station(database, this, station).await?)
}

/// The process to which a station connected last, if it is another one than this, and alive.
///
/// # Errors
/// The database cannot be used.
pub async fn station_holder(
    database: &impl Database,
    this: &str,
    station: &str,
) -> Result<Option<Process>, EngineError> {
    Ok(processes::station_holder(database, station, this).await?)
}

/// Of the stations that are connected to this process, those that connected to another one since.
///
/// # Errors
/// The database cannot be used.
pub async fn moved_stations(
    database: &impl Database,
    this: &str,
    stations: &[&str],
) -> Result<Vec<String>, EngineError> {
    Ok(processes::moved_stations(database, this, stations).await?)
}
