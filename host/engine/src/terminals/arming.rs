//! Arm the terminals: send each the prompt that it should show, with an arming id and a callback URL
//! that is minted for that one time.
//!
//! A new prompt is stored first, and then it is checked once more whether a session began; the store refuses a
//! card of an earlier prompt. So one of the two, the prompt or the card, always sees the other.
//!
//! - A prompt is kept with the price that its terminal shows. If that is no longer the price, the terminal is
//!   prompted anew.
//! - What a screen shows cannot be read back. So a choice is put up anew every two minutes, after a message,
//!   after the terminal was away, and when an answer comes that does not fit.
//! - A choice that is reported leads to the next prompt.

use chargetap_contract::Components;
use chargetap_contract::callback::Capability;
use chargetap_fleet::activation_check::ActivationCheck;
use chargetap_fleet::charging::DEFAULT_LANGUAGE;
use futures_util::StreamExt;

use super::cards::card_is_unreported;
use super::display::ScreenState;
use super::locks::Lock;
use super::next_prompt::{self, PromptContext};
use super::prompt::{Caption, Prompt, SentPrompt};
use super::words::in_languages;
use super::{display, orphans};
use crate::config::PAYTER;
use crate::error::EngineError;
use crate::fleet::terminals::Terminals;
use crate::fleet::{monitoring, records, terms};
use crate::gateway::Gateway;
use crate::payter::{PayterError, ReaderState};
use crate::platform::{ComponentFault, FaultCause, Platform, Purpose, Work};
use crate::store::prompts::NewPrompt;
use crate::{id, store};

const MINUTE: u64 = 60_000;
/// For how long a card is asked for in the same way, in milliseconds.
const CARD_LASTS: u64 = 55 * MINUTE;
/// The same for a choice on the screen. What a screen shows cannot be queried, so a choice is put up
/// anew now and then.
const CHOICE_LASTS: u64 = 2 * MINUTE;
/// The same for what follows a choice. After that the next driver may choose.
const FOLLOW_UP_LASTS: u64 = 90_000;
/// How long an answer may come after its prompt was renewed, in milliseconds.
const ANSWER_TAKES: u64 = 5 * MINUTE;
/// How long a title stands before its screen is put up, in milliseconds.
const TITLE_STANDS: u64 = 1_000;
/// No message stays on a screen longer, in milliseconds.
const LONGEST_MESSAGE: u64 = MINUTE;
/// How many terminals are armed at once.
const ARMED_AT_ONCE: usize = 16;
/// The longest id that OCPP 1.6 takes as a token: an arming id becomes the session's, and that is the
/// token under which the station starts.
const ARMING_ID_CHARACTERS: usize = 20;

/// Arm every terminal that does not show the prompt it should; now and then, void the orphan holds of
/// all. Holds may come late, also where the terminal needs no prompt or is offline.
pub(crate) async fn arm_all(gateway: &Gateway<impl Platform>) {
    let sweep = gateway.terminals.sweep.is_due(gateway.platform.now());
    let records = match records::current(gateway).await {
        Ok(records) => records,
        Err(error) => return tracing::warn!(%error, "no terminal can be armed"),
    };
    let now = gateway.platform.now();
    let serials = Terminals::new(&gateway.config, &records).serials(now);
    let armed = serials.into_iter().map(|serial| async move {
        if let Some(lock) = gateway.terminals.locks.try_lock(serial) {
            arm(gateway, serial, lock, sweep).await;
        }
    });
    futures_util::stream::iter(armed)
        .for_each_concurrent(ARMED_AT_ONCE, std::convert::identity)
        .await;
}

/// Arm one terminal, if it does not show the prompt it should.
pub(crate) async fn arm_one(gateway: &Gateway<impl Platform>, serial: &str) {
    if let Some(lock) = gateway.terminals.locks.lock_or_ask_again(serial) {
        arm(gateway, serial, lock, false).await;
    }
}

/// Once, and once more if somebody asked for it meanwhile.
async fn arm(gateway: &Gateway<impl Platform>, serial: &str, mut lock: Lock<'_>, sweep: bool) {
    for sweep in [sweep, false] {
        let error = match try_to_arm(gateway, serial, sweep).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(error) = error {
            tracing::warn!(terminal = serial, error, "the terminal cannot be armed");
        }
        if lock.release_unless_asked_again() {
            return;
        }
    }
}

