//! An event on its way into the journal, with what was decided.

use chargetap_contract::receipt::Subject;
use chargetap_contract::session::{Action, Command, Decision, Event, Evse, View};
use serde::Serialize;

use super::rows::{Reader, integer, json, optional_integer, optional_text, text};
use super::{JournalError, card_key, phase_name};
use crate::platform::{DatabaseError, Platform, Value};

/// An event with what was decided, on its way into the journal.
pub(crate) struct Entry<'a> {
    pub(crate) session: &'a str,
    /// The session's version after this event.
    pub(crate) version: i64,
    pub(crate) event: &'a Event,
    pub(crate) at: u64,
    /// Drops a repetition of the same delivery.
    pub(crate) dedupe: Option<&'a str>,
    /// The armed read that this event uses up.
    pub(crate) read: Option<&'a str>,
    /// The command whose outcome this is.
    pub(crate) ended_command: Option<&'a str>,
    pub(crate) decision: &'a Decision,
    /// Whose sequence numbers the receipt that the decision asks for, if it does: a VAT number.
    pub(crate) issuer: &'a str,
}

/// What became of an entry.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Recorded {
    Yes,
    /// The same delivery was recorded before.
    Duplicate,
    /// Another delivery used this read up, or the terminal was told to read anew since.
    ReadStale,
    /// The session moved on meanwhile.
    Stale,
    /// Another session has the EVSE.
    EvseOccupied,
    /// Another session has the hold.
    HoldClaimed,
    /// A card began a session where none may begin any more.
    NotActivated,
}

pub(crate) async fn record(
    platform: &impl Platform,
    entry: &Entry<'_>,
) -> Result<Recorded, JournalError> {
    let Decision {
        state,
        view,
        commands,
        deadline,
    } = entry.decision;
    let parameters = vec![
        text(entry.session),
        Value::Integer(entry.version),
        json(entry.event)?,
        integer(entry.at)?,
        optional_text(entry.dedupe),
        optional_text(entry.read),
        optional_text(entry.ended_command),
        Value::Blob(state.clone()),
        stored_view(view)?,
        optional_text(view.card.map(|card| card_key(&card.reference)).as_deref()),
        text(phase_name(view.phase)),
        stored_commands(commands, entry.issuer)?,
        optional_integer(*deadline)?,
    ];
    let inserted = platform
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
        Ok(rows) if !rows.is_empty() => Ok(Recorded::Yes),
        Ok(_) | Err(DatabaseError::Constraint(_)) => why_not(platform, entry).await,
        Err(error) => Err(error.into()),
    }
}

/// A command, and whose number it takes.
#[derive(Serialize)]
struct StoredCommand<'a> {
    #[serde(flatten)]
    command: &'a Command,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'a str>,
}

fn stored_commands(commands: &[Command], issuer: &str) -> Result<Value, JournalError> {
    let stored: Vec<_> = commands
        .iter()
        .map(|command| StoredCommand {
            command,
            issuer: is_numbered(&command.action).then_some(issuer),
        })
        .collect();
    json(&stored)
}

/// Whether it asks for a receipt over money. One that says that nothing was taken is no invoice.
fn is_numbered(action: &Action) -> bool {
    match action {
        Action::IssueReceipt(Subject::Session(session)) => session.captured > 0,
        Action::IssueReceipt(_) => true,
        _ => false,
    }
}

/// The view as it is stored. The columns of a session have room for an EVSE, and where there is none
/// they hold one that no station has.
fn stored_view(view: &View) -> Result<Value, JournalError> {
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
async fn why_not(platform: &impl Platform, entry: &Entry<'_>) -> Result<Recorded, JournalError> {
    let evse = entry.decision.view.evse.as_ref();
    let rows = platform
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
                optional_text(entry.dedupe),
                optional_text(entry.read),
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
    let (duplicate, read_stale, stale, occupied) = (holds()?, holds()?, holds()?, holds()?);
    let activated = holds()?;
    let begins = entry.version == 1;
    Ok(if duplicate {
        Recorded::Duplicate
    } else if read_stale {
        Recorded::ReadStale
    } else if stale {
        Recorded::Stale
    } else if begins && entry.read.is_some() && !activated {
        Recorded::NotActivated
    } else if begins && occupied {
        Recorded::EvseOccupied
    } else if entry.decision.view.hold.is_some() {
        Recorded::HoldClaimed
    } else {
        // What was in the way is gone again.
        Recorded::Stale
    })
}

/// Whether this delivery was recorded before.
pub(crate) async fn is_duplicate(
    platform: &impl Platform,
    dedupe: &str,
) -> Result<bool, JournalError> {
    let rows = platform
        .query("SELECT 1 FROM event WHERE dedupe = ?1", vec![text(dedupe)])
        .await?;
    Ok(!rows.is_empty())
}
