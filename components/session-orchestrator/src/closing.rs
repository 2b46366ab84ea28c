//! From the final price to the end: the hold is captured or voided.
//!
//! A session closes its hold by one kind of command only, and a capture always has the same amount.
//! So if the provider says that the hold is closed, it is known who closed it:
//!
//! | before                                                             | closed by     |
//! |--------------------------------------------------------------------|---------------|
//! | the answer to an attempt was lost                                  | that attempt  |
//! | no answer was lost, or the hold was found open long enough after it | somebody else |
//!
//! A lost attempt can take effect for as long as the provider takes at most (`authorise-timeout`). After that,
//! and before anything else is tried, the hold is looked up: if it is open, the attempt had no effect.
//!
//! Nor is it known who closed a hold that had expired: a person is called.
//!
//! A capture or void that does not succeed is tried again every minute five times, hourly for a day, then daily
//! to the seventh day; then a person is called.

use chargetap_contract::money::Money;
use chargetap_contract::receipt::NothingTakenReason;
use chargetap_contract::screen::Message;
use chargetap_contract::session::{
    Action, Attention, Cancel, Capture, CommandResult, LookUp, OrphanHold, PaymentRef, Policy,
    Refusal,
};
use chargetap_contract::terminal::Hold;

use crate::command_id::CommandKind;
use crate::register::Register;
use crate::session::{Close, Closing, Ended, LostAnswer, Session, Stage, Void};
use crate::step::Step;
use crate::{correction, receipt};

/// For how long a driver may still look at the terminal, in milliseconds. A hold that is closed later is closed
/// without a word: another driver may be there.
const DRIVER_STAYS: u64 = 2 * 60 * 1_000;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A hold was found that no session knows: release it.
pub(crate) fn begin_with_orphan(policy: &Policy, orphan: OrphanHold, now: u64) -> Step<'_> {
    let session = Session {
        // Made of the hold, so that it is adopted only once.
        id: orphan.session_id(),
        terminal: orphan.terminal,
        evse: None,
        card: None,
        tariff: policy.tariff.clone(),
        tapped_at: now,
        preexisting_holds: Vec::new(),
        hold: Some(orphan.hold),
        held_at: now,
        register: Register::default(),
        meter: None,
        estimated: false,
        implausible: false,
        late: None,
        unpaid: None,
        stage: closing(Close::Void(Void::Orphan), now),
        steps: 0,
    };
    let mut step = Step::new(policy, session, now);
    attempt(&mut step);
    step
}

/// The price is final: capture it, or void the hold if it is too small.
pub(crate) fn settle(step: &mut Step<'_>) {
    let gross = step.session.cost().gross;
    let close = step.session.close_at(gross, step.policy.minimum_capture);
    step.session.stage = closing(close, step.now);
    attempt(step);
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
        lost: LostAnswer::No,
        looking_up: false,
        retry_at: None,
    })
}

/// Try to close the hold.
fn attempt(step: &mut Step<'_>) {
    let (Stage::Closing(closing), Some(hold)) = (&mut step.session.stage, &step.session.hold)
    else {
        return;
    };
    closing.attempts = closing.attempts.saturating_add(1);
    closing.retry_at = None;
    let target = PaymentRef {
        terminal: step.session.terminal.clone(),
        payment: hold.payment.clone(),
    };
    let is_there = step.now < closing.since.saturating_add(DRIVER_STAYS);
    match &closing.how {
        Close::Capture(amount) => {
            let amount = *amount;
            let message = is_there.then(|| {
                Message::ChargingEnded(Money {
                    amount,
                    currency: step.session.tariff.currency.clone(),
                })
            });
            step.command(
                CommandKind::Capture,
                Action::Capture(Capture {
                    target,
                    amount,
                    message,
                }),
            );
        }
        Close::Void(void) => {
            let reason = match void {
                Void::Unused(reason) => Some(*reason),
                // Its driver was told when the authorisation failed.
                Void::Orphan => None,
            };
            let message = reason.filter(|_| is_there).map(Message::NothingTaken);
            let cancel = Cancel { target, message };
            step.command(CommandKind::Cancel, Action::Cancel(cancel));
        }
    }
}

