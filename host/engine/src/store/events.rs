//! The journal: every event with what was decided on it.
//!
//! What the statement enforces:
//!
//! | rule                          | effect                                                                |
//! |-------------------------------|-----------------------------------------------------------------------|
//! | `(session, version)`          | two steps on one version: the second is made again on the newer state |
//! | `dedupe`                      | a delivery that was seen before is dropped                            |
//! | `read`, the arming id         | a prompt starts or stops one session only                             |
//! | `(terminal, payment)`         | a hold belongs to one session only                                    |
//! | index `session_of_evse`       | one driver at a time has an EVSE; another's card is told so           |
//! | `closed_at`                   | nothing follows in a session that was closed since its step was made  |

use chargetap_contract::receipt::Subject;
use chargetap_contract::session::{Action, Command, Decision, Event, Evse, MeterReading, View};
use serde::Serialize;

use super::error::StoreError;
use super::rows::{
    Reader, by_dialect, card_key, integer, json, optional_integer, optional_text, text,
};
use crate::event::{EventEnvelope, EventOutcome};
use crate::labels::phase_name;
use crate::platform::{Database, DatabaseError, Value};
use crate::terms::Terms;

/// An event with what was decided, on its way into the journal.
pub(crate) struct Entry<'a> {
    pub(crate) session: &'a str,
    /// The session's version after this event.
    pub(crate) version: i64,
    pub(crate) envelope: &'a EventEnvelope<'a>,
    pub(crate) at: u64,
    pub(crate) decision: &'a Decision,
    /// The session's terms, which are stored with its first event.
    pub(crate) terms: &'a Terms,
    /// The VAT number whose sequence numbers the receipt that the decision asks for. Present where
    /// [`asks_for_number`] says so.
    pub(crate) issuer: Option<&'a str>,
}

/// A trigger carries what is inserted to the other tables.
pub(super) const INSERT: &str =
    "INSERT INTO event (session, version, event, at, dedupe, read, ended_command,
                        state, view, card, phase, commands, deadline, terms)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14
     WHERE NOT EXISTS (SELECT 1 FROM session WHERE id = ?1 AND closed_at IS NOT NULL)
       AND NOT EXISTS (SELECT 1 FROM ask AS this JOIN ask AS later USING (terminal)
                       WHERE this.id = ?6 AND later.number > this.number)
       AND (?2 > 1 OR ?6 IS NULL OR EXISTS (
            SELECT 1 FROM fleet_item WHERE kind = 'terminal' AND key = ?9 ->> '$.terminal'
            AND item ->> '$.record.state' = 'activated'))
     ON CONFLICT DO NOTHING RETURNING version";

