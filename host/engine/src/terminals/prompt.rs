//! The prompt that a terminal shows next: a pure function of what the operator configured, of the
//! EVSEs' status, and of what was chosen last.
//!
//! Which EVSE it is, is settled before the card is shown: the terminal has one, or the driver plugged in or chose
//! on the screen. Where plugging in says it, a vehicle that was charged is not offered again until it was
//! unplugged, and one without a session only for as long as a driver may take, so that no driver pays for
//! another's vehicle.
//!
//! The same card at the same terminal always stops its session. A choice to stop on the screen names its session
//! and is obeyed however old the screen is.

use chargetap_contract::money::{MinorUnits, Money};
use chargetap_contract::screen::{Message, Quote};
use chargetap_contract::session::Evse;
use chargetap_fleet::activation_check::ActivationCheck;
use serde::{Deserialize, Serialize};

use crate::config::{ServedEvse, Start, Terminal};

/// How long a vehicle's EVSE is offered before that of one that came later, in milliseconds.
const OFFER_STAYS: u64 = 60_000;

/// A text of a prompt before it is put into words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Caption {
    /// As the operator configured it.
    Label(String),
    Message(Message),
    /// A message about the EVSE with this label.
    About(String, Message),
}

/// A terminal prompt: what a terminal asks a driver for. Stored as JSON under these names, in the words that
/// the terminal shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Prompt<Text = String> {
    Card(CardPrompt<Text>),
    /// A choice on the screen, under this title.
    Choice {
        title: Text,
        options: Vec<Choice<Text>>,
    },
    /// Nothing: it may take no cards, and says so.
    Nothing {
        text: Text,
    },
}

impl<Text> Prompt<Text> {
    /// The same prompt with other texts.
    pub(crate) fn try_map<Other, Error>(
        self,
        mut text_of: impl FnMut(Text) -> Result<Other, Error>,
    ) -> Result<Prompt<Other>, Error> {
        Ok(match self {
            Self::Card(CardPrompt { evse, hold, text }) => Prompt::Card(CardPrompt {
                evse,
                hold,
                text: text_of(text)?,
            }),
            Self::Choice { title, options } => Prompt::Choice {
                title: text_of(title)?,
                options: options
                    .into_iter()
                    .map(|Choice { label, chosen }| {
                        let label = text_of(label)?;
                        Ok(Choice { label, chosen })
                    })
                    .collect::<Result<_, _>>()?,
            },
            Self::Nothing { text } => Prompt::Nothing {
                text: text_of(text)?,
            },
        })
    }
}

impl Prompt {
    /// What the terminal does, for the log.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Card(_) => "terminal-reads",
            Self::Choice { .. } => "terminal-lets-choose",
            Self::Nothing { .. } => "terminal-rests",
        }
    }

    /// What it shows above all.
    pub(crate) fn title(&self) -> &str {
        match self {
            Self::Card(card) => &card.text,
            Self::Choice { title, .. } => title,
            Self::Nothing { text } => text,
        }
    }

    /// The option of this id, with its place.
    pub(crate) fn option(&self, id: &str) -> Option<(u64, &Chosen)> {
        let Self::Choice { options, .. } = self else {
            return None;
        };
        let found = options
            .iter()
            .zip(0..)
            .find(|(_, at)| option_id(*at) == id)?;
        Some((found.1, &found.0.chosen))
    }

    /// What was chosen by the option at this place.
    pub(crate) fn chosen(&self, option: u64) -> Option<&Chosen> {
        let Self::Choice { options, .. } = self else {
            return None;
        };
        let option = options.get(usize::try_from(option).ok()?)?;
        Some(&option.chosen)
    }
}

/// The id under which a terminal reports that the option at this place was chosen.
pub(crate) fn option_id(at: u64) -> String {
    format!("option{at}")
}

/// A card, to begin a session or to end the one that it began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CardPrompt<Text = String> {
    /// Absent where the card can only end a session.
    pub(crate) evse: Option<Evse>,
    /// What the reader is armed with, in minor units.
    pub(crate) hold: MinorUnits,
    /// What the terminal shows.
    pub(crate) text: Text,
}

/// Something to choose on the screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Choice<Text = String> {
    pub(crate) label: Text,
    pub(crate) chosen: Chosen,
}

/// What a driver chose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Chosen {
    /// To charge here.
    Evse(Evse),
    /// To charge here, and to spend no more than this.
    Hold(Evse, MinorUnits),
    /// To end a session by showing its card.
    StopByCard,
    /// To end this session.
    Stop { session: String },
}

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

/// A prompt as it was sent to a terminal.
pub(crate) struct SentPrompt {
    /// The id under which the terminal reports the answer. It becomes the id of the session that a
    /// card begins, and the token under which the station starts.
    pub(crate) arming_id: String,
    pub(crate) prompt: Prompt,
    /// The choice that led to it.
    pub(crate) chosen: Option<Chosen>,
    pub(crate) sent_at: u64,
    /// When it is to be sent anew.
    pub(crate) renew_at: u64,
    /// From here on an answer is refused.
    pub(crate) expires_at: u64,
    /// The provider confirmed it.
    pub(crate) confirmed: bool,
    /// A message stands in its place until then.
    pub(crate) masked_until: u64,
    /// Which option was chosen, from 0.
    pub(crate) answer: Option<u64>,
    /// A card was reported under it.
    pub(crate) used: bool,
}

impl SentPrompt {
    /// Whether it still stands. It was not sent in the future, unless the clock was set back.
    pub(crate) fn is_open(&self, now: u64) -> bool {
        !self.used && self.answer.is_none() && (self.sent_at..self.renew_at).contains(&now)
    }

    /// The option chosen under this prompt, or the choice that led to it.
    pub(crate) fn chosen(&self, now: u64) -> Option<&Chosen> {
        match self.answer {
            Some(option) => {
                let option = self.prompt.chosen(option);
                option.filter(|_| (self.sent_at..self.expires_at).contains(&now))
            }
            None => self.chosen.as_ref().filter(|_| self.is_open(now)),
        }
    }

    /// The EVSE whose price a driver may be reading at this moment.
    pub(crate) fn offered(&self, now: u64) -> Option<&Evse> {
        let is_new = (self.sent_at..self.sent_at.saturating_add(OFFER_STAYS)).contains(&now);
        match &self.prompt {
            Prompt::Card(card) if is_new && !self.used => card.evse.as_ref(),
            _ => None,
        }
    }
}

/// What the next prompt follows on.
pub(crate) struct PromptContext<'a> {
    /// What was chosen on the screen.
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
    activation: ActivationCheck,
) -> Prompt<Caption> {
    let is_in_use = statuses.iter().any(EvseStatus::is_in_use);
    match activation {
        ActivationCheck::EndOnly if is_in_use => in_use(terminal, statuses),
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
    })
}

/// A reader is armed with some amount, though nothing is held here.
fn stop_by_card(message: Message) -> Prompt<Caption> {
    Prompt::Card(CardPrompt {
        evse: None,
        hold: 1,
        text: Caption::Message(message),
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

/// The ways to stop what runs here: on the screen where that is allowed, otherwise by the card.
fn to_stop(terminal: &Terminal, statuses: &[EvseStatus]) -> Vec<Choice<Caption>> {
    let evses = terminal.evses.iter().zip(statuses);
    let running = evses.filter_map(|(served, at)| Some((served, at.session.clone()?)));
    if terminal.stop_on_screen {
        return running
            .map(|(served, session)| Choice {
                label: Caption::Message(Message::StopAt(served.label.clone())),
                chosen: Chosen::Stop { session },
            })
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
