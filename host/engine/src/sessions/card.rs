//! A card was shown: it stops the session that it began, asks for the receipt of the last one, or begins one.
//!
//! | the card began         | what was chosen on the screen | what it does                          |
//! |------------------------|-------------------------------|---------------------------------------|
//! | no session that runs   | anything                      | shows its receipt, or begins a session |
//! | some                   | which EVSE to charge at       | begins one there, for a second vehicle |
//! | one                    | to stop by the card           | stops it                              |
//! | one                    | nothing                       | stops it, or asks first (`confirm_stop`) |
//! | several                | nothing, or to stop           | asks which one to stop                |

use chargetap_contract::session::{Event, Evse, Tap};
use chargetap_contract::terminal::CardRead;
use chargetap_fleet::activation_check::ActivationCheck;

use super::apply::apply;
use crate::config::{Start, Terminal};
use crate::error::EngineError;
use crate::event::{EventEnvelope, EventOutcome};
use crate::fleet::{issuers, records};
use crate::gateway::Gateway;
use crate::platform::{Platform, Work};
use crate::store;
use crate::store::sessions::RunningSession;
use crate::terminals::display;
use crate::terminals::prompt::{Chosen, Prompt, SentPrompt};
use crate::terms::Terms;

/// For how long after its session a card may ask for the receipt again, in milliseconds.
const RECALLABLE: u64 = 5 * 60_000;

/// Apply a card to the session that it began, or to a new one under the arming's id, which ends at
/// once if another driver has the EVSE.
pub(crate) async fn shown(
    gateway: &Gateway<impl Platform>,
    card: CardRead,
    dedupe: &str,
) -> Result<EventOutcome, EngineError> {
    let platform = &gateway.platform;
    let running =
        store::sessions::running_with_card(platform, &card.terminal, &card.card.reference).await?;
    let sent = store::prompts::load(platform, &card.terminal, &card.read).await?;
    if sent.as_ref().is_some_and(|sent| sent.question.is_some()) {
        return Ok(EventOutcome::Duplicate);
    }
    // The gateway whose database was lost sent that prompt. The terminal is armed anew, which forgets the card.
    if sent.is_none() && store::restores::is_restored(platform).await? {
        return Ok(EventOutcome::StaleArming);
    }
    let served = gateway.terminal(&card.terminal)?;
    let purpose = purpose(&served, &running, sent.as_ref());
    let begins = purpose == Purpose::Begin;
    // Between being disarmed and resting, a terminal may still report a card.
    let activation = records::check_activation(gateway, &card.terminal).await?;
    if activation == ActivationCheck::Refused || (begins && activation != ActivationCheck::Allowed)
    {
        platform.notify(Work::Terminal(&card.terminal));
        return Ok(EventOutcome::NotApplicable);
    }
    if let Purpose::Ask(sessions) = purpose {
        return ask(gateway, &card, sessions).await;
    }
    if begins {
        if recalls_receipt(gateway, &card, sent.as_ref()).await? {
            return Ok(EventOutcome::Stored);
        }
        // Money must not be taken where its receipt could not be issued.
        issuers::at_terminal(gateway, &card.terminal).await?;
    }
    let Offer {
        evse,
        told_price,
        terms,
    } = offer(&served, sent);
    if let Some(evse) = evse.as_ref().filter(|_| begins)
        && platform
            .station_connected_for(&evse.station)
            .await
            .is_none()
    {
        // No hold is to wait for a station that cannot be asked. The terminal is to forget the card.
        tracing::info!(target: "chargetap::session", terminal = card.terminal, "the station is away");
        store::prompts::drop_card(platform, &card.terminal, &card.read).await?;
        platform.notify(Work::Terminal(&card.terminal));
        return Ok(EventOutcome::NotApplicable);
    }
    // A program from before terms were kept sent that prompt: nobody knows by which of two prices. The terminal is armed
    // anew, which forgets the card.
    if begins && evse.is_some() && terms.is_none() {
        return Ok(EventOutcome::StaleArming);
    }
    // The terminal was set to another currency since: the provider would take the amount in that one.
    let is_other = terms
        .as_ref()
        .is_some_and(|it| it.currency() != served.currency);
    if begins && is_other {
        return Ok(EventOutcome::StaleArming);
    }
    let arming_id = card.read.clone();
    let terminal = card.terminal.clone();
    let session = match purpose {
        Purpose::Stop(session) => session,
        _ => arming_id.clone(),
    };
    let envelope = |event| EventEnvelope {
        dedupe: Some(dedupe),
        arming_id: Some(&arming_id),
        terms: terms.clone(),
        ..EventEnvelope::from(event)
    };
    let event = match evse {
        None if begins && served.start == Start::Tap => Event::EvseOccupied(card.clone()),
        evse => Event::CardPresented(Tap {
            read: card.clone(),
            evse,
            told_price,
        }),
    };
    match apply(gateway, &session, &terminal, envelope(event)).await? {
        EventOutcome::EvseOccupied => {
            let occupied = envelope(Event::EvseOccupied(card));
            apply(gateway, &session, &terminal, occupied).await
        }
        outcome => Ok(outcome),
    }
}

