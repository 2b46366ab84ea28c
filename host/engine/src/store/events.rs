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

use chargetap_contract::receipt::Subject;
use chargetap_contract::session::{Action, Command, Decision, Event, Evse, View};
use serde::Serialize;

use super::error::StoreError;
use super::rows::{Reader, card_key, integer, json, optional_integer, optional_text, text};
use crate::event::{EventEnvelope, EventOutcome};
use crate::labels::phase_name;
use crate::platform::{Database, DatabaseError, Value};

/// An event with what was decided, on its way into the journal.
pub(crate) struct Entry<'a> {
    pub(crate) session: &'a str,
    /// The session's version after this event.
    pub(crate) version: i64,
    pub(crate) envelope: &'a EventEnvelope<'a>,
    pub(crate) at: u64,
    pub(crate) decision: &'a Decision,
    /// The VAT number whose sequence numbers the receipt that the decision asks for. Present where
    /// [`asks_for_number`] says so.
    pub(crate) issuer: Option<&'a str>,
}

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
    ];
    let inserted = database
        .query(
            "INSERT INTO event (session, version, event, at, dedupe, read, ended_command,
                                state, view, card, phase, commands, deadline)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13
             WHERE NOT EXISTS (SELECT 1 FROM ask AS this JOIN ask AS later USING (terminal)
                               WHERE this.id = ?6 AND later.number > this.number)
               AND (?2 > 1 OR ?6 IS NULL OR EXISTS (
                    SELECT 1 FROM fleet_item WHERE kind = 'terminal' AND key = ?9 ->> '$.terminal'
                    AND item ->> '$.record.state' = 'activated'))
             ON CONFLICT DO NOTHING RETURNING version",
            parameters,
        )
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

/// Which of the journal's rules kept an entry out.
async fn conflict(
    database: &impl Database,
    entry: &Entry<'_>,
) -> Result<Option<EventOutcome>, StoreError> {
    let evse = entry.decision.view.evse.as_ref();
    let rows = database
        .query(
            "SELECT EXISTS (SELECT 1 FROM event WHERE dedupe = ?1),
                    EXISTS (SELECT 1 FROM event WHERE read = ?2)
                    OR EXISTS (SELECT 1 FROM ask AS this JOIN ask AS later USING (terminal)
                               WHERE this.id = ?2 AND later.number > this.number),
                    EXISTS (SELECT 1 FROM event WHERE session = ?3 AND version = ?4),
                    EXISTS (SELECT 1 FROM session
                            WHERE station = ?5 AND connector = ?6 AND id <> ?3
                              AND phase IN ('authorising', 'starting', 'charging', 'stopping')),
                    EXISTS (SELECT 1 FROM fleet_item WHERE kind = 'terminal' AND key = ?7
                            AND item ->> '$.record.state' = 'activated')",
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
            "SELECT event.rowid, event.session, event.version, event.view ->> '$.terminal', event.event,
                    event.at, earlier.state
             FROM event LEFT JOIN event AS earlier
             ON earlier.session = event.session AND earlier.version = event.version - 1
             WHERE event.rowid < ?1 AND (event.version = 1 OR earlier.version IS NOT NULL) ORDER BY event.rowid DESC LIMIT ?2",
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
            terminal: row.text()?,
            event: serde_json::from_str(&row.text()?).ok(),
            at: row.unsigned()?,
            state: row.optional_blob()?,
        })
    };
    rows.into_iter().map(step).collect()
}
