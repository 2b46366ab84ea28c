//! The payment provider: terminals, holds, and callbacks to the gateway.
//!
//! It uses the same payment ids at every terminal, because they are not documented to be unique
//! among all.

use std::collections::BTreeMap;
use std::sync::Arc;

use chargetap_engine::http::{Method, ProviderRequest, ProviderResponse, Request};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::faults::Fault;
use crate::oracle::records::card_is_ignored;
use crate::site::{self, CONNECTORS, connector_in};
use crate::world::{State, World, pass};

/// How often a callback is tried, and how long between tries, in milliseconds.
const TRIES: u32 = 6;
const AGAIN: u64 = 10_000;
const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

#[derive(Clone, Debug)]
enum Reader {
    Idle,
    Reading(Armed),
    Card(Armed, String),
}

#[derive(Clone, Debug)]
struct Armed {
    url: String,
    amount: u64,
    text: String,
}

/// Something to choose on the screen.
#[derive(Clone, Debug)]
struct Screen {
    id: String,
    url: String,
    title: String,
    /// Ids and labels.
    items: Vec<(String, String)>,
}

/// What a terminal prompts its driver for.
pub(crate) enum Prompt {
    Nothing,
    /// It asks for a card, with this text.
    Card(String),
    /// It offers a choice with this title and these labels.
    Choice(String, Vec<String>),
}

#[derive(Debug)]
struct Terminal {
    reader: Reader,
    screen: Option<Screen>,
    offline_until: u64,
    /// It is not in the account until then.
    gone_until: u64,
    payments: u64,
}

#[derive(Debug)]
pub(crate) struct Provider(BTreeMap<String, Terminal>);

/// A call of the provider's API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Terminal(String),
    /// The terminal, the callback URL, the amount and the text.
    Start(String, String, u64, String),
    Stop(String),
    /// The terminal, the callback URL and the screen.
    Screen(String, String, String),
    Authorise(String),
    Sessions(String),
    Capture(String, String, u64),
    Void(String, String),
    Other,
}

impl Call {
    /// The terminal that it concerns.
    fn terminal(&self) -> Option<&str> {
        match self {
            Self::Terminal(serial)
            | Self::Start(serial, ..)
            | Self::Stop(serial)
            | Self::Screen(serial, ..)
            | Self::Authorise(serial)
            | Self::Sessions(serial)
            | Self::Capture(serial, ..)
            | Self::Void(serial, _) => Some(serial),
            Self::Other => None,
        }
    }
}

impl Provider {
    pub(crate) fn new(serials: impl Iterator<Item = String>) -> Self {
        let idle = |serial| {
            let idle = Terminal {
                reader: Reader::Idle,
                screen: None,
                offline_until: 0,
                gone_until: 0,
                payments: 0,
            };
            (serial, idle)
        };
        Self(serials.map(idle).collect())
    }
}

/// What a request asks for.
pub(crate) fn parse(request: &ProviderRequest) -> Call {
    let ProviderRequest {
        method, url, body, ..
    } = request;
    let rest = url.strip_prefix("http://payter/terminals/").unwrap_or("");
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let path: Vec<String> = path.split('/').map(decode).collect();
    let query: BTreeMap<&str, String> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name, decode(value)))
        .collect();
    let amount = |name| query.get(name).and_then(|text| text.parse().ok());
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let is_get = *method == Method::GET;
    let call = match (is_get, path.as_slice()) {
        (true, [terminal]) => Some(Call::Terminal((*terminal).into())),
        (true, [terminal, "sessions"]) => Some(Call::Sessions((*terminal).into())),
        (false, [terminal, "start"]) => query
            .get("callbackUrl")
            .zip(amount("authorizedAmount"))
            .map(|(url, amount)| {
                let text = query.get("uiMessage").cloned().unwrap_or_default();
                Call::Start((*terminal).into(), url.clone(), amount, text)
            }),
        (false, [terminal, "ui"]) => query
            .get("callbackUrl")
            .zip(body.as_ref())
            .map(|(url, body)| Call::Screen((*terminal).into(), url.clone(), body.clone())),
        (false, [terminal, "stop"]) => Some(Call::Stop((*terminal).into())),
        (false, [terminal, "authorize"]) => Some(Call::Authorise((*terminal).into())),
        (false, [terminal, "sessions", payment, "commit"]) => amount("commitAmount")
            .map(|amount| Call::Capture((*terminal).into(), (*payment).into(), amount)),
        (false, [terminal, "sessions", payment, "cancel"]) => {
            Some(Call::Void((*terminal).into(), (*payment).into()))
        }
        _ => None,
    };
    call.unwrap_or(Call::Other)
}