async fn try_to_arm(
    gateway: &Gateway<impl Platform>,
    serial: &str,
    sweep: bool,
) -> Result<Result<(), PayterError>, EngineError> {
    let platform = &gateway.platform;
    if store::sessions::is_authorising(platform, serial).await? {
        return Ok(Ok(()));
    }
    if sweep && let Err(error) = orphans::void_all(gateway, serial).await? {
        return Ok(Err(error));
    }
    let status = match gateway.payter.terminal_status(platform, serial).await {
        Ok(status) => status,
        Err(error) => return Ok(Err(error)),
    };
    monitoring::record_status(platform, serial, &status).await?;
    let sent = store::prompts::latest(platform, serial).await?;
    if !status.online {
        // It may come back with nothing on its screen.
        if sent.is_some_and(|sent| sent.confirmed) {
            store::prompts::invalidate(platform, serial).await?;
        }
        return Ok(Ok(()));
    }
    let reader = status.reader();
    let now = platform.now();
    // A driver is to be able to read the last message. A clock that was set back ends that.
    let is_masked = |sent: &SentPrompt| {
        (now..=now.saturating_add(LONGEST_MESSAGE)).contains(&sent.masked_until)
    };
    let is_masked = sent.as_ref().is_some_and(is_masked);
    let screen = ScreenState {
        reader: &reader,
        sent: sent.as_ref(),
        is_masked,
    };
    if display::show_waiting(gateway, serial, &screen).await? || is_masked {
        return Ok(Ok(()));
    }
    let next = next_prompt(gateway, serial, sent.as_ref(), now).await?;
    if is_shown(platform, serial, &reader, &next, sent.as_ref()).await? {
        return Ok(Ok(()));
    }
    if let Err(error) = orphans::void_all(gateway, serial).await? {
        return Ok(Err(error));
    }
    send_prompt(gateway, serial, &reader, &next, sent.as_ref()).await
}

/// The prompt that the terminal should show now.
async fn next_prompt(
    gateway: &Gateway<impl Platform>,
    serial: &str,
    sent: Option<&SentPrompt>,
    now: u64,
) -> Result<Prompt, EngineError> {
    let platform = &gateway.platform;
    let fleet = records::current(gateway).await?;
    let Some(served) = terms::served(&gateway.config, &fleet, serial, now)? else {
        return Err(EngineError::UnknownTerminal(serial.to_owned()));
    };
    let (terminal, terms) = (&served.terminal, served.terms());
    let mut statuses = Vec::new();
    for served in &terminal.evses {
        let mut status = store::stations::evse_status(platform, &served.evse).await?;
        let connected_for = platform.station_connected_for(&served.evse.station).await;
        status.is_out_of_order |= connected_for.is_none();
        statuses.push(status);
    }
    let mut activation = records::activation(&fleet, serial, now);
    let chosen = sent.and_then(|sent| sent.chosen(now));
    if activation == ActivationCheck::Allowed && !served.is_fit {
        activation = ActivationCheck::EndOnly;
    }
    if activation != ActivationCheck::Allowed {
        let next = next_prompt::out_of_service(terminal, &statuses, chosen, activation);
        return put_into_words(gateway, serial, next).await;
    }
    let policy = terms.policy_at(now)?;
    let offers = platform.call(Purpose::Money, |components| {
        let holds = terminal.holds.iter();
        let offers = holds.map(|hold| components.offer(&policy, *hold, now));
        offers.collect::<Result<Vec<_>, _>>()
    });
    let offers = offers.await??;
    let context = PromptContext {
        chosen,
        offered: sent.and_then(|sent| sent.offered(now)),
    };
    let mut next = next_prompt::next(terminal, &statuses, &offers, &context, now);
    if let Prompt::Card(card) = &mut next
        && card.evse.is_some()
    {
        card.terms = Some(Box::new(terms));
    }
    put_into_words(gateway, serial, next).await
}

async fn put_into_words(
    gateway: &Gateway<impl Platform>,
    serial: &str,
    prompt: Prompt<Caption>,
) -> Result<Prompt, EngineError> {
    let (platform, languages) = (&gateway.platform, gateway.languages(serial));
    let put = platform.call(Purpose::Words, |components| {
        let words = |message: &_| in_languages(components, &languages, message);
        prompt.try_map(|caption| match caption {
            Caption::Label(label) => Ok(label),
            Caption::Message(message) => words(&message),
            Caption::About(label, message) => Ok(format!("{label}: {}", words(&message)?)),
        })
    });
    Ok(put.await??)
}

