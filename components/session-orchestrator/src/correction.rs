//! Events after the price is final: the station's late report of the end, refunds, and invoices.
//!
//! - The reading at the end of a transaction is the billed one, whatever was sampled before; what it contradicts
//!   is priced anew.
//! - If that reading comes only when the price is final, nothing is captured again. What was taken too much is
//!   for a person to refund and to record; what was taken too little is noted.
//! - Refunds are recorded in parts, and never add up to more than was captured. What is due stays with a person
//!   until all of it is made.
//! - The provider's interface for refunds is not public, so a person makes them and records them under a
//!   reference: the same reference again is the same refund.

use chargetap_contract::receipt::Buyer;
use chargetap_contract::session::{Attention, Refusal, Stopped};

use crate::session::{Close, Ended, Stage, Void};
use crate::step::Step;
use crate::{readings, receipt, waiting};

/// The end of a session whose price was estimated is reported after all. Only the first report counts:
///
/// | stage                               | what happens                                              |
/// |-------------------------------------|-----------------------------------------------------------|
/// | closing                             | kept; compared when the hold is closed, as it was decided |
/// | settled, refunded, or voided unused | compared now                                              |
/// | needs attention                     | kept: a person has the session already, and sees it       |
/// | any other                           | not applicable                                            |
pub(crate) fn stopped_late(step: &mut Step<'_>, stopped: &Stopped) -> Result<(), Refusal> {
    // Without a reading it tells nothing that was not estimated.
    let Some(reading) = readings::of_stop(stopped) else {
        return step.not_applicable();
    };
    let is_first = step.session.estimated && step.session.late.is_none();
    match &step.session.stage {
        Stage::Closing(_) if is_first => {
            waiting::go_on(step);
            step.session.late = Some(readings::late(step, reading));
        }
        Stage::Ended(
            Ended::Settled(_) | Ended::Refunded { .. } | Ended::Voided(Void::Unused(_)),
        ) if is_first => {
            step.session.late = Some(readings::late(step, reading));
            compare(step);
        }
        Stage::Ended(Ended::NeedsAttention(_)) if is_first => {
            step.session.late = Some(readings::late(step, reading));
        }
        _ => return step.not_applicable(),
    }
    Ok(())
}

/// Compare what was captured with the price by the late report, if there was one.
pub(crate) fn compare(step: &mut Step<'_>) {
    let Some(late) = step.session.late else {
        return;
    };
    let (captured, refunded) = match step.session.stage {
        Stage::Ended(Ended::Settled(captured)) => (captured, 0),
        Stage::Ended(Ended::Refunded { captured, refunded }) => (captured, refunded),
        Stage::Ended(Ended::Voided(_)) => (0, 0),
        _ => return,
    };
    let gross = readings::gross_at(step, late);
    let owed = match step.session.close_at(gross, step.policy.minimum_capture) {
        Close::Capture(amount) => amount,
        Close::Void(_) => 0,
    };
    let due = captured.saturating_sub(owed);
    if due > refunded {
        step.session.stage = Stage::Ended(Ended::RefundDue {
            captured,
            refunded,
            due,
        });
        let refund = due - refunded;
        step.alert(
            Attention::RefundDue,
            format!("Refund {refund} minor units with the payment provider, and record it."),
        );
    } else if owed > captured {
        step.alert(
            Attention::CapturedTooLittle,
            "Note the difference: a hold can be captured only once.",
        );
    }
}

/// A refund was made. All refunds together never exceed what was captured. Where a refund is due, the
/// session needs attention until all of it is made.
pub(crate) fn refunded(step: &mut Step<'_>, amount: u64) -> Result<(), Refusal> {
    let (captured, before, due) = match step.session.stage {
        Stage::Ended(Ended::Settled(captured)) => (captured, 0, 0),
        Stage::Ended(Ended::Refunded { captured, refunded }) => (captured, refunded, 0),
        Stage::Ended(Ended::RefundDue {
            captured,
            refunded,
            due,
        }) => (captured, refunded, due),
        _ => return step.not_applicable(),
    };
    let left = captured.saturating_sub(before);
    if amount == 0 || amount > left {
        return Err(Refusal::NotRefundable(left));
    }
    let refunded = before.saturating_add(amount);
    step.session.stage = Stage::Ended(if refunded < due {
        Ended::RefundDue {
            captured,
            refunded,
            due,
        }
    } else {
        Ended::Refunded { captured, refunded }
    });
    receipt::issue_refund(step, amount, before);
    Ok(())
}

/// The driver wants an invoice in a buyer's name. There is one invoice, and only as long as nothing
/// was refunded; later refunds refer to it.
pub(crate) fn invoice_requested(step: &mut Step<'_>, buyer: Buyer) -> Result<(), Refusal> {
    match step.session.stage {
        Stage::Ended(Ended::Settled(_) | Ended::RefundDue { refunded: 0, .. }) => {
            receipt::issue_invoice(step, buyer)
        }
        _ => step.not_applicable(),
    }
}