/// Carry out a call that has arrived.
pub(crate) fn handle(world: &Arc<World>, call: Call) -> ProviderResponse {
    let mut state = world.state();
    state.note(format_args!("payter gets {call:?}"));
    if state.fault_often(Fault::TooMany) {
        return status(429);
    }
    // It may fail before or after it acted.
    let fails = state.fault_often(Fault::ServerError);
    if fails && state.rng.happens(500_000) {
        return status(500);
    }
    let answer = act(world, &mut state, call);
    if fails { status(500) } else { answer }
}

fn act(world: &Arc<World>, state: &mut State, call: Call) -> ProviderResponse {
    let now = state.now();
    if let Some(serial) = call.terminal()
        && state.is_gone(serial)
    {
        return status(404);
    }
    match call {
        Call::Terminal(serial) => match state.provider.0.get(&serial) {
            Some(terminal) => answer(&json!({
                "serialNumber": serial,
                "online": terminal.offline_until <= now,
                "state": match terminal.reader {
                    Reader::Idle => "IDLE",
                    Reader::Reading(_) => "READING",
                    Reader::Card(..) => "CARD",
                },
            })),
            None => status(404),
        },
        Call::Start(serial, url, amount, text) => match online(state, &serial, now) {
            Some(terminal) => {
                terminal.screen = None;
                terminal.reader = Reader::Reading(Armed { url, amount, text });
                status(200)
            }
            None => status(409),
        },
        Call::Screen(serial, url, body) => match online(state, &serial, now) {
            Some(terminal) => {
                terminal.screen = screen(url, &body);
                status(200)
            }
            None => status(409),
        },
        Call::Stop(serial) => match state.provider.0.get_mut(&serial) {
            Some(terminal) => {
                terminal.screen = None;
                terminal.reader = Reader::Idle;
                status(204)
            }
            None => status(404),
        },
        Call::Authorise(serial) => authorise(world, state, &serial),
        Call::Sessions(serial) => {
            let open = state.oracle.open_holds(&serial);
            let open = open
                .map(|(payment, amount)| json!({"sessionId": payment, "authorizedAmount": amount}));
            answer(&Value::Array(open.collect()))
        }
        Call::Capture(serial, payment, amount) => {
            status(state.oracle.capture(&serial, &payment, amount))
        }
        Call::Void(serial, payment) => status(state.oracle.void(&serial, &payment)),
        Call::Other => status(404),
    }
}

fn authorise(world: &Arc<World>, state: &mut State, serial: &str) -> ProviderResponse {
    let now = state.now();
    let declined = state.fault_often(Fault::Declined);
    let Some(terminal) = online(state, serial, now) else {
        return status(409);
    };
    let Reader::Card(armed, card) = terminal.reader.clone() else {
        return status(409);
    };
    terminal.reader = Reader::Idle;
    if declined {
        return status(402);
    }
    terminal.payments += 1;
    let payment = terminal.payments.to_string();
    state.oracle.hold(serial, &payment, armed.amount, &card);
    let hint = json!({"session": {"serialNumber": serial, "sessionId": payment}});
    call_back(world, armed.url, hint, Content::Nothing);
    close_elsewhere(world, state, serial, &payment);
    answer(&json!({"sessionId": payment, "authorizedAmount": armed.amount}))
}