/// What a card is for.
#[derive(Debug, PartialEq, Eq)]
enum Purpose {
    /// To begin a session, or to see the last receipt.
    Begin,
    /// To end this session.
    Stop(String),
    /// To be asked whether one of these sessions is to end.
    Ask(Vec<String>),
}

/// What a card is for that began the sessions which run, the newest first.
fn purpose(terminal: &Terminal, running: &[RunningSession], sent: Option<&SentPrompt>) -> Purpose {
    let chosen = sent.and_then(|sent| sent.chosen.as_ref());
    // Where plugging in says which EVSE it is, the vehicle may be another driver's.
    let is_for_another = terminal.start == Start::Screen
        && matches!(chosen, Some(Chosen::Evse(_) | Chosen::Hold(..)))
        && sent
            .is_some_and(|sent| matches!(&sent.prompt, Prompt::Card(card) if card.evse.is_some()));
    let Some(newest) = running.first().filter(|_| !is_for_another) else {
        return Purpose::Begin;
    };
    let goes_on = || running.iter().filter(|session| !session.is_stopping);
    let stops_only = !terminal.confirm_stop || chosen == Some(&Chosen::StopByCard);
    // The screen asks about what this terminal serves.
    let asked = goes_on().filter(|session| terminal.evse(&session.evse).is_some());
    let asked: Vec<_> = asked.map(|session| session.id.clone()).collect();
    match goes_on().next() {
        // All of them end already, so that there is nothing to ask.
        None => Purpose::Stop(newest.id.clone()),
        Some(session)
            if (stops_only && goes_on().count() == 1)
                || asked.is_empty()
                || !terminal.model.traits().has_screen =>
        {
            Purpose::Stop(session.id.clone())
        }
        Some(_) => Purpose::Ask(asked),
    }
}

/// Have the terminal ask whether one of these sessions is to end, once for each card.
async fn ask(
    gateway: &Gateway<impl Platform>,
    card: &CardRead,
    sessions: Vec<String>,
) -> Result<EventOutcome, EngineError> {
    let platform = &gateway.platform;
    let question = Chosen::ConfirmStop { sessions };
    let now = platform.now();
    let outcome = store::prompts::put_question(platform, &card.read, &question, now).await?;
    if outcome == EventOutcome::Stored {
        let terminal = &card.terminal;
        tracing::info!(target: "chargetap::session", terminal, "the terminal asks whether to stop");
        platform.notify(Work::Terminal(terminal));
    }
    Ok(outcome)
}

/// Whether the card paid at this terminal some minutes ago and is shown to see the receipt's code again, which
/// begins no session. When it is shown once more, it begins one.
async fn recalls_receipt(
    gateway: &Gateway<impl Platform>,
    card: &CardRead,
    sent: Option<&SentPrompt>,
) -> Result<bool, EngineError> {
    let platform = &gateway.platform;
    let (terminal, reference) = (&card.terminal, &card.card.reference);
    // Who chose where or how much just now, or plugged in, wants to charge.
    let plugs_in_first = gateway.terminal(terminal)?.start == Start::PlugIn;
    let wants_to_charge = sent.is_some_and(|sent| {
        let offers = matches!(&sent.prompt, Prompt::Card(card) if card.evse.is_some());
        let has_chosen = matches!(sent.chosen, Some(Chosen::Evse(_) | Chosen::Hold(..)));
        has_chosen || (plugs_in_first && offers)
    });
    if wants_to_charge {
        return Ok(false);
    }
    let now = platform.now();
    let paid = now.saturating_sub(RECALLABLE)..=now;
    let notice = store::notices::recall(platform, terminal, reference, &card.read, paid).await?;
    let Some(notice) = notice else {
        return Ok(false);
    };
    display::put(gateway, terminal, &notice).await?;
    tracing::info!(target: "chargetap::session", terminal, "the receipt is shown again");
    platform.notify(Work::Terminal(terminal));
    Ok(true)
}

/// What a terminal offered.
#[derive(Default)]
struct Offer {
    /// Where to charge, if the terminal still serves it.
    evse: Option<Evse>,
    /// The price as the terminal showed it.
    told_price: Option<String>,
    terms: Option<Terms>,
}

