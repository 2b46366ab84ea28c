//! Brings the tables of earlier versions to what they are now.
//!
//! A database says of which version its tables are. If it is the current one, nothing else is asked or run. A newer one
//! is refused.
//!
//! Each step is one statement. A start that ended in the middle is taken up by the next one. Instances of this program
//! may start together: what one of them does late fails or changes nothing, and its next start succeeds. So nothing is
//! dropped whose name is used again. Instances of an earlier program must have ended.
//!
//! Each version adds its steps as an array of its own, to be run on the versions before. One without steps has
//! the tables of the version before, and a kind of record that earlier programs cannot read.

use super::error::StoreError;
use super::rows::{Reader, by_dialect};
use super::schema::{DEFINITIONS, postgres};
use crate::platform::{Database, Dialect, Value};

/// The version of the tables.
pub(super) const VERSION: i64 = 6;

/// What stands in its place while rows are copied into the tables (`copies`). Programs that do not know it refuse it as a
/// version that is newer than theirs.
pub(super) const UNFINISHED: i64 = i64::MAX;

/// A statement, run only if `when` is absent or selects a row.
struct Step {
    when: Option<&'static str>,
    statement: &'static str,
}

const fn always(statement: &'static str) -> Step {
    Step {
        when: None,
        statement,
    }
}

const fn when(condition: &'static str, statement: &'static str) -> Step {
    Step {
        when: Some(condition),
        statement,
    }
}

/// Make the tables, or bring them to the current version.
pub(crate) async fn migrate(database: &impl Database) -> Result<(), StoreError> {
    let found = version(database).await?;
    if found == VERSION {
        return Ok(());
    }
    if found == UNFINISHED {
        return Err(StoreError::Unfinished);
    }
    if found > VERSION {
        return Err(StoreError::Newer {
            found,
            known: VERSION,
        });
    }
    match database.dialect() {
        Dialect::Sqlite => upgrade(database, found).await?,
        Dialect::Postgres => {
            define(database, postgres::SHAPES).await?;
            define(database, postgres::DEFINITIONS).await?;
        }
    }
    let statement = "INSERT INTO store_version (id, version) VALUES (1, ?1)
                     ON CONFLICT (id) DO UPDATE SET version = excluded.version
                     WHERE store_version.version < excluded.version";
    database
        .query(statement, vec![Value::Integer(VERSION)])
        .await?;
    Ok(())
}

async fn upgrade(database: &impl Database, found: i64) -> Result<(), StoreError> {
    if found < 1 {
        take(database, SHAPES).await?;
    }
    if found < 2 {
        take(database, SHAPES_OF_VERSION_1).await?;
    }
    if found < 3 {
        take(database, SHAPES_OF_VERSION_2).await?;
    }
    take(database, SHAPES_OF_VERSION_3).await?;
    define(database, DEFINITIONS).await?;
    if found < 1 {
        take(database, CONTENTS).await?;
    }
    Ok(())
}