/// Sometimes somebody closes a hold in the provider's portal: at once, or while it is being captured.
fn close_elsewhere(world: &Arc<World>, state: &mut State, serial: &str, payment: &str) {
    if !state.fault_often(Fault::ClosedElsewhere) {
        return;
    }
    let after = state.rng.pick(MINUTE..3 * DAY);
    let after = if state.rng.happens(700_000) {
        after % (2 * HOUR)
    } else {
        after
    };
    let (world, serial, payment) = (world.clone(), serial.to_owned(), payment.to_owned());
    tokio::spawn(async move {
        pass(after).await;
        let mut state = world.state();
        state.note(format_args!("somebody releases {payment} at {serial}"));
        state.oracle.release_elsewhere(&serial, &payment);
    });
}

impl State {
    /// Whether a terminal is not in the account at this moment.
    fn is_gone(&mut self, serial: &str) -> bool {
        let now = self.now();
        if self.fault_rare(Fault::TerminalVanishes) {
            let until = now + self.rng.pick(MINUTE..2 * DAY);
            if let Some(terminal) = self.provider.0.get_mut(serial) {
                terminal.gone_until = until;
            }
        }
        let terminal = self.provider.0.get(serial);
        terminal.is_some_and(|terminal| now < terminal.gone_until)
    }
}

fn online<'a>(state: &'a mut State, serial: &str, now: u64) -> Option<&'a mut Terminal> {
    let terminal = state.provider.0.get_mut(serial)?;
    (terminal.offline_until <= now).then_some(terminal)
}

fn screen(url: String, body: &str) -> Option<Screen> {
    let body: Value = serde_json::from_str(body).ok()?;
    let properties = body.get("properties")?.as_object()?;
    let items = properties.iter();
    let items = items.filter_map(|(key, label)| {
        let id = key.strip_prefix("items.")?.strip_suffix(".label")?;
        Some((id.to_owned(), label.as_str()?.to_owned()))
    });
    Some(Screen {
        id: body.get("id")?.as_str()?.to_owned(),
        url,
        title: properties.get("title")?.as_str()?.to_owned(),
        items: items.collect(),
    })
}

/// What a terminal shows now.
pub(crate) fn prompt(world: &Arc<World>, serial: &str) -> Prompt {
    let mut state = world.state();
    let now = state.now();
    let Some(terminal) = online(&mut state, serial, now) else {
        return Prompt::Nothing;
    };
    match (&terminal.reader, &terminal.screen) {
        (Reader::Reading(armed), _) => Prompt::Card(armed.text.clone()),
        (Reader::Idle, Some(screen)) => {
            let labels = screen.items.iter().map(|(_, label)| label.clone());
            Prompt::Choice(screen.title.clone(), labels.collect())
        }
        _ => Prompt::Nothing,
    }
}

/// A terminal may go off the network just when it is used.
fn use_terminal<'a>(state: &'a mut State, serial: &str) -> Option<&'a mut Terminal> {
    let now = state.now();
    if state.fault_often(Fault::TerminalOffline) {
        let until = now + state.rng.pick(10_000..3_600_000);
        if let Some(terminal) = state.provider.0.get_mut(serial) {
            terminal.offline_until = until;
            // It comes back as after a reboot.
            terminal.screen = None;
        }
    }
    online(state, serial, now)
}

/// Touch an item on the screen. `stops` is the session that this is to stop.
pub(crate) fn touch(world: &Arc<World>, serial: &str, label: &str, stops: Option<String>) {
    let mut state = world.state();
    let Some(terminal) = use_terminal(&mut state, serial) else {
        return;
    };
    let Some(screen) = terminal.screen.clone() else {
        return;
    };
    let Some((id, _)) = screen.items.iter().find(|(_, it)| it == label) else {
        return;
    };
    state.note(format_args!("{label} is touched at {serial}"));
    let body = json!({"serialNumber": serial, "screenId": screen.id, "response": id});
    let content = stops.map_or(Content::Nothing, Content::Stop);
    call_back(world, screen.url, body, content);
}

