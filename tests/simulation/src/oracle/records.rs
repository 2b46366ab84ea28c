//! What the gateway's store has on record.

use std::collections::BTreeMap;

use chargetap_contract::receipt::{Document, Subject, Summary};
use chargetap_contract::session::{CommandResult, Event, Phase, View};
use chargetap_engine::platform::Value;
use chargetap_fleet::alert::AlertKind;

use crate::disk::Disk;

/// How long an attempt whose answer was lost may take to have its effect, in milliseconds.
const TAKES_EFFECT_WITHIN: i64 = 60_000;
/// A session as the store has it.
pub(super) struct StoredSession {
    pub(super) phase: Phase,
    pub(super) view: View,
    pub(super) start: Option<u64>,
    pub(super) stop: Option<u64>,
    /// It is so old by the gateway's clock that its events were deleted. What they would show is not judged.
    pub(super) is_closed: bool,
}

/// Whether a person was told of a session for a reason. The command that asked for it may be deleted by now.
pub(super) fn alerted_for(disk: &Disk, session: &str, reason: AlertKind) -> bool {
    let query = "SELECT 1 FROM fleet_item
                 WHERE kind = 'alert' AND item ->> '$.record.session' = ?1 AND item ->> '$.record.kind' = ?2";
    let reason = reason.name().to_owned();
    let parameters = vec![Value::Text(session.into()), Value::Text(reason)];
    !rows(disk, query, parameters).is_empty()
}

/// Whether a person was told that what is billed may not be all.
pub(super) fn alerted(disk: &Disk, session: &str) -> bool {
    [
        AlertKind::EnergyWithoutPayment,
        AlertKind::EndNotReported,
        AlertKind::MeterImplausible,
        AlertKind::NotMetered,
        AlertKind::CapturedTooLittle,
        AlertKind::ClosedElsewhere,
        AlertKind::CaptureFailed,
        AlertKind::HoldExpired,
    ]
    .into_iter()
    .any(|reason| alerted_for(disk, session, reason))
}

/// Whether a person was told that so much energy was delivered at this session's station in a transaction that is no
/// session's.
pub(super) fn alerted_of_transaction(disk: &Disk, session: &str, energy: u64) -> bool {
    // The transaction may be deleted by now. What a person was told begins with the energy.
    let query = "SELECT 1 FROM session JOIN fleet_item AS alert ON alert.kind = 'alert'
                     AND alert.item ->> '$.record.cause' LIKE 'transaction/%/end'
                     AND alert.item ->> '$.record.evse' LIKE station || '/%'
                 WHERE session.id = ?1
                   AND abs(CAST(alert.item ->> '$.record.next_action' AS INTEGER) - CAST(?2 AS INTEGER)) <= 1";
    let parameters = vec![Value::Text(session.into()), Value::Text(energy.to_string())];
    !rows(disk, query, parameters).is_empty()
}

/// Cards are ignored while a session at their terminal is being authorised or stopped.
pub(crate) fn card_is_ignored(disk: &Disk, arming_id: &str) -> bool {
    let query = "SELECT 1 FROM session JOIN ask USING (terminal)
                 WHERE ask.id = ?1 AND phase IN ('authorising', 'stopping')";
    !rows(disk, query, vec![Value::Text(arming_id.into())]).is_empty()
}

/// Whether no other transaction runs at a station than this session's.
pub(super) fn runs_alone(disk: &Disk, station: &str, session: &str) -> bool {
    let query = "SELECT 1 FROM station_transaction
                 WHERE station = ?1 AND ended_at IS NULL AND session IS NOT ?2";
    let parameters = vec![Value::Text(station.into()), Value::Text(session.into())];
    rows(disk, query, parameters).is_empty()
}

/// The rows of a query. One that fails shows nothing of what it should, so it ends the simulation.
#[expect(
    clippy::panic,
    reason = "an oracle that cannot read must not say that all is well"
)]
pub(super) fn rows(disk: &Disk, query: &str, parameters: Vec<Value>) -> Vec<Vec<Value>> {
    match disk.query(query, parameters) {
        Ok(rows) => rows,
        Err(error) => panic!("the oracle cannot read: {error}: {query}"),
    }
}

pub(super) fn text(value: Option<&Value>) -> &str {
    match value {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

/// Whether the answer to an attempt to close a hold was lost, and the hold was not seen open long enough after: then
/// nobody can tell whether that attempt or somebody else closed it.
pub(super) fn was_lost(disk: &Disk, session: &str, payment: &str) -> bool {
    let query = "SELECT event, at FROM event WHERE session = ?1 ORDER BY version";
    let mut lost_at = None;
    for row in rows(disk, query, vec![Value::Text(session.into())]) {
        let (Ok(event), Some(Value::Integer(at))) =
            (serde_json::from_str(text(row.first())), row.get(1))
        else {
            continue;
        };
        let Event::CommandEnded(outcome) = event else {
            continue;
        };
        let closes = ["/capture", "/cancel"]
            .iter()
            .any(|it| outcome.command.ends_with(it));
        match outcome.result {
            CommandResult::Unknown if closes => lost_at = Some(*at),
            CommandResult::OpenHolds(holds)
                if holds.iter().any(|hold| hold.payment == payment)
                    && lost_at.is_some_and(|lost_at| *at >= lost_at + TAKES_EFFECT_WITHIN) =>
            {
                lost_at = None;
            }
            _ => {}
        }
    }
    lost_at.is_some()
}

pub(super) fn events(disk: &Disk, session: &str) -> Vec<Event> {
    let query = "SELECT event FROM event WHERE session = ?1 ORDER BY version";
    rows(disk, query, vec![Value::Text(session.into())])
        .iter()
        .filter_map(|row| serde_json::from_str(text(row.first())).ok())
        .collect()
}

pub(super) fn receipts(disk: &Disk) -> BTreeMap<String, Summary> {
    rows(disk, "SELECT session, document FROM paper", vec![])
        .iter()
        .filter_map(|row| {
            let document: Document = serde_json::from_str(text(row.get(1))).ok()?;
            let Subject::Session(summary) = document.subject else {
                return None;
            };
            Some((text(row.first()).to_owned(), summary))
        })
        .collect()
}

pub(super) fn stored_sessions(disk: &Disk) -> Vec<(String, StoredSession)> {
    let query = "SELECT id, view, closed_at IS NOT NULL FROM session ORDER BY number";
    rows(disk, query, vec![])
        .iter()
        .filter_map(|row| {
            let id = text(row.first()).to_owned();
            let view: View = serde_json::from_str(text(row.get(1))).ok()?;
            let mut session = StoredSession {
                phase: view.phase,
                view,
                start: None,
                stop: None,
                is_closed: row.get(2) == Some(&Value::Integer(1)),
            };
            for event in events(disk, &id) {
                match event {
                    Event::ChargingStarted(reading) => session.start = Some(reading.energy),
                    Event::ChargingStopped(stopped) => session.stop = stopped.energy,
                    _ => {}
                }
            }
            Some((id, session))
        })
        .collect()
}