async fn define(database: &impl Database, definitions: &[&'static str]) -> Result<(), StoreError> {
    for statement in definitions {
        database.query(statement, Vec::new()).await?;
    }
    Ok(())
}

/// The version of the tables; 0 if there are none, or if they are from before versions were counted.
pub(super) async fn version(database: &impl Database) -> Result<i64, StoreError> {
    let counted = by_dialect(
        database,
        "SELECT 1 FROM sqlite_schema WHERE name = 'store_version'",
        "SELECT 1 FROM information_schema.tables
         WHERE table_schema = current_schema() AND table_name = 'store_version'",
    );
    if database.query(counted, Vec::new()).await?.is_empty() {
        return Ok(0);
    }
    let statement = "SELECT coalesce(max(version), 0) FROM store_version";
    let rows = database.query(statement, Vec::new()).await?;
    Reader::new(rows.into_iter().next().unwrap_or_default()).integer()
}

async fn take(database: &impl Database, steps: &[Step]) -> Result<(), StoreError> {
    for Step { when, statement } in steps {
        if let Some(condition) = when
            && database.query(condition, Vec::new()).await?.is_empty()
        {
            continue;
        }
        if let Err(error) = database.query(statement, Vec::new()).await {
            // Another instance may have done it meanwhile.
            let is_done = match when {
                Some(condition) => database.query(condition, Vec::new()).await?.is_empty(),
                None => false,
            };
            if !is_done {
                return Err(error.into());
            }
        }
    }
    Ok(())
}

const PAYMENTS_UNIQUE: &str =
    "SELECT 1 FROM sqlite_schema WHERE name = 'session' AND instr(sql, 'payment TEXT UNIQUE')";

/// Tables from before versions were counted, before what they lack is defined.
const SHAPES: &[Step] = &[
    // Triggers that name what changes below. What they do is done by triggers of other names.
    always("DROP TRIGGER IF EXISTS event_spread"),
    always("DROP TRIGGER IF EXISTS clock_was_set"),
    always("DROP TRIGGER IF EXISTS clock_stepped"),
    always("DROP TRIGGER IF EXISTS clock_stepped_at_stations"),
    when(PAYMENTS_UNIQUE, "DROP TRIGGER IF EXISTS event_applied"),
    when(
        "SELECT 1 FROM sqlite_schema WHERE name = 'station_transaction' AND instr(sql, 'doubted_at')",
        "ALTER TABLE station_transaction DROP COLUMN doubted_at",
    ),
    // The payments of all terminals had to differ.
    when(
        PAYMENTS_UNIQUE,
        "CREATE TABLE IF NOT EXISTS session_rebuilt (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            version INTEGER NOT NULL,
            terminal TEXT NOT NULL,
            card TEXT,
            station TEXT NOT NULL,
            connector INTEGER NOT NULL,
            phase TEXT NOT NULL,
            payment TEXT,
            view TEXT NOT NULL,
            state BLOB NOT NULL,
            deadline INTEGER,
            UNIQUE (terminal, payment)
        ) STRICT",
    ),
    when(
        PAYMENTS_UNIQUE,
        "INSERT OR REPLACE INTO session_rebuilt
            SELECT number, id, version, terminal, card, station, connector, phase, payment, view, state, deadline
            FROM session",
    ),
    when(
        PAYMENTS_UNIQUE,
        "ALTER TABLE session RENAME TO session_of_version_0",
    ),
    when(
        "SELECT 1 FROM sqlite_schema WHERE name = 'session_rebuilt'
         AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'session')",
        "ALTER TABLE session_rebuilt RENAME TO session",
    ),
    // Terminals that were armed then are armed anew.
    always("DROP TABLE IF EXISTS read"),
    when(
        "SELECT 1 FROM sqlite_schema WHERE name = 'ask' AND NOT instr(sql, 'told_at')",
        "ALTER TABLE ask RENAME TO ask_of_version_0",
    ),
    when(
        "SELECT 1 FROM sqlite_schema WHERE name = 'vehicle' AND NOT instr(sql, 'served')",
        "ALTER TABLE vehicle ADD COLUMN served INTEGER NOT NULL DEFAULT 0",
    ),
    when(
        "SELECT 1 FROM sqlite_schema WHERE name = 'delivery' AND NOT instr(sql, 'first_at')",
        "ALTER TABLE delivery ADD COLUMN first_at INTEGER NOT NULL DEFAULT 0",
    ),
    when(
        "SELECT 1 FROM sqlite_schema WHERE name = 'delivery' AND NOT instr(sql, 'last_at')",
        "ALTER TABLE delivery ADD COLUMN last_at INTEGER NOT NULL DEFAULT 0",
    ),
    when(
        "SELECT 1 FROM sqlite_schema WHERE name = 'connector' AND NOT instr(sql, 'denies')",
        "ALTER TABLE connector ADD COLUMN denies INTEGER NOT NULL DEFAULT 0",
    ),
    when(
        "SELECT 1 FROM sqlite_schema WHERE name = 'station_transaction' AND NOT instr(sql, 'is_lost')",
        "ALTER TABLE station_transaction ADD COLUMN is_lost INTEGER NOT NULL DEFAULT 0",
    ),
    when(
        "SELECT 1 FROM sqlite_schema WHERE name = 'named_transaction' AND NOT instr(sql, 'signed')",
        "ALTER TABLE named_transaction ADD COLUMN signed TEXT",
    ),
    when(
        "SELECT 1 FROM sqlite_schema WHERE name = 'named_transaction' AND NOT instr(sql, 'token')",
        "ALTER TABLE named_transaction ADD COLUMN token TEXT",
    ),
];

/// Tables of version 1, before what they lack is defined.
const SHAPES_OF_VERSION_1: &[Step] = &[when(
    "SELECT 1 FROM sqlite_schema WHERE name = 'session' AND NOT instr(sql, 'is_folded')",
    "ALTER TABLE session ADD COLUMN is_folded INTEGER NOT NULL DEFAULT 0",
)];

/// Programs from before versions were counted write to that table at their start. Now they fail there: they would make
/// triggers anew that are no more.
pub(super) const REFUSAL_OF_OLD_PROGRAMS: &str =
    "CREATE VIEW IF NOT EXISTS receipt AS SELECT id, session, document FROM paper WHERE false";

/// Tables of version 2, before what they lack is defined.
const SHAPES_OF_VERSION_2: &[Step] = &[
    // What these did is done by statements of their own, or by triggers of other names.
    always("DROP TRIGGER IF EXISTS session_folded"),
    always("DROP TRIGGER IF EXISTS fleet_change_is_kept"),
    always("DROP TRIGGER IF EXISTS fleet_write_is_kept"),
    when(
        "SELECT 1 FROM sqlite_schema WHERE name = 'session' AND NOT instr(sql, 'is_thinned')",
        "ALTER TABLE session ADD COLUMN is_thinned INTEGER NOT NULL DEFAULT 0",
    ),
    when(
        "SELECT 1 FROM sqlite_schema WHERE name = 'session' AND NOT instr(sql, 'closed_at')",
        "ALTER TABLE session ADD COLUMN closed_at INTEGER",
    ),
    when(
        "SELECT 1 FROM sqlite_schema WHERE name = 'session' AND NOT instr(sql, 'last_place')",
        "ALTER TABLE session ADD COLUMN last_place INTEGER",
    ),
    when(
        "SELECT 1 FROM sqlite_schema WHERE name = 'station_transaction' AND NOT instr(sql, 'untold_at')",
        "ALTER TABLE station_transaction ADD COLUMN untold_at INTEGER",
    ),
];