/// What the terminal offered with this arming.
fn offer(terminal: &Terminal, sent: Option<SentPrompt>) -> Offer {
    match sent.map(|sent| sent.prompt) {
        Some(Prompt::Card(prompt)) => Offer {
            evse: prompt.evse.filter(|evse| terminal.evse(evse).is_some()),
            told_price: Some(prompt.text),
            terms: prompt.terms.map(|terms| *terms),
        },
        _ => Offer::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Model};
    use crate::terminals::prompt::CardPrompt;

    /// With a screen on which the EVSE is chosen, if it has one.
    fn terminal(model: Model, confirm_stop: bool) -> Terminal {
        let example = include_str!("../../../gateway/examples/chargetap.toml");
        let config = Config::parse(example).unwrap();
        let mut terminal = config.terminals.into_values().next().unwrap();
        (terminal.model, terminal.confirm_stop) = (model, confirm_stop);
        terminal.start = Start::Screen;
        terminal
    }

    /// Sessions by their ids. Those with a point end already, and those with a star are elsewhere.
    fn running(ids: &[&str]) -> Vec<RunningSession> {
        let session = |id: &&str| RunningSession {
            id: (*id).to_owned(),
            is_stopping: id.ends_with('.'),
            evse: Evse {
                station: if id.ends_with('*') { "CT-9" } else { "CT-1" }.into(),
                connector: 1,
            },
        };
        ids.iter().map(session).collect()
    }

    fn sent(evse: Option<Evse>, chosen: Option<Chosen>) -> SentPrompt {
        SentPrompt {
            arming_id: "A".into(),
            prompt: Prompt::Card(CardPrompt {
                evse,
                hold: 5_000,
                text: String::new(),
                terms: None,
            }),
            chosen,
            sent_at: 0,
            renew_at: 0,
            expires_at: 0,
            confirmed: true,
            masked_until: 0,
            answer: None,
            used: false,
            question: None,
        }
    }

    fn stop(session: &str) -> Purpose {
        Purpose::Stop(session.to_owned())
    }

    fn ask(sessions: &[&str]) -> Purpose {
        Purpose::Ask(sessions.iter().map(|&session| session.into()).collect())
    }

    #[test]
    fn a_card_stops_its_session_or_asks_first_where_the_operator_wants_it() {
        let (stops, asks) = (
            terminal(Model::Apollo, false),
            terminal(Model::Apollo, true),
        );
        let in_use = sent(None, None);
        for (ids, stopped, asked) in [
            (&[] as &[&str], Purpose::Begin, Purpose::Begin),
            (&["S"], stop("S"), ask(&["S"])),
            // It ends already: there is nothing to ask.
            (&["S."], stop("S."), stop("S.")),
            (&["T.", "S"], stop("S"), ask(&["S"])),
            (&["T", "S"], ask(&["T", "S"]), ask(&["T", "S"])),
            // The screen cannot ask about what this terminal does not serve any more.
            (&["S*"], stop("S*"), stop("S*")),
            (&["T*", "S"], ask(&["S"]), ask(&["S"])),
        ] {
            let running = running(ids);
            assert_eq!(purpose(&stops, &running, Some(&in_use)), stopped, "{ids:?}");
            assert_eq!(purpose(&stops, &running, None), stopped, "{ids:?}");
            assert_eq!(purpose(&asks, &running, Some(&in_use)), asked, "{ids:?}");
        }
    }

    #[test]
    fn who_said_on_the_screen_what_the_card_is_for_is_not_asked() {
        let terminal = terminal(Model::Apollo, true);
        let evse = Evse {
            station: "CT-1".into(),
            connector: 2,
        };
        let place = || Some(Chosen::Evse(evse.clone()));
        let hold = || Some(Chosen::Hold(evse.clone(), 5_000));
        let here = || Some(evse.clone());
        for (prompt, expected) in [
            (sent(here(), place()), Purpose::Begin),
            (sent(here(), hold()), Purpose::Begin),
            (sent(None, Some(Chosen::StopByCard)), stop("S")),
            // Nothing was chosen, or the chosen EVSE is in use by now and no longer offered.
            (sent(here(), None), ask(&["S"])),
            (sent(None, place()), ask(&["S"])),
        ] {
            let found = purpose(&terminal, &running(&["S"]), Some(&prompt));
            assert_eq!(found, expected, "{:?}, {:?}", prompt.prompt, prompt.chosen);
        }
        // A vehicle that was plugged in may be another driver's, whoever chose an amount.
        let plug_in = Terminal {
            start: Start::PlugIn,
            ..terminal
        };
        let found = purpose(&plug_in, &running(&["S"]), Some(&sent(here(), hold())));
        assert_eq!(found, ask(&["S"]));
    }

    #[test]
    fn a_terminal_that_cannot_ask_stops_the_newest_session() {
        let terminal = terminal(Model::P66, false);
        assert_eq!(purpose(&terminal, &running(&["T", "S"]), None), stop("T"));
    }
}
