//! How a command ends: by an answer, by none, or in a host that died.

use chargetap_contract::session::{CommandResult, Event, Outcome};

use crate::host::{hold, session_of};
use crate::store::{Applied, Close, HOLD, Order};
use crate::world::{Answer, World};
use crate::{Mistake, OneSession};

/// What ended an execution, as the host sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// An answer came.
    Answered(Answer),
    /// None came.
    Lost,
}

impl OneSession {
    /// Recover a command of a host that died.
    pub(crate) fn recover(&self, world: &mut World, id: &str) {
        let Some(command) = world.store.commands.get(id) else {
            return;
        };
        let order = command.order.clone();
        if order.is_local() || self.mistake == Some(Mistake::ForgetsWhatWasSent) {
            world.store.repeat(id);
        } else {
            self.end(world, id, &order, Ending::Lost);
        }
    }

    /// A command ended: apply its outcome to the session. The command is complete either way.
    pub(crate) fn end(&self, world: &mut World, id: &str, order: &Order, ending: Ending) {
        if ending == Ending::Lost && self.repeats_by_mistake(world, id, order) {
            return;
        }
        let (result, made) = match ending {
            // A lookup whose answer was lost can be repeated.
            Ending::Lost if matches!(order, Order::LookUp(_)) => (not_done(), None),
            Ending::Lost => (CommandResult::Unknown, None),
            Ending::Answered(answer) => result(world, order, answer),
        };
        let now = world.now;
        let session = session_of(id);
        let mut apply = |result| {
            let outcome = Outcome {
                command: id.to_owned(),
                result,
            };
            let event = Event::CommandEnded(outcome);
            world.store.apply(session, event, now, None, Some(id))
        };
        match apply(result) {
            Applied::Yes | Applied::Duplicate => {}
            Applied::Refused => world.store.complete(id),
            Applied::HoldClaimed => {
                apply(not_done());
            }
        }
        if let Some(payment) = made
            && world.store.owner(&payment).is_none()
            && self.mistake != Some(Mistake::LeavesOrphans)
        {
            world.void_orphan(&payment);
        }
    }

    fn repeats_by_mistake(&self, world: &mut World, id: &str, order: &Order) -> bool {
        match (self.mistake, order) {
            (Some(Mistake::SendsAuthorisationAgain), Order::Authorise) => {}
            (Some(Mistake::CapturesTheWholeHold), Order::Close(payment, Close::Capture(_))) => {
                if let Some(command) = world.store.commands.get_mut(id) {
                    command.order = Order::Close(payment.clone(), Close::Capture(HOLD));
                }
            }
            _ => return false,
        }
        world.store.repeat(id);
        true
    }
}

/// What an answer means to the session, and the hold that it says was made.
fn result(world: &World, order: &Order, answer: Answer) -> (CommandResult, Option<String>) {
    let result = match answer {
        Answer::Authorised(payment) => {
            let made = Some(payment.clone());
            return (CommandResult::Authorised(hold(payment)), made);
        }
        Answer::Declined => CommandResult::Declined(String::new()),
        Answer::Done => CommandResult::Done,
        Answer::Conflict => CommandResult::Conflict,
        Answer::NotDone => not_done(),
        Answer::Open(mut open) => {
            if *order == Order::LookUp(None) {
                open.retain(|payment| world.store.owner(payment).is_none());
            }
            CommandResult::OpenHolds(open.into_iter().map(hold).collect())
        }
    };
    (result, None)
}

fn not_done() -> CommandResult {
    CommandResult::NotDone(String::new())
}
