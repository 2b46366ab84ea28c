//! A simulated payment provider, station and driver. They keep what they know in a database of their own. A CMS of
//! yours has its provider's API and its stations' connections here.

use std::path::Path;

use chargetap_plugins::contract::session::{
    Authorise, Capture, CommandResult, Event, Evse, MeterReading, Stopped,
};
use chargetap_plugins::contract::terminal::Hold;
use rusqlite::{Connection, OptionalExtension, params};

/// What the provider holds, in cents.
const HOLD: u64 = 5_000;
const MINUTE: u64 = 60_000;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS hold (payment INTEGER PRIMARY KEY, terminal TEXT NOT NULL, captured INTEGER,
        is_open INTEGER NOT NULL DEFAULT 1);
    CREATE TABLE IF NOT EXISTS report (id INTEGER PRIMARY KEY, token TEXT NOT NULL, event TEXT NOT NULL,
        is_taken INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE IF NOT EXISTS tap (segment TEXT PRIMARY KEY, is_taken INTEGER NOT NULL DEFAULT 0);
";

/// What the station has to tell of a session, until it is acknowledged.
pub(crate) struct Report {
    /// Its number: the same whenever it is told.
    pub(crate) id: i64,
    /// The session's id, which is the token under which the station charges.
    pub(crate) session: String,
    pub(crate) event: Event,
}

pub(crate) struct Outside {
    database: Connection,
    /// After so many messages that change something, on either side, the CMS dies.
    dies_after: Option<u32>,
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

impl Outside {
    pub(crate) fn open(path: &Path, dies_after: Option<u32>) -> Result<Self> {
        let database = Connection::open(path)?;
        database.execute_batch(SCHEMA)?;
        Ok(Self {
            database,
            dies_after,
        })
    }

    /// A message that changes something passes, unless this is where the CMS dies.
    fn message(&mut self) {
        if let Some(left) = &mut self.dies_after {
            if *left == 0 {
                std::process::abort();
            }
            *left -= 1;
        }
    }

    /// The driver shows a card, once. The provider posts that until it is acknowledged.
    pub(crate) fn show_card(&mut self, segment: &str) -> Result<()> {
        self.database.execute(
            "INSERT INTO tap (segment) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM tap)",
            [segment],
        )?;
        Ok(())
    }

    /// The callback that the provider posts: the last segment of its URL. The body says which card it was.
    pub(crate) fn callback(&mut self) -> Result<Option<String>> {
        let query = "SELECT segment FROM tap WHERE NOT is_taken";
        Ok(self
            .database
            .query_row(query, [], |row| row.get(0))
            .optional()?)
    }

    pub(crate) fn acknowledge_callback(&mut self) -> Result<()> {
        self.message();
        self.database.execute("UPDATE tap SET is_taken = 1", [])?;
        self.message();
        Ok(())
    }

    /// The holds that are open at a terminal.
    pub(crate) fn open_holds(&mut self, terminal: &str) -> Result<Vec<Hold>> {
        let query = "SELECT payment FROM hold WHERE is_open AND terminal = ?1";
        let mut statement = self.database.prepare(query)?;
        let payments = statement.query_map([terminal], |row| row.get(0))?;
        payments.map(|payment| Ok(hold(payment?))).collect()
    }

    /// Makes a hold, and another one if it is asked again.
    pub(crate) fn authorise(&mut self, authorise: &Authorise) -> Result<CommandResult> {
        self.message();
        let made = "INSERT INTO hold (terminal) VALUES (?1)";
        self.database.execute(made, [&authorise.terminal])?;
        self.message();
        Ok(CommandResult::Authorised(hold(
            self.database.last_insert_rowid(),
        )))
    }

    pub(crate) fn capture(&mut self, capture: &Capture) -> Result<CommandResult> {
        self.close(&capture.target.payment, Some(capture.amount))
    }

    pub(crate) fn cancel(&mut self, payment: &str) -> Result<CommandResult> {
        self.close(payment, None)
    }

    fn close(&mut self, payment: &str, captured: Option<u64>) -> Result<CommandResult> {
        self.message();
        let closed = self.database.execute(
            "UPDATE hold SET is_open = 0, captured = ?2 WHERE payment = ?1 AND is_open",
            params![
                payment.parse::<i64>()?,
                captured.map(i64::try_from).transpose()?
            ],
        )?;
        self.message();
        Ok(match closed {
            0 => CommandResult::Conflict,
            _ => CommandResult::Done,
        })
    }

    /// The station begins to charge, once for a token: it delivers 10 kWh in twenty minutes, and then the driver leaves.
    pub(crate) fn start(&mut self, _: &Evse, token: &str, now: u64) -> Result<CommandResult> {
        self.message();
        let begun = MeterReading {
            energy: 12_345,
            at: now,
        };
        let ended = Stopped {
            at: now + 20 * MINUTE,
            energy: Some(22_345),
            reason: "Local".into(),
        };
        for event in [Event::ChargingStarted(begun), Event::ChargingStopped(ended)] {
            self.database.execute(
                "INSERT INTO report (token, event) SELECT ?1, ?2
                 WHERE (SELECT count(*) FROM report WHERE token = ?1) < 2",
                params![token, serde_json::to_string(&event)?],
            )?;
        }
        self.message();
        Ok(CommandResult::Done)
    }

    /// The station is to stop what it began under a token. Here it stopped by itself, and has told so or will.
    pub(crate) fn stop(&mut self, _: &Evse, token: &str) -> Result<CommandResult> {
        let query = "SELECT 1 FROM report WHERE token = ?1";
        let has_begun = self.database.prepare(query)?.exists([token])?;
        Ok(match has_begun {
            true => CommandResult::Done,
            false => CommandResult::Declined("there is no such transaction".into()),
        })
    }

    /// What the station tells next.
    pub(crate) fn report(&mut self) -> Result<Option<Report>> {
        let query = "SELECT id, token, event FROM report WHERE NOT is_taken ORDER BY id LIMIT 1";
        let row =
            |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?));
        let found = self.database.query_row(query, [], row).optional()?;
        found
            .map(|(id, session, event)| {
                let event = serde_json::from_str(&event)?;
                Ok(Report { id, session, event })
            })
            .transpose()
    }

    pub(crate) fn acknowledge_report(&mut self, id: i64) -> Result<()> {
        self.message();
        self.database
            .execute("UPDATE report SET is_taken = 1 WHERE id = ?1", [id])?;
        self.message();
        Ok(())
    }
}

fn hold(payment: i64) -> Hold {
    Hold {
        payment: payment.to_string(),
        amount: HOLD,
    }
}
