//! What a terminal asks a driver for next: pure, of what the operator decided, how the EVSEs stand,
//! and what was chosen last.

use chargetap_contract::money::MinorUnits;
use chargetap_contract::session::{Evse, Policy};
use chargetap_fleet::gate::Gate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::config::{ServedEvse, Start, Terminal};

/// What a terminal asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Ask {
    Card(CardAsk),
    /// A choice on the screen, under this title.
    Choice {
        title: String,
        options: Vec<Choice>,
    },
    /// Nothing: it may take no cards, and says so.
    Nothing {
        text: String,
    },
}

impl Ask {
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
pub(crate) struct CardAsk {
    /// Absent where the card can only end a session.
    pub(crate) evse: Option<Evse>,
    /// What the reader is armed with, in minor units.
    pub(crate) hold: MinorUnits,
    /// What the terminal shows.
    pub(crate) text: String,
}

/// Something to choose on the screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) label: String,
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

/// How an EVSE stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The session that has it.
    pub(crate) session: Option<String>,
    /// Since when a vehicle is plugged in that no session was begun for.
    pub(crate) vehicle_since: Option<u64>,
}

/// What was before.
pub(crate) struct Before<'a> {
    /// What was chosen on the screen.
    pub(crate) chosen: Option<&'a Chosen>,
    /// The EVSE that the terminal offers at this moment, unless it has for long.
    pub(crate) offered: Option<&'a Evse>,
}

/// What to ask for. `standings` are those of the terminal's EVSEs and `offers` the prices in words
/// for its holds, each in their order.
pub(crate) fn next(
    terminal: &Terminal,
    standings: &[Standing],
    offers: &[String],
    before: &Before<'_>,
    now: u64,
) -> Ask {
    let chosen = before.chosen;
    let holds = || terminal.holds.iter().zip(offers);
    match chosen {
        Some(Chosen::StopByCard) => return stop_by_card("Show the card that you began with."),
        Some(Chosen::Hold(evse, wanted)) => {
            let served = free(terminal, standings).find(|served| served.evse == *evse);
            let hold = holds().find(|(hold, _)| *hold == wanted);
            if let Some((served, (hold, offer))) = served.zip(hold) {
                return card(terminal, served, *hold, offer);
            }
        }
        _ => {}
    }
    let served = place(terminal, standings, before, now);
    match (served, holds().next(), terminal.holds.len()) {
        (Some(served), Some((hold, offer)), 1) => card(terminal, served, *hold, offer),
        (Some(served), ..) => Ask::Choice {
            title: titled(terminal, served, "How much at most?"),
            options: amounts(terminal, served)
                .chain(to_stop(terminal, standings))
                .collect(),
        },
        (None, ..) if terminal.start == Start::Screen => Ask::Choice {
            title: "Where do you charge?".into(),
            options: places(terminal, standings)
                .chain(to_stop(terminal, standings))
                .collect(),
        },
        (None, ..) if terminal.start == Start::Tap => in_use(terminal, standings),
        (None, ..) => stop_by_card("Plug in to charge. To stop, show the same card again."),
    }
}

/// What to ask for where no session may begin: who charges may still end that, unless no card is read.
pub(crate) fn out_of_use(terminal: &Terminal, standings: &[Standing], gate: Gate) -> Ask {
    let is_in_use = standings.iter().any(|at| at.session.is_some());
    match gate {
        Gate::Ending if is_in_use => in_use(terminal, standings),
        _ => Ask::Nothing {
            text: "Out of service.".into(),
        },
    }
}

/// Where a session would begin.
fn place<'a>(
    terminal: &'a Terminal,
    standings: &'a [Standing],
    before: &Before<'_>,
    now: u64,
) -> Option<&'a ServedEvse> {
    let mut free = free(terminal, standings);
    match (terminal.start, before.chosen) {
        (Start::Tap, _) => free.next(),
        (Start::PlugIn, _) => plugged_in(terminal, standings, before.offered, now),
        (Start::Screen, Some(Chosen::Evse(evse))) => free.find(|served| served.evse == *evse),
        (Start::Screen, _) => None,
    }
}

