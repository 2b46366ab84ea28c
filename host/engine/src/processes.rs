//! The processes of a gateway that share the database of a server. Each has the same configuration, and can be reached
//! by the others.
//!
//! | who                | does                                                                             |
//! |--------------------|----------------------------------------------------------------------------------|
//! | every process      | answers requests and stations; claims commands that move money or energy         |
//! | the one that leads | also reaches deadlines, arms terminals, tends stations, and claims other commands |
//!
//! A process that dies is missed after ten seconds, or once it starts again at the same address: then another one
//! leads, and takes up the commands that it had sent. One that stands still, or cannot reach the database, is missed so,
//! too, and has to know it by itself: see [`Standing`].
//! None of this is what keeps money right: that is the store's, whose statements let no two processes take the same
//! step.

use crate::error::EngineError;
use crate::platform::Database;
use crate::store::processes;
pub use crate::store::processes::Process;

/// This process begins, and does not lead before it [stays](stay). One that was reached at the same address is gone,
/// and what it had is taken up at once.
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

/// What a process may take itself for, by when it said last that it is alive, and by a clock that cannot be set.
///
/// | since it said so   | the others take it for | it does                                                    |
/// |--------------------|------------------------|------------------------------------------------------------|
/// | less than 8 s      | alive                  | what it has to                                             |
/// | 8 s to 10 s        | alive                  | not lead, and claim no command: it may soon be taken for dead |
/// | 10 s, or more      | dead                   | neither, and let the stations go: nobody can order them here |
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing {
    /// When it said last that it is alive, in milliseconds since some moment.
    said_at: Option<u64>,
    leads: bool,
}

/// For how long a process is sure that the others take it for alive, in milliseconds.
const SURE_FOR: u64 = 8_000;

impl Standing {
    /// Whether it is sure that the others take it for alive at this moment.
    #[must_use]
    pub fn is_alive(&self, elapsed: u64) -> bool {
        self.has_said_within(SURE_FOR, elapsed)
    }

    /// Whether it leads at this moment.
    #[must_use]
    pub fn leads(&self, elapsed: u64) -> bool {
        self.leads && self.is_alive(elapsed)
    }

    /// Whether the others take it for dead at this moment.
    #[must_use]
    pub fn is_cut_off(&self, elapsed: u64) -> bool {
        !self.has_said_within(processes::ALIVE_FOR.into(), elapsed)
    }

    fn has_said_within(&self, period: u64, elapsed: u64) -> bool {
        let said_at = self.said_at;
        said_at.is_some_and(|said_at| elapsed.saturating_sub(said_at) < period)
    }
}

/// Say that this process is alive, at least every few seconds. `elapsed` is this moment, in milliseconds since some
/// moment.
///
/// # Errors
/// The database cannot be used. Then its standing is what it was.
pub async fn stay(
    database: &impl Database,
    process: &Process,
    elapsed: u64,
) -> Result<Standing, EngineError> {
    processes::keep_alive(database, process).await?;
    let leads = processes::lead(database, &process.id).await?;
    if leads {
        processes::forget_dead(database).await?;
    }
    Ok(Standing {
        // It is heard later, and counts as alive for longer than this process thinks.
        said_at: Some(elapsed),
        leads,
    })
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

/// The other processes that are alive.
///
/// # Errors
/// The database cannot be used.
pub async fn others(database: &impl Database, this: &str) -> Result<Vec<Process>, EngineError> {
    Ok(processes::others(database, this).await?)
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

/// Have it on record again which stations are connected to this process, of which it was not put on record when they
/// connected. Returns those that are connected to another process that is alive: they connected there since.
///
/// # Errors
/// The database cannot be used.
pub async fn keep_stations(
    database: &impl Database,
    this: &str,
    stations: &[&str],
) -> Result<Vec<String>, EngineError> {
    let mut moved = Vec::new();
    for (station, is_elsewhere) in processes::not_held(database, this, stations).await? {
        match is_elsewhere {
            true => moved.push(station),
            false => processes::hold_station(database, this, &station).await?,
        }
    }
    Ok(moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said_at(said_at: u64) -> Standing {
        Standing {
            said_at: Some(said_at),
            leads: true,
        }
    }

    #[test]
    fn a_process_that_did_not_say_for_long_that_it_is_alive_neither_leads_nor_keeps_stations() {
        let standing = said_at(5_000);
        for (elapsed, leads, is_cut_off) in [
            (5_000, true, false),
            (12_999, true, false),
            (13_000, false, false),
            (14_999, false, false),
            (15_000, false, true),
            (900_000, false, true),
        ] {
            assert_eq!(standing.leads(elapsed), leads, "{elapsed}");
            assert_eq!(standing.is_alive(elapsed), leads, "{elapsed}");
            assert_eq!(standing.is_cut_off(elapsed), is_cut_off, "{elapsed}");
        }
    }

    #[test]
    fn a_process_that_never_said_that_it_is_alive_takes_nothing_up() {
        let standing = Standing::default();
        assert!(!standing.leads(0) && !standing.is_alive(0));
        assert!(standing.is_cut_off(0));
    }
}