/// Whether the terminal shows this prompt already.
async fn is_shown(
    platform: &impl Platform,
    serial: &str,
    reader: &ReaderState,
    next: &Prompt,
    sent: Option<&SentPrompt>,
) -> Result<bool, EngineError> {
    if *reader == ReaderState::Card && !matches!(next, Prompt::Nothing { .. }) {
        return card_is_unreported(platform, serial).await;
    }
    let now = platform.now();
    let reads = *reader == ReaderState::Reading;
    Ok(sent.is_some_and(|sent| {
        sent.prompt == *next
            && sent.confirmed
            && sent.is_open(now)
            && reads == matches!(next, Prompt::Card(_))
    }))
}

/// Store the prompt, then send it.
async fn send_prompt(
    gateway: &Gateway<impl Platform>,
    serial: &str,
    reader: &ReaderState,
    prompt: &Prompt,
    before: Option<&SentPrompt>,
) -> Result<Result<(), PayterError>, EngineError> {
    let platform = &gateway.platform;
    let arming_id = id::from_random(platform.random(), ARMING_ID_CHARACTERS);
    let sent_at = platform.now();
    let chosen = before.and_then(|before| before.chosen(sent_at));
    let lasts = match (prompt, chosen) {
        (_, Some(_)) => FOLLOW_UP_LASTS,
        (Prompt::Card(_), None) => CARD_LASTS,
        (Prompt::Choice { .. } | Prompt::Nothing { .. }, None) => CHOICE_LASTS,
    };
    let renew_at = sent_at.saturating_add(lasts);
    let expires_at = renew_at.saturating_add(ANSWER_TAKES);
    let url = mint_url(gateway, serial, &arming_id, expires_at).await?;
    let new = NewPrompt {
        arming_id: &arming_id,
        terminal: serial,
        prompt,
        chosen,
        sent_at,
        renew_at,
        expires_at,
        knows_question: before.is_some_and(|before| before.question.is_some()),
    };
    if !store::prompts::insert(platform, &new).await? {
        platform.notify(Work::Terminal(serial));
        return Ok(Ok(()));
    }
    // A terminal that is sent a prompt forgets the card that a session has begun with.
    if store::sessions::is_authorising(platform, serial).await? {
        return Ok(Ok(()));
    }
    if let Err(error) = send(gateway, serial, reader, prompt, &arming_id, &url).await {
        return Ok(Err(error));
    }
    store::prompts::confirm(platform, &arming_id).await?;
    tracing::info!(
        target: "chargetap::session",
        event = prompt.name(),
        terminal = serial,
        arming_id,
        shown = prompt.title(),
        "the terminal was armed"
    );
    Ok(Ok(()))
}

/// The URL to which the terminal reports the answer.
async fn mint_url(
    gateway: &Gateway<impl Platform>,
    serial: &str,
    arming_id: &str,
    expires_at: u64,
) -> Result<String, EngineError> {
    let capability = Capability {
        terminal: serial.to_owned(),
        read: arming_id.to_owned(),
        expires_at,
    };
    let platform = &gateway.platform;
    let segment = platform.call(Purpose::Money, |components| {
        components.mint(PAYTER, &capability)
    });
    // The configuration always has Payter's endpoint, with capability URLs, and terminals whose serial numbers
    // have their form.
    let segment = segment.await??.ok_or_else(|| ComponentFault {
        component: "callback-verifier",
        cause: FaultCause::Useless(format!(
            "endpoint {PAYTER} has no capability URL for terminal {serial}"
        )),
    })?;
    let public_url = &gateway.config.public_url;
    Ok(format!("{public_url}/callbacks/{PAYTER}/{segment}"))
}

async fn send(
    gateway: &Gateway<impl Platform>,
    serial: &str,
    reader: &ReaderState,
    prompt: &Prompt,
    arming_id: &str,
    url: &str,
) -> Result<(), PayterError> {
    let (platform, payter) = (&gateway.platform, &gateway.payter);
    match prompt {
        Prompt::Card(card) => {
            let languages = gateway.languages(serial);
            let language = languages.first().map_or(DEFAULT_LANGUAGE, String::as_str);
            payter
                .arm_reader(platform, serial, card.hold, url, &card.text, language)
                .await
        }
        Prompt::Choice { title, options } => {
            // A card that is shown meanwhile would not be for what is being chosen.
            if *reader != ReaderState::Other {
                payter
                    .show_message(platform, serial, title, TITLE_STANDS)
                    .await?;
            }
            payter
                .show_choice(platform, serial, url, arming_id, title, options)
                .await
        }
        Prompt::Nothing { text } => {
            payter
                .show_message(platform, serial, text, CHOICE_LASTS)
                .await
        }
    }
}