/// The same without triggers. All parts see the tables as they were before.
pub(super) const INSERT_AND_SPREAD: &str = "WITH stored AS (
        INSERT INTO event (session, version, event, at, dedupe, read, ended_command,
                           state, view, card, phase, commands, deadline, terms)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14
        WHERE NOT EXISTS (SELECT 1 FROM session WHERE id = ?1 AND closed_at IS NOT NULL)
          AND NOT EXISTS (SELECT 1 FROM ask AS this JOIN ask AS later USING (terminal)
                          WHERE this.id = ?6 AND later.number > this.number)
          AND (?2 > 1 OR ?6 IS NULL OR EXISTS (
               SELECT 1 FROM fleet_item WHERE kind = 'terminal' AND key = CAST(?9 AS jsonb) ->> 'terminal'
               AND CAST(item AS jsonb) #>> '{record,state}' = 'activated'))
        ON CONFLICT DO NOTHING
        RETURNING *, CAST(view AS jsonb) AS parts),
     next_driver AS (
        DELETE FROM notice USING stored
        WHERE stored.version = 1 AND stored.phase = 'authorising'
          AND notice.terminal = stored.parts ->> 'terminal'),
     vehicle_served AS (
        INSERT INTO vehicle (station, connector, since, served)
        SELECT parts #>> '{evse,station}', CAST(parts #>> '{evse,connector}' AS bigint), at, 1
        FROM stored
        WHERE phase = 'charging' AND CAST(event AS jsonb) -> 'ChargingStarted' IS NOT NULL
        ON CONFLICT (station, connector) DO UPDATE SET served = 1),
     session_stepped AS (
        INSERT INTO session (id, version, terminal, card, station, connector, phase, payment,
                             view, state, deadline)
        SELECT session, version, parts ->> 'terminal', card, parts #>> '{evse,station}',
               CAST(parts #>> '{evse,connector}' AS bigint), phase, parts #>> '{hold,payment}',
               view, state, deadline
        FROM stored
        ON CONFLICT (id) DO UPDATE SET
            version = excluded.version, phase = excluded.phase, payment = excluded.payment,
            view = excluded.view, state = excluded.state, deadline = excluded.deadline),
     asked AS (
        SELECT stored.session, element.place, element.value ->> 'id' AS id,
               CAST(element.value -> 'action' AS text) AS action, element.value ->> 'issuer' AS issuer
        FROM stored, json_array_elements(CAST(stored.commands AS json)) WITH ORDINALITY AS element (value, place)),
     ended AS (
        UPDATE command SET status = 'done' FROM stored
        WHERE command.id = stored.ended_command AND command.id NOT IN (SELECT id FROM asked)),
     commanded AS (
        INSERT INTO command (id, session, action, status)
        SELECT id, session, action, 'pending' FROM asked ORDER BY place
        ON CONFLICT (id) DO UPDATE SET action = excluded.action, status = excluded.status),
     numbered AS (
        SELECT asked.id, coalesce(bill.issuer, asked.issuer) AS issuer
        FROM asked LEFT JOIN invoice AS bill ON bill.command = asked.session || '/receipt'
        WHERE asked.issuer IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM invoice WHERE command = asked.id)),
     counted AS (
        INSERT INTO invoice_counter (issuer, last)
        SELECT issuer, 1 FROM numbered
        ON CONFLICT (issuer) DO UPDATE SET last = invoice_counter.last + 1
        RETURNING issuer, last),
     invoiced AS (
        INSERT INTO invoice (issuer, number, command)
        SELECT counted.issuer, counted.last, numbered.id FROM numbered JOIN counted USING (issuer))
     SELECT version FROM stored";

/// Insert an event with what was decided. `None`: the session moved on meanwhile, so the step has to
/// be made again.
pub(crate) async fn insert(
    database: &impl Database,
    entry: &Entry<'_>,
) -> Result<Option<EventOutcome>, StoreError> {
    let Decision {
        state,
        view,
        commands,
        deadline,
    } = entry.decision;
    let parameters = vec![
        text(entry.session),
        Value::Integer(entry.version),
        json(&entry.envelope.event)?,
        integer(entry.at)?,
        optional_text(entry.envelope.dedupe),
        optional_text(entry.envelope.arming_id),
        optional_text(entry.envelope.ended_command),
        Value::Blob(state.clone()),
        stored_view(view)?,
        optional_text(view.card.map(|card| card_key(&card.reference)).as_deref()),
        text(phase_name(view.phase)),
        stored_commands(commands, entry.issuer)?,
        optional_integer(*deadline)?,
        match entry.version {
            1 => json(entry.terms)?,
            _ => Value::Null,
        },
    ];
    let inserted = database
        .query(by_dialect(database, INSERT, INSERT_AND_SPREAD), parameters)
        .await;
    match inserted {
        Ok(rows) if !rows.is_empty() => Ok(Some(EventOutcome::Stored)),
        Ok(_) | Err(DatabaseError::Constraint(_)) => conflict(database, entry).await,
        Err(error) => Err(error.into()),
    }
}

/// A command, and the issuer whose number its receipt takes.
#[derive(Serialize)]
struct StoredCommand<'a> {
    #[serde(flatten)]
    command: &'a Command,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'a str>,
}

fn stored_commands(commands: &[Command], issuer: Option<&str>) -> Result<Value, StoreError> {
    let stored: Vec<_> = commands
        .iter()
        .map(|command| StoredCommand {
            command,
            issuer: issuer.filter(|_| is_numbered(&command.action)),
        })
        .collect();
    json(&stored)
}

