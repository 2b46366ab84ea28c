//! Tasks: what only the gateway can do for a call of the REST interface.

use std::collections::BTreeMap;

use chargetap_contract::session::Resolution;
use chargetap_fleet::access::{self, AccessScope};
use chargetap_fleet::api::{
    self, Answer, AuditEntry, DeadLetter, Page, Problem, ProblemKind, RecordedRefund, ReportFormat,
    SessionFinding, Task,
};
use chargetap_fleet::context::DecisionContext;
use chargetap_fleet::fleet::{Fleet, Item, Kind};
use chargetap_fleet::incident::{Incident, Photograph, PictureType};
use chargetap_fleet::moment::Moment;
use chargetap_fleet::refusal::Refusal;
use chargetap_fleet::terminal::Terminal;
use chargetap_fleet::text::{Key, Line};
use chargetap_report::Report;

use super::{bundles, monitoring, stations, status};
use crate::error::EngineError;
use crate::event::EventOutcome;
use crate::gateway::Gateway;
use crate::platform::{Platform, Purpose};
use crate::receipts::search::normalised;
use crate::refund::{Refund, RefundOutcome};
use crate::store;
use crate::store::fleet::Audited;
use crate::store::monitoring::Delivery;

/// Do what a call asks for, and answer it.
pub(super) async fn perform(
    gateway: &Gateway<impl Platform>,
    task: Task,
    fleet: &Fleet,
    context: &DecisionContext<'_>,
) -> Result<Answer, EngineError> {
    let platform = &gateway.platform;
    let access = &context.actor.access;
    match task {
        Task::StopSession(name) => {
            let session = match named_session(platform, fleet, access, name.as_str()).await? {
                Ok(session) => session,
                Err(problem) => return Ok(problem.answer()),
            };
            Ok(requested(gateway.request_stop(&session).await?))
        }
        Task::Refund(name, reference, amount) => {
            let session = match named_session(platform, fleet, access, name.as_str()).await? {
                Ok(session) => session,
                Err(problem) => return Ok(problem.answer()),
            };
            let recorded = gateway.record_refund(&session, reference.as_str(), amount);
            let outcome = recorded.await?;
            // The refund may have been due. It is on record also if that cannot be seen to now.
            if outcome.is_on_record()
                && let Err(error) = monitoring::end_session_alerts(gateway).await
            {
                tracing::warn!(%error, "alerts of sessions cannot be ended yet");
            }
            Ok(refunded(gateway, session, reference, outcome))
        }
        Task::ResolveSession(name, found, amount, note) => {
            let session = match named_session(platform, fleet, access, name.as_str()).await? {
                Ok(session) => session,
                Err(problem) => return Ok(problem.answer()),
            };
            let outcome = gateway.resolve(&session, resolution(found, amount)).await?;
            if outcome.is_on_record() {
                let actor = context.actor;
                monitoring::resolve_session_alerts(gateway, actor, &session, &note).await?;
            }
            Ok(requested(outcome))
        }
        Task::Stations { site, after, limit } => {
            stations::list(gateway, fleet, access, site.as_ref(), after.as_ref(), limit).await
        }
        Task::Station(station) => stations::show(gateway, fleet, access, &station).await,
        Task::Picture(hash, kind) => {
            let bytes = store::fleet::picture(platform, &hash).await?;
            let missing = || Problem::not_found().answer();
            Ok(bytes.map_or_else(missing, |bytes| Answer::of(kind.media_type(), bytes)))
        }
        Task::Report(incident, paper) => report_incident(platform, fleet, &incident, paper).await,
        Task::Audit { of, before, limit } => audit(platform, of, before, limit).await,
        Task::DeadLetters { before, limit } => dead_letters(platform, before, limit).await,
        Task::Redeliver(number) => {
            let now = platform.now();
            let is_there = store::monitoring::redeliver(platform, number, now).await?;
            Ok(match is_there {
                true => Answer::nothing(),
                false => Problem::not_found().answer(),
            })
        }
        Task::Status => status::show(gateway, fleet).await,
        Task::Bundles => Ok(bundles::show(gateway)),
        // They change records, and are done where those are changed.
        Task::Attach(..) | Task::Operate(..) | Task::Swap(..) => Ok(Problem::not_found().answer()),
    }
}

