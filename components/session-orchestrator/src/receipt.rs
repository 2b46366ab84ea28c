//! The session's receipt, the receipts of its refunds, and its invoice.

use chargetap_contract::receipt::{Buyer, Invoice, Refund, Subject, Summary};
use chargetap_contract::session::{Action, Refusal};

use crate::command_id::CommandKind;
use crate::pricing::{self, difference, share};
use crate::readings;
use crate::session::{Ended, Stage, Void};
use crate::step::Step;

/// The session ended: issue its receipt, of what was taken or that nothing was.
pub(crate) fn issue(step: &mut Step<'_>) {
    if let Some(summary) = summary(step) {
        let receipt = Action::IssueReceipt(Subject::Session(summary));
        step.command(CommandKind::Receipt, receipt);
    }
}

/// Issue the receipt of a refund, by VAT rate. `before` is what was refunded earlier.
pub(crate) fn issue_refund(step: &mut Step<'_>, amount: u64, before: u64) {
    let Some(session) = summary(step) else {
        return;
    };
    let left = session.captured.saturating_sub(before);
    let cost = step.session.cost();
    let refund = Refund {
        amount,
        refunded: before.saturating_add(amount),
        amount_vat: difference(&cost, left, left.saturating_sub(amount)),
        corrected: step
            .session
            .late
            .and_then(|late| readings::ended_at(step, late)),
        buyer: None,
        session,
    };
    let kind = CommandKind::RefundReceipt {
        step: step.session.steps,
    };
    step.command(kind, Action::IssueReceipt(Subject::Refund(refund)));
}

pub(crate) fn issue_invoice(step: &mut Step<'_>, buyer: Buyer) -> Result<(), Refusal> {
    let Some(session) = summary(step) else {
        return step.not_applicable();
    };
    let invoice = Subject::Invoice(Invoice { session, buyer });
    step.command(CommandKind::Invoice, Action::IssueReceipt(invoice));
    Ok(())
}

/// The session as its receipts state it. `None` where there is no receipt:
///
/// | session              | why                                                            |
/// |----------------------|----------------------------------------------------------------|
/// | not ended            | the amounts are not final                                      |
/// | of an orphan         | the session that made the hold has issued the driver's receipt |
/// | without an EVSE      | no hold was asked for                                          |
/// | that needs attention | a person decides what was taken                                |
fn summary(step: &Step<'_>) -> Option<Summary> {
    let session = &step.session;
    let Stage::Ended(ended) = &session.stage else {
        return None;
    };
    let nothing_taken = match ended {
        Ended::Settled(_) | Ended::RefundDue { .. } | Ended::Refunded { .. } => None,
        Ended::Voided(Void::Unused(reason)) | Ended::NotHeld(reason) => Some(*reason),
        Ended::Voided(Void::Orphan) | Ended::NoEvse | Ended::NeedsAttention(_) => return None,
    };
    let evse = session.evse.as_ref()?.to_string();
    let view = session.view();
    Some(Summary {
        session: session.id.clone(),
        terminal: session.terminal.clone(),
        evse,
        card: session.card,
        tapped_at: session.tapped_at,
        settled_at: step.now,
        currency: view.currency,
        captured_vat: share(&view.cost, view.captured),
        charging: session
            .meter
            .as_ref()
            .map(|meter| meter.charging(view.cost)),
        prices: session.meter.as_ref().map(|_| {
            let (tariff, at) = (&session.tariff, session.tapped_at);
            pricing::prices(tariff, step.policy, at)
        }),
        held: session.held(),
        captured: view.captured,
        released: view.released,
        nothing_taken,
    })
}
