//! The provider's state: its terminals and the sessions on them. No input or output.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;
use serde_json::{Map, Value, json};
use thiserror::Error;

use super::faults::CallFaults;
use super::ledger::{Ledger, LedgerError, OpenHold};
use super::screen::{Description, Screen};

/// What the reader was armed with.
#[derive(Debug, Clone)]
struct Armed {
    amount: u64,
    callback_url: String,
}

/// What the terminal does with cards.
#[derive(Debug)]
enum Reader {
    Idle,
    Reading(Armed),
    Card { armed: Armed, card_id: String },
}

#[derive(Debug)]
struct Terminal {
    online: bool,
    reader: Reader,
    screen: Screen,
    /// The language of its own texts.
    language: Option<String>,
    /// What it showed, the latest last, and how much it showed before that.
    shown: VecDeque<String>,
    forgotten: usize,
}

/// What a terminal shows and showed.
#[derive(Debug, Serialize)]
pub(super) struct ScreenView<'a> {
    #[serde(flatten)]
    screen: &'a Screen,
    language: Option<&'a str>,
    /// Every text since the beginning, or the last hundred.
    shown: &'a VecDeque<String>,
    /// How many texts there were before these.
    forgotten: usize,
}

/// How many texts a terminal remembers.
const REMEMBERED: usize = 100;

/// What an integrator arms a reader with.
#[derive(Debug)]
pub(super) struct Arming {
    pub(super) amount: u64,
    pub(super) callback_url: String,
    pub(super) text: Option<String>,
    pub(super) language: Option<String>,
}

/// A terminal as the API shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TerminalView {
    serial_number: String,
    online: bool,
    state: &'static str,
}

/// A card shown to a reader.
#[derive(Debug)]
pub(super) struct Tap {
    pub(super) card_id: String,
    pub(super) masked_pan: Option<String>,
    pub(super) aid: Option<String>,
}

/// A delivery that is due.
#[derive(Debug)]
pub(super) struct Callback {
    pub(super) url: String,
    pub(super) body: Value,
}

/// Why a request was not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum Refusal {
    #[error("no terminal has this serial number")]
    UnknownTerminal,
    #[error("the terminal is offline")]
    Offline,
    #[error("the terminal's state does not allow it")]
    WrongState,
    #[error("the amount is zero")]
    NoAmount,
    #[error("there are no such screens")]
    UnknownScreen,
    #[error("the card was declined")]
    Declined,
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// The provider and everything that belongs to it.
#[derive(Debug)]
pub(super) struct Provider {
    terminals: BTreeMap<String, Terminal>,
    /// Where the callbacks of a session go, if anywhere.
    callback_urls: BTreeMap<String, String>,
    /// Makes session ids differ between runs, as a real provider's do.
    run: String,
    pub(super) ledger: Ledger,
    pub(super) faults: CallFaults,
    /// Deliveries that became due and were not yet taken up.
    pub(super) callbacks: Vec<Callback>,
}

impl Provider {
    pub(super) fn new(serials: Vec<String>, currency: String, now: u64) -> Self {
        let idle = || Terminal {
            online: true,
            reader: Reader::Idle,
            screen: Screen::default(),
            language: None,
            shown: VecDeque::new(),
            forgotten: 0,
        };
        Self {
            terminals: serials.into_iter().map(|serial| (serial, idle())).collect(),
            callback_urls: BTreeMap::new(),
            run: format!("{now:x}"),
            ledger: Ledger::new(currency),
            faults: CallFaults::default(),
            callbacks: Vec::new(),
        }
    }

    pub(super) fn views(&self) -> Vec<TerminalView> {
        self.terminals
            .iter()
            .map(|(serial, terminal)| terminal.view(serial))
            .collect()
    }

    pub(super) fn view(&self, serial: &str) -> Result<TerminalView, Refusal> {
        let terminal = self.terminals.get(serial).ok_or(Refusal::UnknownTerminal)?;
        Ok(terminal.view(serial))
    }

