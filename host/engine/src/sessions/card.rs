//! A card was shown: it stops the session that it began, asks for the receipt of the last one, or begins one.

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
use crate::terminals::display;
use crate::terminals::prompt::{Prompt, SentPrompt};

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
    let begins = running.is_none();
    // Between being disarmed and resting, a terminal may still report a card.
    let activation = records::check_activation(gateway, &card.terminal).await?;
    if activation == ActivationCheck::Refused || (begins && activation != ActivationCheck::Allowed)
    {
        platform.notify(Work::Terminal(&card.terminal));
        return Ok(EventOutcome::NotApplicable);
    }
    let sent = store::prompts::load(platform, &card.terminal, &card.read).await?;
    if begins {
        if recalls_receipt(gateway, &card, sent.as_ref()).await? {
            return Ok(EventOutcome::Stored);
        }
        // Money must not be taken where its receipt could not be issued.
        issuers::at_terminal(gateway, &card.terminal).await?;
    }
    let arming_id = card.read.clone();
    let terminal = card.terminal.clone();
    let session = running.unwrap_or_else(|| arming_id.clone());
    let envelope = |event| EventEnvelope {
        dedupe: Some(dedupe),
        arming_id: Some(&arming_id),
        ended_command: None,
        event,
    };
    let served = gateway.terminal(&terminal)?;
    let (evse, told_price) = offered(served, sent);
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

/// Whether the card paid at this terminal some minutes ago and is shown to see the receipt's code again, which
/// begins no session. When it is shown once more, it begins one.
async fn recalls_receipt(
    gateway: &Gateway<impl Platform>,
    card: &CardRead,
    sent: Option<&SentPrompt>,
) -> Result<bool, EngineError> {
    let platform = &gateway.platform;
    let (terminal, reference) = (&card.terminal, &card.card.reference);
    // Who chose something just now, or plugged in, wants to charge.
    let plugs_in_first = gateway.terminal(terminal)?.start == Start::PlugIn;
    let wants_to_charge = sent.is_some_and(|sent| {
        let offers = matches!(&sent.prompt, Prompt::Card(card) if card.evse.is_some());
        sent.chosen.is_some() || (plugs_in_first && offers)
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

/// The EVSE that the terminal offered with this arming, if it still serves it, and the price as it showed it.
fn offered(terminal: &Terminal, sent: Option<SentPrompt>) -> (Option<Evse>, Option<String>) {
    match sent.map(|sent| sent.prompt) {
        Some(Prompt::Card(prompt)) => {
            let evse = prompt.evse.filter(|evse| terminal.evse(evse).is_some());
            (evse, Some(prompt.text))
        }
        _ => (None, None),
    }
}