/// Show a card. Returns whether the terminal was armed.
pub(crate) fn tap(world: &Arc<World>, serial: &str, card: &str) -> bool {
    let mut state = world.state();
    let Some(terminal) = use_terminal(&mut state, serial) else {
        return false;
    };
    let Reader::Reading(armed) = terminal.reader.clone() else {
        return false;
    };
    terminal.reader = Reader::Card(armed.clone(), card.to_owned());
    state.note(format_args!("{card} is shown to {serial}"));
    let body = json!({
        "serialNumber": serial, "ifd": "contactless", "cardId": card,
        "aid": "A0000000031010", "maskedPan": "************4242",
    });
    let tapped = Tapped {
        card: card.to_owned(),
        connector: connector_in(&armed.text),
        amount: armed.amount,
        text: armed.text,
    };
    call_back(world, armed.url, body, Content::Card(tapped));
    true
}

/// A card, and what its driver saw when showing it.
#[derive(Clone, Debug)]
pub(crate) struct Tapped {
    pub(crate) card: String,
    /// Where charging was offered, if the text named it.
    pub(crate) connector: Option<u32>,
    /// The amount to hold.
    pub(crate) amount: u64,
    /// What the terminal showed.
    pub(crate) text: String,
}

/// The content of a callback that must not be lost once acknowledged.
#[derive(Clone, Debug)]
enum Content {
    Nothing,
    Card(Tapped),
    /// A driver wants this session to stop.
    Stop(String),
}

/// Deliver a callback until it is taken, or for as long as the provider tries.
fn call_back(world: &Arc<World>, url: String, body: Value, content: Content) {
    let deliver = |world: Arc<World>, url: String, body: Value, content: Content| async move {
        for _ in 0..TRIES {
            let fate = world.state().fate();
            pass(fate.out).await;
            if !fate.not_sent && !fate.request_lost {
                let status = post(&world, &url, &body, &content).await;
                if !fate.answer_lost && status.is_some_and(|status| status < 500) {
                    return;
                }
            }
            pass(AGAIN).await;
        }
    };
    // The caller has the state locked, so random numbers are drawn in the task.
    let (world, again) = (world.clone(), world.clone());
    let copy = (url.clone(), body.clone(), content.clone());
    tokio::spawn(async move {
        let twice = world.state().fault_often(Fault::Duplicated);
        if twice {
            let (url, body, content) = copy;
            tokio::spawn(deliver(again, url, body, content));
        }
        deliver(world, url, body, content).await;
    });
}

/// One delivery. Returns nothing if the gateway is not running.
async fn post(world: &Arc<World>, url: &str, body: &Value, content: &Content) -> Option<u16> {
    let path = url.strip_prefix("http://gateway").unwrap_or(url);
    let request = Request {
        method: Method::POST,
        path: path.to_owned(),
        ..Request::default()
    };
    let body = body.to_string().into_bytes();
    let arming_id = path.split('~').nth(1).unwrap_or_default();
    let was_ignored = match content {
        Content::Card(tapped) => {
            let mut state = world.state();
            card_is_ignored(&state.disk, arming_id) || is_station_away(&mut state, tapped)
        }
        _ => false,
    };
    let outcome = world
        .process
        .call(|gateway| async move { gateway.handle(request, body).await })
        .await?;
    if outcome.status == 200 {
        let mut state = world.state();
        let now = state.now();
        match content {
            Content::Card(tapped) => {
                let was_ignored = was_ignored || is_station_away(&mut state, tapped);
                let State { oracle, disk, .. } = &mut *state;
                oracle.card_acknowledged(disk, arming_id, tapped, was_ignored, now);
            }
            Content::Stop(session) => {
                let State { oracle, disk, .. } = &mut *state;
                oracle.stop_chosen_acknowledged(disk, session);
            }
            Content::Nothing => {}
        }
    }
    Some(outcome.status)
}

/// Cards begin no session while their station is away. Where the text named no connector, any may be meant.
fn is_station_away(state: &mut State, tapped: &Tapped) -> bool {
    let mut connectors = tapped.connector.map_or(1..=CONNECTORS, |it| it..=it);
    connectors.any(|it| state.connected_for(&site::station(it)).is_none())
}

fn answer(body: &Value) -> ProviderResponse {
    ProviderResponse {
        status: 200,
        body: body.to_string().into_bytes(),
    }
}

fn status(status: u16) -> ProviderResponse {
    ProviderResponse {
        status,
        body: Vec::new(),
    }
}