/// Of the vehicles that wait, the one whose driver may be reading its price, or else the one that came
/// last. One that has waited for longer than a driver takes may be anybody's.
fn plugged_in<'a>(
    terminal: &'a Terminal,
    standings: &'a [Standing],
    offered: Option<&Evse>,
    now: u64,
) -> Option<&'a ServedEvse> {
    let patience = terminal.policy.plug_in_timeout;
    terminal
        .evses
        .iter()
        .zip(standings)
        .filter(|(_, at)| at.session.is_none())
        .filter_map(|(served, at)| Some((at.vehicle_since?, served)))
        .filter(|(since, _)| now.saturating_sub(*since) < patience)
        .max_by_key(|(since, served)| (offered == Some(&served.evse), *since))
        .map(|(_, served)| served)
}

/// The only EVSE is occupied: whoever has it may stop.
fn in_use(terminal: &Terminal, standings: &[Standing]) -> Ask {
    if terminal.stop_on_screen {
        Ask::Choice {
            title: "In use.".into(),
            options: to_stop(terminal, standings),
        }
    } else {
        stop_by_card("In use. To stop, show the same card again.")
    }
}

fn free<'a>(
    terminal: &'a Terminal,
    standings: &'a [Standing],
) -> impl Iterator<Item = &'a ServedEvse> {
    let evses = terminal.evses.iter().zip(standings);
    evses
        .filter(|(_, at)| at.session.is_none())
        .map(|(served, _)| served)
}

fn card(terminal: &Terminal, served: &ServedEvse, hold: MinorUnits, offer: &str) -> Ask {
    Ask::Card(CardAsk {
        evse: Some(served.evse.clone()),
        hold,
        text: titled(terminal, served, offer),
    })
}

/// A reader is armed with some amount, though none is ever held here.
fn stop_by_card(text: &str) -> Ask {
    Ask::Card(CardAsk {
        evse: None,
        hold: 1,
        text: text.into(),
    })
}

fn places<'a>(
    terminal: &'a Terminal,
    standings: &'a [Standing],
) -> impl Iterator<Item = Choice> + 'a {
    free(terminal, standings).map(|served| Choice {
        label: served.label.clone(),
        chosen: Chosen::Evse(served.evse.clone()),
    })
}

fn amounts<'a>(
    terminal: &'a Terminal,
    served: &'a ServedEvse,
) -> impl Iterator<Item = Choice> + 'a {
    let Policy {
        currency_decimals,
        tariff,
        ..
    } = &terminal.policy;
    terminal.holds.iter().map(|hold| {
        let amount = Decimal::from_i128_with_scale((*hold).into(), (*currency_decimals).into());
        Choice {
            label: format!("{amount} {}", tariff.currency),
            chosen: Chosen::Hold(served.evse.clone(), *hold),
        }
    })
}

/// The ways to stop what runs here: on the screen where that is allowed, otherwise by the card.
fn to_stop(terminal: &Terminal, standings: &[Standing]) -> Vec<Choice> {
    let evses = terminal.evses.iter().zip(standings);
    let running = evses.filter_map(|(served, at)| Some((served, at.session.clone()?)));
    if terminal.stop_on_screen {
        return running
            .map(|(served, session)| Choice {
                label: format!("Stop {}", served.label),
                chosen: Chosen::Stop { session },
            })
            .collect();
    }
    let by_card = |_| Choice {
        label: "Stop charging".into(),
        chosen: Chosen::StopByCard,
    };
    running.take(1).map(by_card).collect()
}

/// Where there are several EVSEs, a text says which one it is about.
fn titled(terminal: &Terminal, served: &ServedEvse, text: &str) -> String {
    if terminal.evses.len() > 1 {
        format!("{}: {text}", served.label)
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests;
