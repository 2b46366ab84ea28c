//! From the tap to the hold.
//!
//! - A session asks for one authorisation.
//! - Before it asks, it has on record which holds are open at the terminal; none of them is ever taken for its
//!   own. A terminal authorises the card that it was shown last, so a hold that opens after that look-up is on
//!   this driver's card.
//! - If the answer is lost, the outcome is `unknown`, and the provider is asked by a look-up. Nothing is guessed.
//! - The look-ups end: after about a day a person is to find out. A hold that turns up later is an orphan.

use chargetap_contract::receipt::NothingTakenReason;
use chargetap_contract::screen::Message;
use chargetap_contract::session::{
    Action, Attention, Authorise, CommandResult, Evse, LookUp, Policy, Refusal, Tap,
};
use chargetap_contract::terminal::{CardRead, Hold};

use crate::command_id::CommandKind;
use crate::register::Register;
use crate::session::{Ended, Session, Stage};
use crate::step::Step;
use crate::{charging, receipt, waiting};

/// How long look-ups are made after the hold counts as not made, in milliseconds: about three hundred of them.
const LOOK_UP_FOR: u64 = 24 * 60 * 60 * 1_000;

/// How long it may stay unknown whether a hold was made before people are alerted, in milliseconds.
const ALERT_AFTER: u64 = 60 * 60 * 1_000;

/// How long a driver waits for the check of the open holds at most, in milliseconds.
const CHECK_FOR: u64 = 15_000;
/// How long to wait before the check is repeated, in milliseconds.
const CHECK_AGAIN_AFTER: u64 = 2_000;

/// A card was shown where an EVSE was offered: list the holds that are open already. None of them is
/// ever taken for ours.
pub(crate) fn begin(policy: &Policy, Tap { read, evse, .. }: Tap, now: u64) -> Step<'_> {
    if evse.is_none() {
        return reject(policy, read, Message::NoEvse, now);
    }
    let until = now.saturating_add(CHECK_FOR);
    let mut step = first_step(policy, read, evse, Stage::Checking { until }, now);
    check_open_holds(&mut step, until);
    step
}

fn check_open_holds(step: &mut Step<'_>, until: u64) {
    look_up_holds(step, CommandKind::LookUpBefore);
    step.deadline = Some(until);
}

/// Once the open holds are known, our hold is asked for. Nothing is asked for before that.
pub(crate) fn open_holds_checked(
    step: &mut Step<'_>,
    result: CommandResult,
) -> Result<(), Refusal> {
    let Stage::Checking { until } = step.session.stage else {
        return step.not_applicable();
    };
    match result {
        CommandResult::OpenHolds(holds) => {
            step.session.preexisting_holds = holds.into_iter().map(|hold| hold.payment).collect();
            authorise(step);
        }
        _ => step.deadline = Some(step.now.saturating_add(CHECK_AGAIN_AFTER).min(until)),
    }
    Ok(())
}

pub(crate) fn check_deadline_reached(step: &mut Step<'_>, until: u64) {
    if step.now >= until {
        fail(step, NothingTakenReason::PaymentFailed);
    } else {
        check_open_holds(step, until);
    }
}

fn authorise(step: &mut Step<'_>) {
    let give_up_at = step.now.saturating_add(step.policy.authorise_timeout);
    step.session.stage = Stage::Authorising {
        give_up_at,
        looking_up: false,
        alerted: false,
    };
    let terminal = step.session.terminal.clone();
    let message = Message::CardAccepted;
    step.command(
        CommandKind::Authorise,
        Action::Authorise(Authorise { terminal, message }),
    );
    step.deadline = Some(give_up_at);
    // The earliest moment at which the hold can have been made.
    step.session.held_at = step.now;
}

/// A card was shown, but another driver has the EVSE.
pub(crate) fn reject_occupied(policy: &Policy, read: CardRead, now: u64) -> Step<'_> {
    reject(policy, read, Message::Occupied, now)
}

fn reject(policy: &Policy, read: CardRead, message: Message, now: u64) -> Step<'_> {
    let mut step = first_step(policy, read, None, Stage::Ended(Ended::NoEvse), now);
    step.show(message);
    step
}

fn first_step(
    policy: &Policy,
    read: CardRead,
    evse: Option<Evse>,
    stage: Stage,
    now: u64,
) -> Step<'_> {
    let session = Session {
        id: read.read,
        terminal: read.terminal,
        evse,
        card: Some(read.card),
        tariff: policy.tariff.clone(),
        tapped_at: now,
        preexisting_holds: Vec::new(),
        hold: None,
        held_at: 0,
        register: Register::default(),
        meter: None,
        estimated: false,
        implausible: false,
        late: None,
        unpaid: None,
        stage,
        steps: 0,
    };
    Step::new(policy, session, now)
}

