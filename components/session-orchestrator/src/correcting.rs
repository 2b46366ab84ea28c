//! What proves wrong after the price was final: the station's late report of the end, and refunds.

use chargetap_contract::receipt::{Buyer, Invoice, Refund, Subject};
use chargetap_contract::session::{Action, Attention, Refusal, Stopped};

use crate::paper::summary;
use crate::pricing::difference;
use crate::session::{Close, Closing, Ended, Stage, Void};
use crate::step::Step;
use crate::{charging, closing};

/// The end of a session whose price had to be estimated is reported after all. A hold that is being
/// captured is captured as it was decided; the difference is looked at when that has ended.
pub(crate) fn stopped_late(step: &mut Step<'_>, stopped: Stopped) -> Result<(), Refusal> {
    let has_news = step.session.estimated && step.session.late.is_none();
    match &step.session.stage {
        Stage::Closing(Closing { again_at, .. }) if has_news => {
            step.deadline = *again_at;
            step.session.late = Some(charging::on_our_clock(step, stopped.reading));
        }
        Stage::Ended(
            Ended::Settled(_) | Ended::Refunded { .. } | Ended::Voided(Void::Unused(_)),
        ) if has_news => {
            step.session.late = Some(charging::on_our_clock(step, stopped.reading));
            compare(step);
        }
        // A person is at it already, and sees it.
        Stage::Ended(Ended::NeedsAttention(_)) if has_news => {
            step.session.late = Some(charging::on_our_clock(step, stopped.reading));
        }
        _ => return step.not_applicable(),
    }
    Ok(())
}

/// Compare what was captured with what the late report makes of the session, if there was one.
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
    let owed = match closing::close(step, charging::gross_at(step, late)) {
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

/// Something was given back. It is never more than what was captured, and it is for a person until it
/// is all that is due.
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
    issue_refund(step, amount, before);
    Ok(())
}

/// Say on paper what was given back, and of what it is the VAT.
fn issue_refund(step: &mut Step<'_>, amount: u64, before: u64) {
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
            .and_then(|late| charging::ended_at(step, late)),
        buyer: None,
        session,
    };
    let kind = format!("{}/receipt", step.session.steps);
    step.command(&kind, Action::IssueReceipt(Subject::Refund(refund)));
}

/// The driver wants the receipt in a buyer's name. It is made once, and while nothing was given
/// back: what is given back later refers to it.
pub(crate) fn invoice_requested(step: &mut Step<'_>, buyer: Buyer) -> Result<(), Refusal> {
    match step.session.stage {
        Stage::Ended(Ended::Settled(_) | Ended::RefundDue { refunded: 0, .. }) => {}
        _ => return step.not_applicable(),
    }
    let Some(session) = summary(step) else {
        return step.not_applicable();
    };
    let invoice = Subject::Invoice(Invoice { session, buyer });
    step.command("invoice", Action::IssueReceipt(invoice));
    Ok(())
}