/// Whether a decision asks for a receipt that takes a number of its issuer's sequence.
pub(crate) fn asks_for_number(decision: &Decision) -> bool {
    decision.commands.iter().any(|it| is_numbered(&it.action))
}

/// Receipts over money are numbered. One which says that nothing was taken is no invoice.
fn is_numbered(action: &Action) -> bool {
    match action {
        Action::IssueReceipt(Subject::Session(session)) => session.captured > 0,
        Action::IssueReceipt(_) => true,
        _ => false,
    }
}

/// The view as it is stored. The columns of a session have room for an EVSE, and where there is none
/// they hold one that no station has.
fn stored_view(view: &View) -> Result<Value, StoreError> {
    let nowhere = || Evse {
        station: String::new(),
        connector: 0,
    };
    json(&View {
        evse: Some(view.evse.clone().unwrap_or_else(nowhere)),
        ..view.clone()
    })
}

macro_rules! obstacles {
    () => {
        "SELECT EXISTS (SELECT 1 FROM event WHERE dedupe = ?1),
                EXISTS (SELECT 1 FROM event WHERE read = ?2)
                OR EXISTS (SELECT 1 FROM ask AS this JOIN ask AS later USING (terminal)
                           WHERE this.id = ?2 AND later.number > this.number),
                EXISTS (SELECT 1 FROM event WHERE session = ?3 AND version = ?4)
                OR EXISTS (SELECT 1 FROM session WHERE id = ?3 AND closed_at IS NOT NULL),
                EXISTS (SELECT 1 FROM session
                        WHERE station = ?5 AND connector = ?6 AND id <> ?3
                          AND phase IN ('authorising', 'starting', 'charging', 'stopping')),
                EXISTS (SELECT 1 FROM fleet_item WHERE kind = 'terminal' AND key = ?7 "
    };
}

/// Which of the journal's rules kept an entry out.
async fn conflict(
    database: &impl Database,
    entry: &Entry<'_>,
) -> Result<Option<EventOutcome>, StoreError> {
    let evse = entry.decision.view.evse.as_ref();
    let rows = database
        .query(
            by_dialect(
                database,
                concat!(obstacles!(), "AND item ->> '$.record.state' = 'activated')"),
                concat!(
                    obstacles!(),
                    "AND CAST(item AS jsonb) #>> '{record,state}' = 'activated')"
                ),
            ),
            vec![
                optional_text(entry.envelope.dedupe),
                optional_text(entry.envelope.arming_id),
                text(entry.session),
                Value::Integer(entry.version),
                optional_text(evse.map(|evse| evse.station.as_str())),
                optional_integer(evse.map(|evse| evse.connector.into()))?,
                text(&entry.decision.view.terminal),
            ],
        )
        .await?;
    let mut row = Reader::new(rows.into_iter().next().unwrap_or_default());
    let mut holds = || row.integer().map(|truth| truth != 0);
    let (duplicate, stale_arming, moved_on, occupied) = (holds()?, holds()?, holds()?, holds()?);
    let activated = holds()?;
    let begins = entry.version == 1;
    Ok(if duplicate {
        Some(EventOutcome::Duplicate)
    } else if stale_arming {
        Some(EventOutcome::StaleArming)
    } else if moved_on {
        None
    } else if begins && entry.envelope.arming_id.is_some() && !activated {
        Some(EventOutcome::NotApplicable)
    } else if begins && occupied {
        Some(EventOutcome::EvseOccupied)
    } else if entry.decision.view.hold.is_some() {
        Some(EventOutcome::HoldClaimed)
    } else {
        // What was in the way is gone again.
        None
    })
}

/// Whether this delivery was stored before.
pub(crate) async fn is_duplicate(
    database: &impl Database,
    dedupe: &str,
) -> Result<bool, StoreError> {
    let rows = database
        .query("SELECT 1 FROM event WHERE dedupe = ?1", vec![text(dedupe)])
        .await?;
    Ok(!rows.is_empty())
}

/// Whether an event came under this arming id.
pub(crate) async fn used_arming(
    database: &impl Database,
    arming_id: &str,
) -> Result<bool, StoreError> {
    let rows = database
        .query("SELECT 1 FROM event WHERE read = ?1", vec![text(arming_id)])
        .await?;
    Ok(!rows.is_empty())
}

/// A step of the journal, with what it was made on.
pub(crate) struct RecordedStep {
    /// Its place in the journal.
    pub(crate) place: i64,
    pub(crate) session: String,
    /// The session's version after it.
    pub(crate) version: i64,
    pub(crate) terminal: String,
    /// Nothing if an earlier version stored it in another form.
    pub(crate) event: Option<Event>,
    pub(crate) at: u64,
    /// The session's state before it; nothing where it began the session.
    pub(crate) state: Option<Vec<u8>>,
    /// The session's terms, if they were kept.
    pub(crate) terms: Option<Terms>,
}

macro_rules! recorded {
    ($place:literal) => {
        concat!(
            "SELECT ",
            $place,
            ", event.session, event.version, event.view, event.event, event.at, earlier.state, first.terms
             FROM event LEFT JOIN event AS earlier
             ON earlier.session = event.session AND earlier.version = event.version - 1
             LEFT JOIN event AS first ON first.session = event.session AND first.version = 1
             WHERE ",
            $place,
            " < ?1 AND (event.version = 1 OR earlier.version IS NOT NULL) ORDER BY ",
            $place,
            " DESC LIMIT ?2"
        )
    };
}

/// The last steps of the journal, newest first; those before a place, if it is given. One is left out if the step before
/// it is gone, as the readings of sessions are that ended long ago.
pub(crate) async fn recorded(
    database: &impl Database,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<RecordedStep>, StoreError> {
    let rows = database
        .query(
            by_dialect(database, recorded!("event.rowid"), recorded!("event.place")),
            vec![
                Value::Integer(before.unwrap_or(i64::MAX)),
                Value::Integer(limit.into()),
            ],
        )
        .await?;
    let step = |row| {
        let mut row = Reader::new(row);
        Ok(RecordedStep {
            place: row.integer()?,
            session: row.text()?,
            version: row.integer()?,
            terminal: row.members()?.text(&["terminal"]).unwrap_or_default(),
            event: serde_json::from_str(&row.text()?).ok(),
            at: row.unsigned()?,
            state: row.optional_blob()?,
            terms: row.optional_json()?,
        })
    };
    rows.into_iter().map(step).collect()
}

/// A reading of a session's register, and when it was put on record, by our clock as it is now.
pub(crate) struct Read {
    pub(crate) reading: MeterReading,
    pub(crate) arrived_at: u64,
}

/// The readings of a session.
pub(crate) struct Readings {
    /// With that of its start, in their order.
    pub(crate) reads: Vec<Read>,
    /// By how much our clock was set since the first of them, in milliseconds.
    pub(crate) clock_set_by: i64,
}

/// The readings of a session.
pub(crate) async fn readings(
    database: &impl Database,
    session: &str,
) -> Result<Readings, StoreError> {
    let rows = database
        .query(
            r#"SELECT event, at FROM event
               WHERE session = ?1 AND (event LIKE '{"MeterRead":%' OR event LIKE '{"ChargingStarted":%'
                                       OR event LIKE '{"ClockSet":%')
               ORDER BY version"#,
            vec![text(session)],
        )
        .await?;
    let mut reads: Vec<Read> = Vec::with_capacity(rows.len());
    let mut clock_set_by: i64 = 0;
    for row in rows {
        let mut row = Reader::new(row);
        match serde_json::from_str(&row.text()?) {
            Ok(Event::ChargingStarted(reading) | Event::MeterRead(reading)) => reads.push(Read {
                reading,
                arrived_at: row.unsigned()?,
            }),
            Ok(Event::ClockSet(by)) if !reads.is_empty() => {
                clock_set_by = clock_set_by.saturating_add(by);
                for read in &mut reads {
                    read.arrived_at = read.arrived_at.saturating_add_signed(by);
                }
            }
            // One in another form of an earlier version says nothing.
            _ => {}
        }
    }
    Ok(Readings {
        reads,
        clock_set_by,
    })
}
