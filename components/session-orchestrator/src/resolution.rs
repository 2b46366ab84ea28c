//! A person found out what became of the money of a session that needs attention.
//!
//! | what was found           | the session ends            | receipt                  |
//! |--------------------------|-----------------------------|--------------------------|
//! | so much was captured     | settled                     | of what was captured     |
//! | released, or never held  | cancelled                   | that nothing was taken   |
//! | lost                     | failed, nothing was taken   | that nothing was taken   |
//! | refunded in another way  | refunded, by all that is due | of that refund           |
//!
//! More than the session costs is to be given back before that is put on record: no receipt says that more was paid.
//!
//! The last is found of a session with a refund that is due, the others of any other one.

use chargetap_contract::receipt::NothingTakenReason;
use chargetap_contract::session::{Refusal, Resolution};

use crate::session::{Ended, Stage, Void};
use crate::step::Step;
use crate::{correction, receipt};

pub(crate) fn resolved(step: &mut Step<'_>, resolution: Resolution) -> Result<(), Refusal> {
    match (&step.session.stage, resolution) {
        (Stage::Ended(Ended::NeedsAttention(_)), Resolution::Captured(amount)) => {
            let session = &step.session;
            let most = session.cost().gross.min(session.held());
            if amount == 0 || amount > most {
                return Err(Refusal::NotCapturable(most));
            }
            end(step, Ended::Settled(amount));
        }
        (Stage::Ended(Ended::NeedsAttention(_)), Resolution::Voided) => {
            nothing_taken(step, NothingTakenReason::CancelledByOperator);
        }
        (Stage::Ended(Ended::NeedsAttention(_)), Resolution::Lost) => {
            nothing_taken(step, NothingTakenReason::PaymentFailed);
        }
        (Stage::Ended(Ended::RefundDue { refunded, due, .. }), Resolution::RefundedElsewhere) => {
            let rest = due.saturating_sub(*refunded);
            return correction::refunded(step, rest);
        }
        _ => return step.not_applicable(),
    }
    Ok(())
}

fn nothing_taken(step: &mut Step<'_>, reason: NothingTakenReason) {
    let session = &step.session;
    let ended = match (&session.hold, &session.evse) {
        (None, _) => Ended::NotHeld(reason),
        (Some(_), None) => Ended::Voided(Void::Orphan),
        (Some(_), Some(_)) => Ended::Voided(Void::Unused(reason)),
    };
    end(step, ended);
}

fn end(step: &mut Step<'_>, ended: Ended) {
    step.session.stage = Stage::Ended(ended);
    receipt::issue(step);
    correction::compare(step);
}