/// Tables of version 3, before what they lack is defined.
const SHAPES_OF_VERSION_3: &[Step] = &[when(
    "SELECT 1 FROM sqlite_schema WHERE name = 'event' AND NOT instr(sql, 'terms')",
    "ALTER TABLE event ADD COLUMN terms TEXT",
)];

const RECEIPTS: &str = "SELECT 1 FROM sqlite_schema WHERE name = 'receipt' AND type = 'table'";

/// What tables from before versions were counted hold, in the words of now.
const CONTENTS: &[Step] = &[
    // What these did is done by triggers of other names by now, and may be done twice.
    always("DROP TRIGGER IF EXISTS event_applied"),
    always("DROP TRIGGER IF EXISTS event_numbered"),
    // So have these indexes other names by now.
    always("DROP INDEX IF EXISTS session_at_evse"),
    always("DROP INDEX IF EXISTS session_by_terminal"),
    always("DROP INDEX IF EXISTS session_by_deadline"),
    always("DROP INDEX IF EXISTS ask_by_terminal"),
    // An instance that came late made it.
    when(
        "SELECT 1 FROM sqlite_schema WHERE name = 'session_rebuilt'",
        "DROP TABLE IF EXISTS session_rebuilt",
    ),
    // Where receipts stood when a session had one only.
    when(
        RECEIPTS,
        "INSERT INTO paper (id, command, session, terminal, amount, last_four, document)
            SELECT id, session || '/receipt', session, document ->> '$.summary.terminal',
                   document ->> '$.summary.captured', document ->> '$.summary.card.last_four',
                   json_set(json_remove(document, '$.summary'),
                            '$.issued_at', document -> '$.summary.settled_at',
                            '$.subject', json_object('Session',
                                json_set(document -> '$.summary', '$.captured_vat', json_array())))
            FROM receipt WHERE true ON CONFLICT DO NOTHING",
    ),
    when(RECEIPTS, "DROP TABLE receipt"),
    always(REFUSAL_OF_OLD_PROGRAMS),
    // Receipts that were asked for then.
    always(
        "UPDATE command SET action = json_object('IssueReceipt', json_object('Session',
                json_set(action -> '$.IssueReceipt', '$.captured_vat', json_array())))
            WHERE status <> 'done' AND action ->> '$.IssueReceipt.terminal' IS NOT NULL",
    ),
    // The words of terminals stood in commands.
    always(
        "UPDATE command SET status = 'done'
            WHERE status <> 'done' AND action ->> '$.ShowMessage.text' IS NOT NULL",
    ),
    always(
        "UPDATE command SET action = json_set(action, '$.Authorise.message', 'CardAccepted')
            WHERE status <> 'done' AND instr(action ->> '$.Authorise.message', ' ') > 0",
    ),
    always(
        "UPDATE command SET action = json_set(action, '$.Capture.message', json_object('ChargingEnded',
                json_object('amount', action ->> '$.Capture.amount', 'currency',
                            (SELECT view ->> '$.currency' FROM session WHERE id = command.session))))
            WHERE status <> 'done' AND json_type(action, '$.Capture.message') = 'text'",
    ),
    always(
        "UPDATE command SET action = json_set(action, '$.Cancel.message',
                                              json_object('NothingTaken', 'PaymentFailed'))
            WHERE status <> 'done' AND json_type(action, '$.Cancel.message') = 'text'",
    ),
    // Transactions had the numbers of their sessions.
    always(
        "INSERT INTO station_transaction (number, key, station, connector, token, session, heard_at, ended_at)
            SELECT number, 'session/' || id, station, connector, id, id, 0,
                   iif(phase IN ('charging', 'stopping'), NULL, 0)
            FROM session
            WHERE NOT EXISTS (SELECT 1 FROM station_transaction) AND station <> ''
              AND EXISTS (SELECT 1 FROM event WHERE event.session = session.id
                          AND event ->> '$.ChargingStarted' IS NOT NULL)",
    ),
    // The alerts of sessions were not kept: what still needs a person is raised anew.
    always(
        "UPDATE command SET status = 'pending'
            WHERE session IN (SELECT id FROM session WHERE phase = 'needs-attention')
              AND status = 'done' AND action ->> '$.RaiseAlert' IS NOT NULL
              AND id NOT IN (SELECT item ->> '$.record.cause' FROM fleet_item WHERE kind = 'alert'
                             AND item ->> '$.record.cause' IS NOT NULL)",
    ),
];

#[cfg(test)]
mod tests;
