//! From the tap to the hold.

use chargetap_contract::receipt::NothingTakenReason;
use chargetap_contract::session::{
    Action, Attention, Authorise, CommandResult, Evse, LookUp, Policy, Refusal, Tap,
};
use chargetap_contract::terminal::{CardRead, Hold};

use crate::session::{Ended, Session, Stage};
use crate::step::Step;
use crate::{charging, closing};

/// How long to wait before asking again for a hold whose answer was lost, in milliseconds.
const ASK_AGAIN_AFTER: u64 = 5_000;

/// How long a provider may leave open whether a hold was made before people are told, in
/// milliseconds.
const ALERT_AFTER: u64 = 60 * 60 * 1_000;

/// How long a driver is kept waiting for the look at the open holds, in milliseconds.
const LOOK_FOR: u64 = 15_000;
/// How long to wait before looking again, in milliseconds.
const LOOK_AGAIN_AFTER: u64 = 2_000;

/// A card was shown where an EVSE was offered: see which holds are open already, so that none of them
/// is ever taken for ours.
pub(crate) fn begin(policy: &Policy, Tap { read, evse }: Tap, now: u64) -> Step<'_> {
    if evse.is_none() {
        let text = "Plug in or choose a charger first. Nothing was taken.";
        return turn_away(policy, read, text, now);
    }
    let until = now.saturating_add(LOOK_FOR);
    let mut step = first_step(policy, read, evse, Stage::Looking { until }, now);
    look(&mut step, until);
    step
}

fn look(step: &mut Step<'_>, until: u64) {
    let terminal = step.session.terminal.clone();
    step.command(
        "look-up-before",
        Action::LookUp(LookUp {
            terminal,
            payment: None,
        }),
    );
    step.deadline = Some(until);
}

/// The open holds are known: ask for ours. As long as they are not, nothing was asked for.
pub(crate) fn looked(step: &mut Step<'_>, result: CommandResult) -> Result<(), Refusal> {
    let Stage::Looking { until } = step.session.stage else {
        return step.not_applicable();
    };
    match result {
        CommandResult::OpenHolds(holds) => {
            step.session.strangers = holds.into_iter().map(|hold| hold.payment).collect();
            authorise(step);
        }
        _ => step.deadline = Some(step.now.saturating_add(LOOK_AGAIN_AFTER).min(until)),
    }
    Ok(())
}

pub(crate) fn look_deadline_reached(step: &mut Step<'_>, until: u64) {
    if step.now >= until {
        fail(step, NothingTakenReason::PaymentFailed);
    } else {
        look(step, until);
    }
}

fn authorise(step: &mut Step<'_>) {
    let give_up_at = step.now.saturating_add(step.policy.authorise_timeout);
    step.session.stage = Stage::Authorising {
        give_up_at,
        asking: false,
        alerted: false,
    };
    let terminal = step.session.terminal.clone();
    let message = "Card accepted. Plug in to charge.".into();
    step.command(
        "authorise",
        Action::Authorise(Authorise { terminal, message }),
    );
    step.deadline = Some(give_up_at);
    // The earliest moment at which the hold can have been made.
    step.session.held_at = step.now;
}

/// A card was shown, but another driver has the EVSE.
pub(crate) fn refuse(policy: &Policy, read: CardRead, now: u64) -> Step<'_> {
    let text = "This charger is in use. Nothing was taken.";
    turn_away(policy, read, text, now)
}

fn turn_away<'a>(policy: &'a Policy, read: CardRead, text: &str, now: u64) -> Step<'a> {
    let mut step = first_step(policy, read, None, Stage::Ended(Ended::NoEvse), now);
    step.show(text);
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
        strangers: Vec::new(),
        hold: None,
        held_at: 0,
        meter: None,
        estimated: false,
        late: None,
        stage,
        steps: 0,
    };
    Step {
        policy,
        now,
        session,
        commands: Vec::new(),
        deadline: None,
    }
}

pub(crate) fn command_ended(step: &mut Step<'_>, result: CommandResult) -> Result<(), Refusal> {
    let Stage::Authorising { give_up_at, .. } = step.session.stage else {
        return step.not_applicable();
    };
    match result {
        // An answer with a hold that was there before says nothing of ours.
        CommandResult::Authorised(hold) if is_strange(step, &hold) => ask(step),
        CommandResult::Authorised(hold) => charging::begin(step, hold),
        CommandResult::OpenHolds(holds) => found(step, holds, give_up_at),
        CommandResult::Declined(_) => fail(step, NothingTakenReason::Declined),
        // The question failed, not the authorisation: ask again.
        CommandResult::NotDone(_) if asking(step) => ask_later(step),
        CommandResult::NotDone(_) => fail(step, NothingTakenReason::PaymentFailed),
        CommandResult::Done
        | CommandResult::Captured(_)
        | CommandResult::Conflict
        | CommandResult::Unknown => {
            if asking(step) {
                ask_later(step);
            } else {
                ask(step);
            }
        }
    }
    Ok(())
}

/// The provider's hint is only a reason to ask, and only while the answer is missing.
pub(crate) fn hinted(step: &mut Step<'_>) -> Result<(), Refusal> {
    if asking(step) {
        ask(step);
        Ok(())
    } else {
        step.not_applicable()
    }
}

pub(crate) fn deadline_reached(step: &mut Step<'_>) {
    ask(step);
}

fn asking(step: &Step<'_>) -> bool {
    matches!(step.session.stage, Stage::Authorising { asking: true, .. })
}

fn ask(step: &mut Step<'_>) {
    let terminal = step.session.terminal.clone();
    step.command(
        "look-up-terminal",
        Action::LookUp(LookUp {
            terminal,
            payment: None,
        }),
    );
    ask_later(step);
}

fn ask_later(step: &mut Step<'_>) {
    let Stage::Authorising {
        give_up_at,
        asking,
        alerted,
    } = &mut step.session.stage
    else {
        return;
    };
    *asking = true;
    let alert = !*alerted && step.now >= give_up_at.saturating_add(ALERT_AFTER);
    *alerted |= alert;
    if alert {
        step.alert(
            Attention::AuthorisationUnknown,
            "See whether the payment provider's API can be reached.",
        );
    }
    step.deadline = Some(step.now.saturating_add(ASK_AGAIN_AFTER));
}

/// One unclaimed hold that was not there before is the one that was asked for. Of several, none can be
/// told apart: all are left to be voided as orphans. None at all may still be on its way until the
/// time is up.
fn found(step: &mut Step<'_>, mut holds: Vec<Hold>, give_up_at: u64) {
    holds.retain(|hold| !is_strange(step, hold));
    match (holds.pop(), holds.is_empty()) {
        (Some(hold), true) => charging::begin(step, hold),
        (None, _) if step.now < give_up_at => ask_later(step),
        _ => fail(step, NothingTakenReason::PaymentFailed),
    }
}

fn is_strange(step: &Step<'_>, hold: &Hold) -> bool {
    step.session.strangers.contains(&hold.payment)
}

fn fail(step: &mut Step<'_>, reason: NothingTakenReason) {
    step.session.stage = Stage::Ended(Ended::NotHeld(reason));
    step.show(match reason {
        NothingTakenReason::Declined => "Card declined. Nothing was taken.",
        _ => "Payment failed. Nothing was taken.",
    });
    closing::issue_receipt(step);
}
