//! From the final price to the money's end: the hold is captured or voided, and a receipt issued.
//!
//! A hold is closed by one kind of command only, and a capture always by the same amount. So a hold
//! that the provider calls closed after an attempt whose answer was lost was closed by that attempt;
//! and one that it calls closed without such an attempt was closed by somebody else.

use chargetap_contract::receipt::{NothingTakenReason, Subject};
use chargetap_contract::session::{
    Action, Attention, Cancel, Capture, CommandResult, LookUp, OrphanHold, PaymentRef, Policy,
    Refusal,
};
use chargetap_contract::terminal::Hold;

use crate::correcting;
use crate::paper::summary;
use crate::session::{Close, Closing, Ended, Session, Stage, Void};
use crate::step::Step;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A hold was found that no session knows: release it.
pub(crate) fn begin_with_orphan(policy: &Policy, orphan: OrphanHold, now: u64) -> Step<'_> {
    let session = Session {
        // The provider's id is unique at its terminal, so the hold is adopted once.
        id: format!("orphan-{}-{}", orphan.terminal, orphan.hold.payment),
        terminal: orphan.terminal,
        evse: None,
        card: None,
        tariff: policy.tariff.clone(),
        tapped_at: now,
        strangers: Vec::new(),
        hold: Some(orphan.hold),
        held_at: now,
        meter: None,
        estimated: false,
        late: None,
        stage: closing(Close::Void(Void::Orphan), now),
        steps: 0,
    };
    let mut step = Step {
        policy,
        now,
        session,
        commands: Vec::new(),
        deadline: None,
    };
    attempt(&mut step);
    step
}

/// The price is final: capture it, or void the hold if it is too small.
pub(crate) fn settle(step: &mut Step<'_>) {
    let gross = step.session.cost().gross;
    step.session.stage = closing(close(step, gross), step.now);
    attempt(step);
}

/// How a hold is closed for this price.
pub(crate) fn close(step: &Step<'_>, gross: u64) -> Close {
    let amount = gross.min(step.session.held());
    if amount == 0 || amount < step.policy.minimum_capture {
        Close::Void(Void::Unused(NothingTakenReason::BelowMinimum))
    } else {
        Close::Capture(amount)
    }
}

/// Charging did not come about: release the hold.
pub(crate) fn void(step: &mut Step<'_>, reason: NothingTakenReason) {
    step.session.stage = closing(Close::Void(Void::Unused(reason)), step.now);
    attempt(step);
}

fn closing(how: Close, since: u64) -> Stage {
    Stage::Closing(Closing {
        how,
        since,
        attempts: 0,
        answer_lost: false,
        asking: false,
        again_at: None,
    })
}

/// Try to close the hold.
fn attempt(step: &mut Step<'_>) {
    let (Stage::Closing(closing), Some(hold)) = (&mut step.session.stage, &step.session.hold)
    else {
        return;
    };
    closing.attempts = closing.attempts.saturating_add(1);
    closing.again_at = None;
    let target = PaymentRef {
        terminal: step.session.terminal.clone(),
        payment: hold.payment.clone(),
    };
    match closing.how {
        Close::Capture(amount) => {
            let message = "Charging ended. Thank you.".into();
            step.command(
                "capture",
                Action::Capture(Capture {
                    target,
                    amount,
                    message,
                }),
            );
        }
        Close::Void(_) => {
            let message = "Nothing was taken.".into();
            step.command("cancel", Action::Cancel(Cancel { target, message }));
        }
    }
}

pub(crate) fn command_ended(step: &mut Step<'_>, result: CommandResult) -> Result<(), Refusal> {
    let expired = hold_is_expired(step);
    let Stage::Closing(closing) = &mut step.session.stage else {
        return step.not_applicable();
    };
    match (result, closing.how.clone()) {
        (CommandResult::Done, _) => closed(step),
        (CommandResult::Captured(amount), Close::Capture(asked)) if amount == asked => closed(step),
        (CommandResult::Captured(amount), Close::Capture(asked))
            if (1..asked).contains(&amount) =>
        {
            captured_in_part(step, amount);
        }
        (CommandResult::Captured(_), how) => closed_elsewhere(step, how, expired),
        (CommandResult::Conflict, _) if closing.answer_lost && !expired => closed(step),
        (CommandResult::Conflict, how) => closed_elsewhere(step, how, expired),
        (CommandResult::Unknown, _) if !closing.asking => {
            closing.answer_lost = true;
            closing.asking = true;
            ask(step);
        }
        (CommandResult::OpenHolds(holds), _) if closing.asking => found(step, &holds, expired),
        (CommandResult::OpenHolds(_), _) => return step.not_applicable(),
        _ => retry_later(step),
    }
    Ok(())
}