/// The report of an incident, with its photographs.
async fn report_incident(
    platform: &impl Platform,
    fleet: &Fleet,
    incident: &Key,
    paper: ReportFormat,
) -> Result<Answer, EngineError> {
    let Some(incident) = fleet.get::<Incident>(incident.as_str()) else {
        return Ok(Problem::not_found().answer());
    };
    let mut pictures = BTreeMap::new();
    for photograph in &incident.photographs {
        let bytes = store::fleet::picture(platform, &photograph.hash).await?;
        pictures.extend(bytes.map(|bytes| (photograph.hash.clone(), bytes)));
    }
    let now = Moment::from_millis(platform.now());
    let report = Report::of(fleet, incident, pictures, now);
    let rendered = platform.call(Purpose::Page, |_| match paper {
        ReportFormat::Html => Ok(chargetap_report::html(&report).into_bytes()),
        ReportFormat::Pdf => chargetap_report::pdf(&report),
    });
    let media_type = match paper {
        ReportFormat::Html => "text/html; charset=utf-8",
        ReportFormat::Pdf => "application/pdf",
    };
    Ok(match rendered.await {
        Ok(Ok(bytes)) => Answer::of(media_type, bytes),
        Ok(Err(error)) => {
            tracing::error!(%error, "the report cannot be written as a PDF");
            let detail = "the report cannot be written on paper: take report.html";
            Problem::new(ProblemKind::Unavailable, detail).answer()
        }
        Err(busy) => Problem::new(ProblemKind::Unavailable, busy.to_string()).answer(),
    })
}

/// The session that this id names, or the number or code of one of its receipts.
async fn named_session(
    platform: &impl Platform,
    fleet: &Fleet,
    access: &AccessScope,
    name: &str,
) -> Result<Result<String, Problem>, EngineError> {
    let is_id = store::sessions::load(platform, name).await?.is_some();
    let sessions = match is_id {
        true => vec![name.to_owned()],
        false => store::receipts::sessions_of(platform, name, &normalised(name)).await?,
    };
    let mut accessible = Vec::new();
    for session in sessions {
        if is_within(platform, fleet, access, &session).await? {
            accessible.push(session);
        }
    }
    Ok(match accessible.pop() {
        Some(session) if accessible.is_empty() => Ok(session),
        Some(_) => {
            let detail = "receipts of several sessions have this number: name one by its code";
            Err(Problem::new(ProblemKind::Conflict, detail))
        }
        None => Err(Problem::not_found()),
    })
}

fn resolution(found: SessionFinding, amount: u64) -> Resolution {
    match found {
        SessionFinding::Captured => Resolution::Captured(amount),
        SessionFinding::Voided => Resolution::Voided,
        SessionFinding::Lost => Resolution::Lost,
        SessionFinding::RefundedElsewhere => Resolution::RefundedElsewhere,
    }
}

/// Whether a session is at a site that the caller may access.
async fn is_within(
    platform: &impl Platform,
    fleet: &Fleet,
    access: &AccessScope,
    session: &str,
) -> Result<bool, EngineError> {
    let Some(stored) = store::sessions::load(platform, session).await? else {
        return Ok(false);
    };
    Ok(match fleet.get::<Terminal>(&stored.terminal) {
        Some(terminal) => access.includes(&terminal.details.site),
        None => *access == AccessScope::Everywhere,
    })
}

/// The record of a picture. The bytes are stored apart, under their hash.
pub(super) fn photograph(
    bytes: &[u8],
    media_type: PictureType,
    caption: Option<Line>,
) -> Photograph {
    Photograph {
        hash: access::hash(bytes),
        media_type,
        size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        caption,
    }
}

