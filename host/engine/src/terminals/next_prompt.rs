//! The prompt that a terminal shows next: a pure function of what the operator configured, of the
//! EVSEs' status, and of what was chosen last.
//!
//! Which EVSE it is, is settled before the card is shown: the terminal has one, or the driver plugged in or chose
//! on the screen. Where plugging in says it, a vehicle that was charged is not offered again until it was
//! unplugged, and one without a session only for as long as a driver may take, so that no driver pays for
//! another's vehicle.
//!
//! The same card at the same terminal stops its session, at once or once the driver confirmed it on the screen. A
//! choice to stop on the screen names its session and is obeyed however old the screen is.

use chargetap_contract::money::{MinorUnits, Money};
use chargetap_contract::screen::{Message, Quote};
use chargetap_contract::session::Evse;
use chargetap_fleet::activation_check::ActivationCheck;

use super::prompt::{Caption, CardPrompt, Choice, Chosen, Prompt};
use crate::config::{ServedEvse, Start, Terminal};

/// The status of an EVSE.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EvseStatus {
    /// The session that has it.
    pub(crate) session: Option<String>,
    /// Since when a vehicle without a session is plugged in.
    pub(crate) vehicle_since: Option<u64>,
    /// A transaction runs there, with a session or without.
    pub(crate) is_occupied: bool,
    /// Its station is not connected, or says that the connector cannot be used.
    pub(crate) is_out_of_order: bool,
}

impl EvseStatus {
    /// Whether a session could begin there.
    fn is_free(&self) -> bool {
        self.session.is_none() && !self.is_occupied && !self.is_out_of_order
    }

    /// Whether somebody charges there.
    fn is_in_use(&self) -> bool {
        self.session.is_some() || self.is_occupied
    }
}

/// What the next prompt follows on.
pub(crate) struct PromptContext<'a> {
    /// The driver's choice on the screen, or the question that comes next. It is
    /// [`SentPrompt::chosen`](super::prompt::SentPrompt::chosen).
    pub(crate) chosen: Option<&'a Chosen>,
    /// The EVSE that the terminal offers at this moment, unless it has for long.
    pub(crate) offered: Option<&'a Evse>,
}

/// The next prompt. `statuses` are those of the terminal's EVSEs and `offers` those of its holds, each in
/// their order.
pub(crate) fn next(
    terminal: &Terminal,
    statuses: &[EvseStatus],
    offers: &[Quote],
    context: &PromptContext<'_>,
    now: u64,
) -> Prompt<Caption> {
    let is_any = |is: fn(&EvseStatus) -> bool| statuses.iter().any(is);
    if !is_any(EvseStatus::is_free) && !is_any(EvseStatus::is_in_use) {
        return Prompt::Nothing {
            text: Caption::Message(Message::OutOfService),
        };
    }
    let chosen = context.chosen;
    let holds = || terminal.holds.iter().zip(offers);
    match chosen {
        Some(Chosen::StopByCard) => return stop_by_card(Message::ShowFirstCard),
        Some(Chosen::ConfirmStop { sessions }) => {
            if let Some(question) = confirm_stop(terminal, statuses, sessions) {
                return question;
            }
        }
        Some(Chosen::Hold(evse, wanted)) => {
            let served = free(terminal, statuses).find(|served| served.evse == *evse);
            let hold = holds().find(|(hold, _)| *hold == wanted);
            if let Some((served, (hold, offer))) = served.zip(hold) {
                return card(terminal, served, *hold, offer);
            }
        }
        _ => {}
    }
    let served = place(terminal, statuses, context, now);
    match (served, holds().next(), terminal.holds.len()) {
        (Some(served), Some((hold, offer)), 1) => card(terminal, served, *hold, offer),
        (Some(served), ..) => Prompt::Choice {
            title: titled(terminal, served, Message::HowMuch),
            options: amounts(terminal, served)
                .chain(to_stop(terminal, statuses))
                .collect(),
        },
        (None, ..) if terminal.start == Start::Screen => Prompt::Choice {
            title: Caption::Message(Message::WhereToCharge),
            options: places(terminal, statuses)
                .chain(to_stop(terminal, statuses))
                .collect(),
        },
        (None, ..) if terminal.start == Start::Tap => in_use(terminal, statuses),
        (None, ..) => stop_by_card(Message::PlugIn),
    }
}

/// The prompt where no session may begin. A driver who charges may still end that, unless no card is
/// read.
pub(crate) fn out_of_service(
    terminal: &Terminal,
    statuses: &[EvseStatus],
    chosen: Option<&Chosen>,
    activation: ActivationCheck,
) -> Prompt<Caption> {
    let is_in_use = statuses.iter().any(EvseStatus::is_in_use);
    let question = || match chosen {
        Some(Chosen::ConfirmStop { sessions }) => confirm_stop(terminal, statuses, sessions),
        _ => None,
    };
    match activation {
        ActivationCheck::EndOnly if is_in_use => {
            question().unwrap_or_else(|| in_use(terminal, statuses))
        }
        _ => Prompt::Nothing {
            text: Caption::Message(Message::OutOfService),
        },
    }
}

/// Where a session would begin.
fn place<'a>(
    terminal: &'a Terminal,
    statuses: &'a [EvseStatus],
    context: &PromptContext<'_>,
    now: u64,
) -> Option<&'a ServedEvse> {
    let mut free = free(terminal, statuses);
    match (terminal.start, context.chosen) {
        (Start::Tap, _) => free.next(),
        (Start::PlugIn, _) => plugged_in(terminal, statuses, context.offered, now),
        (Start::Screen, Some(Chosen::Evse(evse))) => free.find(|served| served.evse == *evse),
        (Start::Screen, _) => None,
    }
}

