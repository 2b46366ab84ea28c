//! Alerts of sessions and of payment reports: what needs a person is on record until it is seen to.
//!
//! An alert is stored before the command or the report that raises it counts as dealt with. Either may come
//! again, after a crash too: the record keeps what raised each alert, and raises no second one.

use chargetap_contract::callback::{PaymentChange, PaymentReport};
use chargetap_contract::session::{Alert, Attention};
use chargetap_fleet::alert::{AlertKind, NewAlert, ReportedPayment};
use chargetap_fleet::command::Command;
use chargetap_fleet::text::Line;

use super::records;
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::platform::{Metric, Platform};
use crate::store;

/// Raise the alert of a session for which this command asks.
pub(crate) async fn raise_for_session(
    gateway: &Gateway<impl Platform>,
    command: &str,
    session: &str,
    alert: &Alert,
) -> Result<(), EngineError> {
    let stored = store::sessions::load(&gateway.platform, session).await?;
    let kind = kind_of_session(alert.reason);
    let new = NewAlert {
        kind,
        terminal: stored.and_then(|it| it.terminal.parse().ok()),
        session: Some(session.to_owned()),
        payment: None,
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
