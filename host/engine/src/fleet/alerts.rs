//! Alerts of sessions, of payment reports and of unknown holds: what needs a person is on record until it is seen to.
//!
//! An alert is stored before the command, the report or the hold that raises it counts as dealt with. Each may come
//! again, after a crash too: the record keeps what raised each alert, and raises no second one.

use chargetap_contract::callback::{PaymentChange, PaymentReport};
use chargetap_contract::session::{Alert as SessionAlert, Attention, Evse};
use chargetap_fleet::alert::{Alert, AlertKind, NewAlert, ReportedPayment};
use chargetap_fleet::command::Command;
use chargetap_fleet::text::Line;

use super::records;
use crate::config::PAYTER;
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::platform::{Metric, Platform};
use crate::store;
use crate::store::transactions::Transaction;

/// In milliseconds.
const DAY: u64 = 24 * 60 * 60 * 1_000;

/// Raise the alert of a session for which this command asks.
pub(crate) async fn raise_for_session(
    gateway: &Gateway<impl Platform>,
    command: &str,
    session: &str,
    alert: &SessionAlert,
) -> Result<(), EngineError> {
    let stored = store::sessions::load(&gateway.platform, session).await?;
    let kind = kind_of_session(alert.reason);
    let new = NewAlert {
        kind,
        terminal: stored.and_then(|it| it.terminal.parse().ok()),
        session: Some(session.to_owned()),
        payment: None,
        evse: None,
        cause: command.to_owned(),
        next_action: Line::shortened(&alert.next_action),
    };
    if raise(gateway, kind, new).await? {
        tracing::error!(
            session,
            reason = kind.name(),
            next_action = alert.next_action,
            "needs attention"
        );
    }
    Ok(())
}

/// Raise the alert of the payment report with this number, if it takes money back from the operator.
pub(crate) async fn raise_for_payment(
    gateway: &Gateway<impl Platform>,
    endpoint: &str,
    number: u64,
    report: &PaymentReport,
) -> Result<(), EngineError> {
    let Some(kind) = kind_of_payment(report.change) else {
        return Ok(());
    };
    let next_action = "See with the payment provider what became of this payment.";
    let line = |text: &Option<String>| text.as_deref().map(Line::shortened);
    let new = NewAlert {
        kind,
        terminal: None,
        session: None,
        payment: Some(ReportedPayment {
            endpoint: Line::shortened(endpoint),
            id: line(&report.payment),
            reference: line(&report.reference),
        }),
        evse: None,
        cause: format!("report/{number}"),
        next_action: Line::shortened(next_action),
    };
    if raise(gateway, kind, new).await? {
        tracing::error!(
            endpoint,
            reason = kind.name(),
            payment = report.payment.as_deref(),
            reference = report.reference.as_deref(),
            next_action,
            "needs attention"
        );
    }
    Ok(())
}

/// How it stands with a transaction that nobody pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unpaid {
    /// Energy flows, or could.
    Running,
    /// The station was told several times to stop it, and did not.
    NotStopped,
    Ended,
}

/// Raise the alert of a transaction that no session has: while energy flows, and at its end. Where it is not known
/// that none flowed, it may have.
pub(crate) async fn raise_for_unpaid(
    gateway: &Gateway<impl Platform>,
    station: &str,
    transaction: &Transaction,
    unpaid: Unpaid,
) -> Result<(), EngineError> {
    let (number, delivered) = (transaction.number, transaction.delivered());
    let is_none = delivered == Some(0) && unpaid != Unpaid::NotStopped;
    if is_none || transaction.is_local {
        return Ok(());
    }
    let (cause, next_action) = if unpaid == Unpaid::Ended {
        let energy = match delivered {
            Some(energy) => format!("{energy} Wh were"),
            None => "An unknown amount of energy was".to_owned(),
        };
        let what = format!("{energy} delivered without payment. Decide whether to claim it.");
        (format!("transaction/{number}/end"), what)
    } else {
        let what = "The station charges under a token that is none of ours. See that it stops.";
        (format!("transaction/{number}"), what.to_owned())
    };
    let evse = Evse {
        station: station.to_owned(),
        connector: transaction.connector,
    };
    let kind = AlertKind::EnergyWithoutPayment;
    let new = NewAlert {
        kind,
        terminal: None,
        session: None,
        payment: None,
        evse: Some(Line::shortened(&evse.to_string())),
        cause,
        next_action: Line::shortened(&next_action),
    };
    if raise(gateway, kind, new).await? {
        tracing::error!(
            station,
            transaction = number,
            next_action,
            "needs attention"
        );
    }
    Ok(())
}