/// Of the waiting vehicles, the one whose driver may be reading its price, or else the one that came
/// last. A vehicle that has waited for longer than a driver takes is not offered: the card may be that
/// of another driver.
fn plugged_in<'a>(
    terminal: &'a Terminal,
    statuses: &'a [EvseStatus],
    offered: Option<&Evse>,
    now: u64,
) -> Option<&'a ServedEvse> {
    let patience = terminal.policy.plug_in_timeout;
    terminal
        .evses
        .iter()
        .zip(statuses)
        .filter(|(_, at)| at.is_free())
        .filter_map(|(served, at)| Some((at.vehicle_since?, served)))
        .filter(|(since, _)| now.saturating_sub(*since) < patience)
        .max_by_key(|(since, served)| (offered == Some(&served.evse), *since))
        .map(|(_, served)| served)
}

/// The only EVSE is occupied: the driver who has it may stop.
fn in_use(terminal: &Terminal, statuses: &[EvseStatus]) -> Prompt<Caption> {
    if terminal.stop_on_screen {
        Prompt::Choice {
            title: Caption::Message(Message::InUse),
            options: to_stop(terminal, statuses),
        }
    } else {
        stop_by_card(Message::InUseCardStops)
    }
}

fn free<'a>(
    terminal: &'a Terminal,
    statuses: &'a [EvseStatus],
) -> impl Iterator<Item = &'a ServedEvse> {
    let evses = terminal.evses.iter().zip(statuses);
    evses
        .filter(|(_, at)| at.is_free())
        .map(|(served, _)| served)
}

fn card(
    terminal: &Terminal,
    served: &ServedEvse,
    hold: MinorUnits,
    offer: &Quote,
) -> Prompt<Caption> {
    Prompt::Card(CardPrompt {
        evse: Some(served.evse.clone()),
        hold,
        text: titled(terminal, served, Message::Offer(offer.clone())),
        terms: None,
    })
}

/// A reader is armed with some amount, though nothing is held here.
fn stop_by_card(message: Message) -> Prompt<Caption> {
    Prompt::Card(CardPrompt {
        evse: None,
        hold: 1,
        text: Caption::Message(message),
        terms: None,
    })
}

fn places<'a>(
    terminal: &'a Terminal,
    statuses: &'a [EvseStatus],
) -> impl Iterator<Item = Choice<Caption>> + 'a {
    free(terminal, statuses).map(|served| Choice {
        label: Caption::Label(served.label.clone()),
        chosen: Chosen::Evse(served.evse.clone()),
    })
}

fn amounts<'a>(
    terminal: &'a Terminal,
    served: &'a ServedEvse,
) -> impl Iterator<Item = Choice<Caption>> + 'a {
    terminal.holds.iter().map(|hold| {
        let amount = Money {
            amount: *hold,
            currency: terminal.policy.tariff.currency.clone(),
        };
        Choice {
            label: Caption::Message(Message::Amount(amount)),
            chosen: Chosen::Hold(served.evse.clone(), *hold),
        }
    })
}

/// Whether a session is to end, and which, if one of these runs here.
fn confirm_stop(
    terminal: &Terminal,
    statuses: &[EvseStatus],
    sessions: &[String],
) -> Option<Prompt<Caption>> {
    let running = running(terminal, statuses);
    let of_card = running.filter(|(_, session)| sessions.contains(session));
    let mut options: Vec<_> = of_card
        .map(|(served, session)| match terminal.evses.len() {
            1 => Choice {
                label: Caption::Message(Message::Stop),
                chosen: Chosen::Stop { session },
            },
            _ => stop_at(served, session),
        })
        .collect();
    if options.is_empty() {
        return None;
    }
    options.push(Choice {
        label: Caption::Message(Message::GoOn),
        chosen: Chosen::GoOn,
    });
    Some(Prompt::Choice {
        title: Caption::Message(Message::ConfirmStop),
        options,
    })
}

/// The sessions that run here, and where.
fn running<'a>(
    terminal: &'a Terminal,
    statuses: &'a [EvseStatus],
) -> impl Iterator<Item = (&'a ServedEvse, String)> + 'a {
    let evses = terminal.evses.iter().zip(statuses);
    evses.filter_map(|(served, at)| Some((served, at.session.clone()?)))
}

fn stop_at(served: &ServedEvse, session: String) -> Choice<Caption> {
    Choice {
        label: Caption::Message(Message::StopAt(served.label.clone())),
        chosen: Chosen::Stop { session },
    }
}

/// The ways to stop what runs here: on the screen where that is allowed, otherwise by the card.
fn to_stop(terminal: &Terminal, statuses: &[EvseStatus]) -> Vec<Choice<Caption>> {
    let running = running(terminal, statuses);
    if terminal.stop_on_screen {
        return running
            .map(|(served, session)| stop_at(served, session))
            .collect();
    }
    let by_card = |_| Choice {
        label: Caption::Message(Message::Stop),
        chosen: Chosen::StopByCard,
    };
    running.take(1).map(by_card).collect()
}

/// Where there are several EVSEs, a text says which one it is about.
fn titled(terminal: &Terminal, served: &ServedEvse, message: Message) -> Caption {
    if terminal.evses.len() > 1 {
        Caption::About(served.label.clone(), message)
    } else {
        Caption::Message(message)
    }
}

#[cfg(test)]
mod tests;