/// Maps the end of an authorisation or of a look-up of its hold:
///
/// | result                                 | answer awaited      | looking up                        |
/// |----------------------------------------|---------------------|-----------------------------------|
/// | `Authorised`, with a pre-existing hold | look up             | look up                           |
/// | `Authorised`, with any other hold      | start charging      | start charging                    |
/// | `OpenHolds`                            | see below           | see below                         |
/// | `Declined`                             | end: declined       | end: declined                     |
/// | `NotDone`                              | end: payment failed | look up later: the look-up failed |
/// | any other                              | look up             | look up later                     |
///
/// [`hold_looked_up`] deals with `OpenHolds`.
pub(crate) fn command_ended(step: &mut Step<'_>, result: CommandResult) -> Result<(), Refusal> {
    let Stage::Authorising { give_up_at, .. } = step.session.stage else {
        return step.not_applicable();
    };
    match result {
        CommandResult::Authorised(hold) if is_preexisting(step, &hold) => look_up(step),
        CommandResult::Authorised(hold) => charging::begin(step, hold),
        CommandResult::OpenHolds(holds) => hold_looked_up(step, holds, give_up_at),
        CommandResult::Declined(_) => fail(step, NothingTakenReason::Declined),
        CommandResult::NotDone(_) if is_looking_up(step) => look_up_later(step),
        CommandResult::NotDone(_) => fail(step, NothingTakenReason::PaymentFailed),
        CommandResult::Done
        | CommandResult::Captured(_)
        | CommandResult::Conflict
        | CommandResult::Unknown => {
            if is_looking_up(step) {
                look_up_later(step);
            } else {
                look_up(step);
            }
        }
    }
    Ok(())
}

/// The provider's hint is only a reason to look up, and only after the answer was lost.
pub(crate) fn payment_hinted(step: &mut Step<'_>) -> Result<(), Refusal> {
    if is_looking_up(step) {
        look_up(step);
        Ok(())
    } else {
        step.not_applicable()
    }
}

pub(crate) fn deadline_reached(step: &mut Step<'_>) {
    let Stage::Authorising {
        give_up_at,
        alerted,
        ..
    } = step.session.stage
    else {
        return;
    };
    if step.now < give_up_at.saturating_add(LOOK_UP_FOR) {
        return look_up(step);
    }
    step.session.stage = Stage::Ended(Ended::NeedsAttention(Attention::AuthorisationUnknown));
    if !alerted {
        alert(step);
    }
}

fn alert(step: &mut Step<'_>) {
    step.alert(
        Attention::AuthorisationUnknown,
        "See whether the payment provider's API can be reached, and whether it has a hold of this \
         terminal.",
    );
}

fn is_looking_up(step: &Step<'_>) -> bool {
    matches!(
        step.session.stage,
        Stage::Authorising {
            looking_up: true,
            ..
        }
    )
}

fn look_up(step: &mut Step<'_>) {
    look_up_holds(step, CommandKind::LookUpTerminal);
    look_up_later(step);
}

fn look_up_holds(step: &mut Step<'_>, kind: CommandKind) {
    let terminal = step.session.terminal.clone();
    step.command(
        kind,
        Action::LookUp(LookUp {
            terminal,
            payment: None,
        }),
    );
}

fn look_up_later(step: &mut Step<'_>) {
    let Stage::Authorising {
        give_up_at,
        looking_up,
        alerted,
    } = &mut step.session.stage
    else {
        return;
    };
    *looking_up = true;
    step.deadline = Some(waiting::look_up_again_at(*give_up_at, step.now));
    let is_long = step.now >= give_up_at.saturating_add(ALERT_AFTER);
    if is_long && !*alerted {
        *alerted = true;
        alert(step);
    }
}

/// Looks for our hold among the open ones:
///
/// | open holds that did not pre-exist | what happens                                                 |
/// |-----------------------------------|--------------------------------------------------------------|
/// | one                               | it is ours                                                   |
/// | none, before the timeout          | look up later: it may still be on its way                    |
/// | none, after the timeout           | end: payment failed                                          |
/// | several                           | end: ours cannot be told from the others; all become orphans |
fn hold_looked_up(step: &mut Step<'_>, mut holds: Vec<Hold>, give_up_at: u64) {
    holds.retain(|hold| !is_preexisting(step, hold));
    match (holds.pop(), holds.is_empty()) {
        (Some(hold), true) => charging::begin(step, hold),
        (None, _) if step.now < give_up_at => look_up_later(step),
        _ => fail(step, NothingTakenReason::PaymentFailed),
    }
}

fn is_preexisting(step: &Step<'_>, hold: &Hold) -> bool {
    step.session.preexisting_holds.contains(&hold.payment)
}

/// No hold is made. What was asked for of the provider may still take effect: then it is an orphan, and is voided.
pub(crate) fn fail(step: &mut Step<'_>, reason: NothingTakenReason) {
    step.session.stage = Stage::Ended(Ended::NotHeld(reason));
    step.show(Message::NothingTaken(reason));
    receipt::issue(step);
}