    pub(super) fn set_online(&mut self, serial: &str, online: bool) -> Result<(), Refusal> {
        self.terminal(serial)?.online = online;
        Ok(())
    }

    /// Arms the reader, from any state.
    pub(super) fn start(&mut self, serial: &str, arming: Arming) -> Result<(), Refusal> {
        let terminal = self.terminal_online(serial)?;
        if arming.amount == 0 {
            return Err(Refusal::NoAmount);
        }
        terminal.show(Screen::text(arming.text));
        terminal.language = arming.language;
        terminal.reader = Reader::Reading(Armed {
            amount: arming.amount,
            callback_url: arming.callback_url,
        });
        Ok(())
    }

    /// Ends reading, and ignores a card that was read.
    pub(super) fn stop(&mut self, serial: &str, text: Option<String>) -> Result<(), Refusal> {
        let terminal = self.terminal(serial)?;
        terminal.reader = Reader::Idle;
        terminal.show(Screen::text(text));
        Ok(())
    }

    /// Puts something on the terminal's screen.
    pub(super) fn put_up(
        &mut self,
        serial: &str,
        description: Description,
        callback_url: Option<String>,
    ) -> Result<(), Refusal> {
        let screen = Screen::described(description, callback_url);
        let terminal = self.terminal_online(serial)?;
        terminal.show(screen.ok_or(Refusal::UnknownScreen)?);
        Ok(())
    }

    /// Shows a text for a while in front of what is on the terminal's screen, if it is there to do so.
    pub(super) fn flash(&mut self, serial: &str, text: Option<String>) {
        if let (Ok(terminal), Some(text)) = (self.terminal_online(serial), text) {
            terminal.remember(text);
        }
    }