/// What was captured must be known to be less than the hold's life old.
fn hold_is_expired(step: &Step<'_>) -> bool {
    let expires_at = step
        .session
        .held_at
        .saturating_add(step.policy.hold_lifetime);
    step.now >= expires_at
}

/// Not by an attempt of ours, as far as is known.
fn closed_elsewhere(step: &mut Step<'_>, how: Close, expired: bool) {
    match how {
        // There is nothing left to release.
        Close::Void(_) if expired => closed(step),
        Close::Capture(_) if expired => need_attention(
            step,
            Attention::HoldExpired,
            "See with the payment provider whether it was captured; if not, claim the price from \
             the driver in another way.",
        ),
        _ => need_attention(
            step,
            Attention::ClosedElsewhere,
            "Find out with the payment provider who closed this payment session, and how.",
        ),
    }
}

fn captured_in_part(step: &mut Step<'_>, amount: u64) {
    step.session.stage = Stage::Ended(Ended::Settled(amount));
    step.alert(
        Attention::CapturedInPart,
        "Find out with the payment provider why it took less than was asked for.",
    );
    end(step);
}

pub(crate) fn deadline_reached(step: &mut Step<'_>) {
    match &step.session.stage {
        Stage::Closing(closing) if closing.asking => ask(step),
        _ => attempt(step),
    }
}

/// The answer was lost: ask whether the hold is still open.
fn ask(step: &mut Step<'_>) {
    let (Stage::Closing(closing), Some(hold)) = (&mut step.session.stage, &step.session.hold)
    else {
        return;
    };
    closing.again_at = None;
    let terminal = step.session.terminal.clone();
    let payment = Some(hold.payment.clone());
    step.command(
        "look-up-payment",
        Action::LookUp(LookUp { terminal, payment }),
    );
}

fn found(step: &mut Step<'_>, holds: &[Hold], expired: bool) {
    let (Stage::Closing(closing), Some(hold)) = (&mut step.session.stage, &step.session.hold)
    else {
        return;
    };
    if holds.iter().all(|open| open.payment != hold.payment) {
        return match closing.how.clone() {
            how if expired => closed_elsewhere(step, how, expired),
            _ => closed(step),
        };
    }
    closing.asking = false;
    // The first repetition comes at once: the driver is still there.
    if closing.attempts == 1 {
        attempt(step)
    } else {
        retry_later(step)
    }
}

/// The provider's retry ladder.
fn retry_later(step: &mut Step<'_>) {
    let Stage::Closing(closing) = &mut step.session.stage else {
        return;
    };
    closing.again_at = next_attempt(closing, step.now);
    match closing.again_at {
        Some(at) => step.deadline = Some(at),
        None if matches!(closing.how, Close::Capture(_)) => need_attention(
            step,
            Attention::CaptureFailed,
            "Settle this payment session by hand with the payment provider.",
        ),
        None => need_attention(
            step,
            Attention::VoidFailed,
            "Release this payment session by hand with the payment provider.",
        ),
    }
}

/// Every minute five times, hourly for a day, then daily until the seventh day.
fn next_attempt(closing: &Closing, now: u64) -> Option<u64> {
    let delay = match closing.attempts {
        0..=5 => MINUTE,
        6..=29 => HOUR,
        _ => DAY,
    };
    let at = now.saturating_add(delay);
    (at <= closing.since.saturating_add(7 * DAY)).then_some(at)
}

fn closed(step: &mut Step<'_>) {
    let Stage::Closing(closing) = &step.session.stage else {
        return;
    };
    let ended = match &closing.how {
        Close::Capture(amount) => Ended::Settled(*amount),
        Close::Void(reason) => Ended::Voided(reason.clone()),
    };
    step.session.stage = Stage::Ended(ended);
    end(step);
}

fn end(step: &mut Step<'_>) {
    issue_receipt(step);
    correcting::compare(step);
}

fn need_attention(step: &mut Step<'_>, reason: Attention, next_action: &str) {
    step.session.stage = Stage::Ended(Ended::NeedsAttention(reason));
    step.alert(reason, next_action);
}

/// The session ended: say on paper what was taken, or that nothing was.
pub(crate) fn issue_receipt(step: &mut Step<'_>) {
    if let Some(summary) = summary(step) {
        step.command("receipt", Action::IssueReceipt(Subject::Session(summary)));
    }
}