async fn audit(
    platform: &impl Platform,
    of: Option<(Kind, String)>,
    before: Option<u64>,
    limit: u32,
) -> Result<Answer, EngineError> {
    let more = limit.saturating_add(1);
    let mut changes = store::fleet::audit(platform, of.as_ref(), before, more).await?;
    let next = page(&mut changes, limit, |change| change.number);
    let items = changes.into_iter().map(audited);
    let items = items.collect::<Result<_, _>>()?;
    Ok(Answer::json(200, &Page { items, next }))
}

async fn dead_letters(
    platform: &impl Platform,
    before: Option<u64>,
    limit: u32,
) -> Result<Answer, EngineError> {
    let more = limit.saturating_add(1);
    let mut letters = store::monitoring::dead_letters(platform, before, more).await?;
    let next = page(&mut letters, limit, |letter| letter.number);
    let items = letters.into_iter().map(dead_letter);
    let items = items.collect::<Result<_, _>>()?;
    Ok(Answer::json(200, &Page { items, next }))
}

/// The answer to a request of an operator.
fn requested(outcome: EventOutcome) -> Answer {
    match outcome {
        EventOutcome::Stored | EventOutcome::Duplicate => Answer::nothing(),
        EventOutcome::UnknownSession => Problem::not_found().answer(),
        EventOutcome::NotApplicable
        | EventOutcome::StaleArming
        | EventOutcome::EvseOccupied
        | EventOutcome::HoldClaimed => {
            let detail = "the session is not in a phase for that, or the amount is more than it costs \
                          or than is left";
            Problem::new(ProblemKind::Conflict, detail).answer()
        }
    }
}

/// The answer to a request to record a refund.
fn refunded(
    gateway: &Gateway<impl Platform>,
    session: String,
    reference: Line,
    outcome: RefundOutcome,
) -> Answer {
    let conflict = |code, text| Problem::from(Refusal::conflict(code, text)).answer();
    match outcome {
        RefundOutcome::OnRecord(refund) => {
            let recorded = RecordedRefund {
                session,
                reference,
                amount: refund.amount,
                currency: refund.currency,
                refunded: refund.refunded,
                left: refund.left,
                receipt: refund.receipt.map(|id| gateway.config.receipt_link(&id)),
            };
            Answer::json(200, &recorded)
        }
        RefundOutcome::OtherAmount(Refund {
            amount, currency, ..
        }) => {
            let text = format!(
                "refund {reference} is on record with {amount} minor units of {currency}: record \
                 another refund under a reference of its own"
            );
            conflict("refund-of-other-amount", text)
        }
        RefundOutcome::TooLarge { left, currency } => {
            let text = format!(
                "of what was captured, {left} minor units of {currency} are left to refund"
            );
            conflict("refund-too-large", text)
        }
        RefundOutcome::NotApplicable => requested(EventOutcome::NotApplicable),
        RefundOutcome::UnknownSession => requested(EventOutcome::UnknownSession),
    }
}

/// Cut a page off to its length; the number to go on from, if there is more.
fn page<T>(items: &mut Vec<T>, limit: u32, number: impl Fn(&T) -> u64) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| has_more);
    last.map(|item| number(item).to_string())
}

fn dead_letter(letter: Delivery) -> Result<DeadLetter, EngineError> {
    Ok(DeadLetter {
        number: letter.number,
        webhook: key(&letter.webhook)?,
        alert: key(&letter.alert)?,
        first: Moment::from_millis(letter.first_at),
        last: Moment::from_millis(letter.last_at),
        attempts: u32::try_from(letter.attempts).unwrap_or(u32::MAX),
        error: letter.error.unwrap_or_default(),
    })
}

fn audited(change: Audited) -> Result<AuditEntry, EngineError> {
    let view = |item: Option<Item>| item.as_ref().map(api::view);
    Ok(AuditEntry {
        write: change.number,
        at: Moment::from_millis(change.at),
        by: key(&change.actor)?,
        kind: change.kind,
        key: change.key,
        before: view(change.before),
        after: view(change.after),
    })
}

fn key(stored: &str) -> Result<Key, EngineError> {
    let parsed = stored.parse();
    parsed.map_err(|_| EngineError::Store(format!("{stored:?} names nothing")))
}