/// Maps the end of a capture, a void, or a look-up of the hold:
///
/// | result                                      | what happens                         |
/// |---------------------------------------------|--------------------------------------|
/// | `Done`; `Captured`, as much as asked for    | closed                               |
/// | `Captured`, less than asked for but some    | captured in part: an alert           |
/// | `Captured`, any other                       | see [`closed_elsewhere`]             |
/// | `Conflict`, an answer is lost, not expired  | closed, by the attempt that was lost |
/// | `Conflict`, otherwise                       | see [`closed_elsewhere`]             |
/// | `Unknown`, of a capture or void             | look up                              |
/// | `OpenHolds`, after a look-up                | see [`hold_looked_up`]               |
/// | `OpenHolds`, otherwise                      | not applicable                       |
/// | any other                                   | retry later                          |
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
        (CommandResult::Conflict, _) if closing.lost != LostAnswer::No && !expired => closed(step),
        (CommandResult::Conflict, how) => closed_elsewhere(step, how, expired),
        (CommandResult::Unknown, _) if !closing.looking_up => {
            closing.lost = LostAnswer::Lately;
            closing.looking_up = true;
            look_up(step);
        }
        (CommandResult::OpenHolds(holds), _) if closing.looking_up => {
            hold_looked_up(step, &holds, expired);
        }
        (CommandResult::OpenHolds(_), _) => return step.not_applicable(),
        _ => retry_later(step),
    }
    Ok(())
}

/// An expired hold is closed by its issuer, so that it is closed says nothing of our attempts.
fn hold_is_expired(step: &Step<'_>) -> bool {
    let expires_at = step
        .session
        .held_at
        .saturating_add(step.policy.hold_lifetime);
    step.now >= expires_at
}

/// The hold is closed, as far as is known not by an attempt of ours.
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
    let Stage::Closing(closing) = &mut step.session.stage else {
        return;
    };
    if closing.lost == LostAnswer::Lately {
        closing.lost = LostAnswer::Before;
        closing.looking_up = true;
    }
    if closing.looking_up {
        look_up(step);
    } else {
        attempt(step);
    }
}

/// The answer was lost: look up whether the hold is still open.
fn look_up(step: &mut Step<'_>) {
    let (Stage::Closing(closing), Some(hold)) = (&mut step.session.stage, &step.session.hold)
    else {
        return;
    };
    closing.retry_at = None;
    let terminal = step.session.terminal.clone();
    let payment = Some(hold.payment.clone());
    step.command(
        CommandKind::LookUpPayment,
        Action::LookUp(LookUp { terminal, payment }),
    );
}

fn hold_looked_up(step: &mut Step<'_>, holds: &[Hold], expired: bool) {
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
    closing.looking_up = false;
    if closing.lost == LostAnswer::Before {
        closing.lost = LostAnswer::No;
        return attempt(step);
    }
    // The second attempt is made at once: the driver is still there.
    if closing.attempts == 1 {
        attempt(step)
    } else {
        retry_later(step)
    }
}

fn retry_later(step: &mut Step<'_>) {
    let Stage::Closing(closing) = &mut step.session.stage else {
        return;
    };
    closing.retry_at = next_attempt(closing, step.now, step.policy.authorise_timeout);
    match closing.retry_at {
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

/// The retry schedule:
///
/// | attempts so far | next attempt   |
/// |-----------------|----------------|
/// | 1 to 5          | after a minute |
/// | 6 to 29         | after an hour  |
/// | 30 or more      | after a day    |
///
/// After a lost answer it is not before that attempt has had its effect, if it has one.
///
/// `None` if that is more than seven days after the first attempt: a person has to close the hold.
fn next_attempt(closing: &Closing, now: u64, takes_effect_within: u64) -> Option<u64> {
    let delay = match closing.attempts {
        0..=5 => MINUTE,
        6..=29 => HOUR,
        _ => DAY,
    };
    let delay = match closing.lost {
        LostAnswer::Lately => delay.max(takes_effect_within),
        LostAnswer::No | LostAnswer::Before => delay,
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
    receipt::issue(step);
    correction::compare(step);
}

fn need_attention(step: &mut Step<'_>, reason: Attention, next_action: &str) {
    step.session.stage = Stage::Ended(Ended::NeedsAttention(reason));
    step.alert(reason, next_action);
}