/// Raise the alert of a hold at a terminal of which a restored database does not know what became of it.
pub(crate) async fn raise_for_unknown_hold(
    gateway: &Gateway<impl Platform>,
    terminal: &str,
    payment: &str,
    next_action: &str,
) -> Result<(), EngineError> {
    let kind = AlertKind::HoldUnknown;
    let new = NewAlert {
        kind,
        terminal: terminal.parse().ok(),
        session: None,
        payment: Some(ReportedPayment {
            endpoint: Line::shortened(PAYTER),
            id: Some(Line::shortened(payment)),
            reference: None,
        }),
        evse: None,
        cause: format!("hold/{terminal}/{payment}"),
        next_action: Line::shortened(next_action),
    };
    if raise(gateway, kind, new).await? {
        tracing::error!(
            terminal,
            reason = kind.name(),
            payment,
            next_action,
            "needs attention"
        );
    }
    Ok(())
}

/// Raise the alert of a station that reports more readings than are put on record, unless one is open: one a day at
/// most.
pub(crate) async fn raise_for_readings(
    gateway: &Gateway<impl Platform>,
    evse: &Evse,
) -> Result<(), EngineError> {
    let kind = AlertKind::TooManyReadings;
    let causes = format!("readings/{}/", evse.station);
    let is_of_station = |it: &Alert| {
        let cause = it.cause.as_deref();
        cause.is_some_and(|cause| cause.starts_with(&causes))
    };
    let fleet = records::current(gateway).await?;
    let mut open = fleet.each::<Alert>().filter(|it| it.ended.is_none());
    if open.any(is_of_station) {
        return Ok(());
    }
    let day = gateway.platform.now() / DAY;
    let next_action = "See why the station reads its meter so often: MeterValueSampleInterval, or its firmware. Sessions \
                       are billed by the readings that are kept.";
    let new = NewAlert {
        kind,
        terminal: None,
        session: None,
        payment: None,
        evse: Some(Line::shortened(&evse.to_string())),
        cause: format!("{causes}{day}"),
        next_action: Line::shortened(next_action),
    };
    if raise(gateway, kind, new).await? {
        let station = &evse.station;
        tracing::error!(
            station,
            reason = kind.name(),
            next_action,
            "needs attention"
        );
    }
    Ok(())
}

/// Store an alert. Whether it is new.
async fn raise(
    gateway: &Gateway<impl Platform>,
    kind: AlertKind,
    new: NewAlert,
) -> Result<bool, EngineError> {
    let is_new = records::command(gateway, &Command::RaiseOnce(new)).await?;
    if is_new {
        gateway.platform.count(Metric::Alerts, kind.name());
    }
    Ok(is_new)
}

fn kind_of_session(reason: Attention) -> AlertKind {
    match reason {
        Attention::AuthorisationUnknown => AlertKind::AuthorisationUnknown,
        Attention::CaptureFailed => AlertKind::CaptureFailed,
        Attention::VoidFailed => AlertKind::VoidFailed,
        Attention::ClosedElsewhere => AlertKind::ClosedElsewhere,
        Attention::EndNotReported => AlertKind::EndNotReported,
        Attention::HoldExpired => AlertKind::HoldExpired,
        Attention::CapturedInPart => AlertKind::CapturedInPart,
        Attention::RefundDue => AlertKind::RefundDue,
        Attention::CapturedTooLittle => AlertKind::CapturedTooLittle,
        Attention::EnergyWithoutPayment => AlertKind::EnergyWithoutPayment,
        Attention::MeterImplausible => AlertKind::MeterImplausible,
        Attention::NotMetered => AlertKind::NotMetered,
    }
}

/// A report of money that came in, or that the operator gave back, needs nobody.
fn kind_of_payment(change: PaymentChange) -> Option<AlertKind> {
    match change {
        PaymentChange::CaptureFailed => Some(AlertKind::PaymentCaptureFailed),
        PaymentChange::RefundFailed => Some(AlertKind::PaymentRefundFailed),
        PaymentChange::Disputed => Some(AlertKind::PaymentDisputed),
        PaymentChange::DisputeLost => Some(AlertKind::PaymentDisputeLost),
        PaymentChange::Captured | PaymentChange::Refunded | PaymentChange::DisputeWon => None,
    }
}