    /// What the terminal shows and showed.
    pub(super) fn screen(&self, serial: &str) -> Result<ScreenView<'_>, Refusal> {
        let terminal = self.terminals.get(serial).ok_or(Refusal::UnknownTerminal)?;
        Ok(ScreenView {
            screen: &terminal.screen,
            language: terminal.language.as_deref(),
            shown: &terminal.shown,
            forgotten: terminal.forgotten,
        })
    }

    /// A driver touches the item with this label.
    pub(super) fn touch(&mut self, serial: &str, label: &str) -> Result<(), Refusal> {
        let touched = self.terminal_online(serial)?.screen.touched(serial, label);
        self.callbacks.push(touched.ok_or(Refusal::WrongState)?);
        Ok(())
    }

    /// A card is shown to the reader.
    pub(super) fn tap(&mut self, serial: &str, tap: Tap) -> Result<(), Refusal> {
        let terminal = self.terminal_online(serial)?;
        let Reader::Reading(armed) = &terminal.reader else {
            return Err(Refusal::WrongState);
        };
        let armed = armed.clone();
        let url = armed.callback_url.clone();
        terminal.reader = Reader::Card {
            armed,
            card_id: tap.card_id.clone(),
        };
        let mut body = Map::from_iter([
            ("serialNumber".to_owned(), serial.into()),
            ("ifd".to_owned(), "contactless".into()),
            ("cardId".to_owned(), tap.card_id.into()),
        ]);
        body.extend(tap.aid.map(|aid| ("aid".to_owned(), aid.into())));
        body.extend(
            tap.masked_pan
                .map(|pan| ("maskedPan".to_owned(), pan.into())),
        );
        let body = body.into();
        self.callbacks.push(Callback { url, body });
        Ok(())
    }

    /// Makes a hold on the card that was read, of the amount for which the reader was armed.
    pub(super) fn authorize(
        &mut self,
        serial: &str,
        declined: bool,
        now: u64,
    ) -> Result<OpenHold, Refusal> {
        let terminal = self.terminal_online(serial)?;
        let Reader::Card { armed, card_id } = &terminal.reader else {
            return Err(Refusal::WrongState);
        };
        let (armed, card_id) = (armed.clone(), card_id.clone());
        terminal.reader = Reader::Idle;
        if declined {
            let body = json!({"session": {"serialNumber": serial}, "error": "DECLINED"});
            self.callbacks.push(Callback {
                url: armed.callback_url,
                body,
            });
            return Err(Refusal::Declined);
        }
        let hold = self.hold(serial, &card_id, armed.amount, now)?;
        self.callback_urls
            .insert(hold.session_id.clone(), armed.callback_url);
        self.report_session(serial, &hold.session_id);
        Ok(hold)
    }

    /// Makes a hold without reporting it, like an authorisation that succeeds after its caller gave
    /// up.
    pub(super) fn hold(
        &mut self,
        serial: &str,
        card_id: &str,
        amount: u64,
        now: u64,
    ) -> Result<OpenHold, Refusal> {
        self.terminal(serial)?;
        let session_id = format!("{}-{:06}", self.run, self.ledger.count() + 1);
        self.ledger.hold(&session_id, serial, card_id, amount, now);
        Ok(OpenHold {
            session_id,
            authorized_amount: amount,
        })
    }

    /// Captures, at an offline terminal too.
    pub(super) fn commit(
        &mut self,
        serial: &str,
        session: &str,
        amount: u64,
        now: u64,
    ) -> Result<(), Refusal> {
        self.ledger.capture(session, serial, amount, now)?;
        self.report_session(serial, session);
        Ok(())
    }

    /// Voids, at an offline terminal too.
    pub(super) fn cancel(&mut self, serial: &str, session: &str, now: u64) -> Result<(), Refusal> {
        self.ledger.void(session, serial, now)?;
        self.report_session(serial, session);
        Ok(())
    }

    pub(super) fn open_holds(&self, serial: &str) -> Result<Vec<OpenHold>, Refusal> {
        self.view(serial)?;
        Ok(self.ledger.open_holds(serial))
    }

    pub(super) fn open_hold(&self, serial: &str, session: &str) -> Result<OpenHold, Refusal> {
        let mut holds = self.open_holds(serial)?.into_iter();
        let hold = holds.find(|hold| hold.session_id == session);
        hold.ok_or(Refusal::Ledger(LedgerError::UnknownSession))
    }

    fn report_session(&mut self, serial: &str, session: &str) {
        if let Some(url) = self.callback_urls.get(session) {
            self.callbacks.push(Callback {
                url: url.clone(),
                body: json!({"session": {"serialNumber": serial, "sessionId": session}}),
            });
        }
    }

    fn terminal(&mut self, serial: &str) -> Result<&mut Terminal, Refusal> {
        self.terminals
            .get_mut(serial)
            .ok_or(Refusal::UnknownTerminal)
    }

    fn terminal_online(&mut self, serial: &str) -> Result<&mut Terminal, Refusal> {
        let terminal = self.terminal(serial)?;
        if terminal.online {
            Ok(terminal)
        } else {
            Err(Refusal::Offline)
        }
    }
}

impl Terminal {
    fn show(&mut self, screen: Screen) {
        self.remember(screen.title().to_owned());
        self.screen = screen;
    }

    /// The same text again is the same picture for a driver.
    fn remember(&mut self, text: String) {
        if self.shown.back() == Some(&text) {
            return;
        }
        self.shown.push_back(text);
        if self.shown.len() > REMEMBERED {
            self.shown.pop_front();
            self.forgotten += 1;
        }
    }

    fn view(&self, serial: &str) -> TerminalView {
        TerminalView {
            serial_number: serial.to_owned(),
            online: self.online,
            state: match self.reader {
                Reader::Idle => "IDLE",
                Reader::Reading(_) => "READING",
                Reader::Card { .. } => "CARD",
            },
        }
    }
}
