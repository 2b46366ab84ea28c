//! The payment provider: terminals, holds, and callbacks to the gateway.
//!
//! It hands out the same payment ids at every terminal, because nothing says that they are unique
//! among all.

use std::collections::BTreeMap;
use std::sync::Arc;

use chargetap_engine::http::{Answer, Incoming, Method};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::gateway::serial;
use crate::oracle::card_has_no_say;
use crate::weather::Fault;
use crate::world::{State, World, pass};

/// How often a callback is tried, and how long between tries, in milliseconds.
const TRIES: u32 = 6;
const AGAIN: u64 = 10_000;

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
}

#[derive(Debug)]
struct Terminal {
    reader: Reader,
    offline_until: u64,
    payments: u64,
}

#[derive(Debug)]
pub(crate) struct Provider(BTreeMap<String, Terminal>);

/// A call of the provider's API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Terminal(String),
    Start(String, String, u64),
    Stop(String),
    Authorise(String),
    Sessions(String),
    Capture(String, String, u64),
    Void(String, String),
    Other,
}

impl Provider {
    pub(crate) fn new(terminals: u32) -> Self {
        let idle = |terminal| {
            let idle = Terminal {
                reader: Reader::Idle,
                offline_until: 0,
                payments: 0,
            };
            (serial(terminal), idle)
        };
        Self((0..terminals).map(idle).collect())
    }
}

/// What a request asks for.
pub(crate) fn parse(method: Method, url: &str) -> Call {
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
    let call = match (method, path.as_slice()) {
        (Method::Get, [terminal]) => Some(Call::Terminal((*terminal).into())),
        (Method::Get, [terminal, "sessions"]) => Some(Call::Sessions((*terminal).into())),
        (Method::Post, [terminal, "start"]) => query
            .get("callbackUrl")
            .zip(amount("authorizedAmount"))
            .map(|(url, amount)| Call::Start((*terminal).into(), url.clone(), amount)),
        (Method::Post, [terminal, "stop"]) => Some(Call::Stop((*terminal).into())),
        (Method::Post, [terminal, "authorize"]) => Some(Call::Authorise((*terminal).into())),
        (Method::Post, [terminal, "sessions", payment, "commit"]) => amount("commitAmount")
            .map(|amount| Call::Capture((*terminal).into(), (*payment).into(), amount)),
        (Method::Post, [terminal, "sessions", payment, "cancel"]) => {
            Some(Call::Void((*terminal).into(), (*payment).into()))
        }
        _ => None,
    };
    call.unwrap_or(Call::Other)
}

/// Carry out a call that has arrived.
pub(crate) fn handle(world: &Arc<World>, call: Call) -> Answer {
    let mut state = world.state();
    state.note(format_args!("payter gets {call:?}"));
    if state.fault_often(Fault::TooMany) {
        return status(429);
    }
    // It may fail before or after it acted.
    let fails = state.fault_often(Fault::ServerError);
    if fails && state.chance.happens(500_000) {
        return status(500);
    }
    let answer = act(world, &mut state, call);
    if fails { status(500) } else { answer }
}

fn act(world: &Arc<World>, state: &mut State, call: Call) -> Answer {
    let now = state.now();
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
        Call::Start(serial, url, amount) => match online(state, &serial, now) {
            Some(terminal) => {
                terminal.reader = Reader::Reading(Armed { url, amount });
                status(200)
            }
            None => status(409),
        },
        Call::Stop(serial) => match state.provider.0.get_mut(&serial) {
            Some(terminal) => {
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

fn authorise(world: &Arc<World>, state: &mut State, serial: &str) -> Answer {
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
    call_back(world, armed.url, hint, None);
    answer(&json!({"sessionId": payment, "authorizedAmount": armed.amount}))
}

fn online<'a>(state: &'a mut State, serial: &str, now: u64) -> Option<&'a mut Terminal> {
    let terminal = state.provider.0.get_mut(serial)?;
    (terminal.offline_until <= now).then_some(terminal)
}

/// Show a card. Whether the terminal was reading.
pub(crate) fn tap(world: &Arc<World>, terminal: u32, card: &str) -> bool {
    let mut state = world.state();
    let (now, serial) = (state.now(), serial(terminal));
    if state.fault_often(Fault::TerminalOffline) {
        let until = now + state.chance.pick(10_000..3_600_000);
        if let Some(terminal) = state.provider.0.get_mut(&serial) {
            terminal.offline_until = until;
        }
    }
    let Some(terminal) = online(&mut state, &serial, now) else {
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
    call_back(world, armed.url, body, Some(card.to_owned()));
    true
}

/// Deliver a callback until it is taken, or for as long as the provider tries. `card` is the card
/// that it reports.
fn call_back(world: &Arc<World>, url: String, body: Value, card: Option<String>) {
    let deliver = |world: Arc<World>, url: String, body: Value, card: Option<String>| async move {
        for _ in 0..TRIES {
            let fate = world.state().fate();
            pass(fate.out).await;
            if !fate.not_sent && !fate.request_lost {
                let status = post(&world, &url, &body, card.as_deref()).await;
                if !fate.answer_lost && status.is_some_and(|status| status < 500) {
                    return;
                }
            }
            pass(AGAIN).await;
        }
    };
    // Called with the state locked, so what is drawn is drawn in the task.
    let (world, again) = (world.clone(), world.clone());
    let copy = (url.clone(), body.clone(), card.clone());
    tokio::spawn(async move {
        let twice = world.state().fault_often(Fault::Duplicated);
        if twice {
            let (url, body, card) = copy;
            tokio::spawn(deliver(again, url, body, card));
        }
        deliver(world, url, body, card).await;
    });
}

/// One delivery. Nothing comes back if there is no gateway.
async fn post(world: &Arc<World>, url: &str, body: &Value, card: Option<&str>) -> Option<u16> {
    let path = url.strip_prefix("http://gateway").unwrap_or(url);
    let incoming = Incoming {
        method: Some(Method::Post),
        path: path.to_owned(),
        accept: None,
        accept_language: None,
        body: body.to_string().into_bytes(),
    };
    let read = path.split('~').nth(1).unwrap_or_default();
    let had_no_say = card.is_some() && card_has_no_say(&world.state().disk, read);
    let outcome = world
        .process
        .ask(|gateway| async move { gateway.handle(incoming).await })
        .await?;
    if let Some(card) = card
        && outcome.status == 200
    {
        let mut state = world.state();
        let State { oracle, disk, .. } = &mut *state;
        oracle.card_acknowledged(disk, read, card, had_no_say);
    }
    Some(outcome.status)
}

fn answer(body: &Value) -> Answer {
    Answer {
        status: 200,
        body: body.to_string().into_bytes(),
    }
}

fn status(status: u16) -> Answer {
    Answer {
        status,
        body: Vec::new(),
    }
}
