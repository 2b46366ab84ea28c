//! What people may want to know of a station and nothing else needs: its last messages, the settings and tariffs that it
//! did not take, and when its connection ended. It is kept in memory only.
//!
//! Heartbeats are left out: they would push everything else out, and a station that is only connected takes no more
//! memory for them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::extract::ws::Message;
use chargetap_engine::platform::{StationLink, StationMessage};

use super::masking::masked;
use super::socket;

/// How many messages of a station are kept.
const MOST: usize = 50;
/// How much text of them is kept, in bytes.
const MOST_BYTES: usize = 16 * 1024;

/// What is kept of every station.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<HashMap<String, Kept>>);

/// What is kept of a station.
#[derive(Debug, Default)]
struct Kept {
    messages: Messages,
    refused_settings: Vec<(String, String)>,
    refused_tariffs: Vec<(u32, String)>,
    disconnected_at: Option<u64>,
}

impl Recent {
    /// A station connected: it is asked for its settings anew.
    pub(super) fn connected(&self, station: &str) {
        let mut kept = self.lock();
        let kept = kept.entry(station.to_owned()).or_default();
        kept.refused_settings.clear();
        kept.refused_tariffs.clear();
        kept.disconnected_at = None;
    }

    /// A station's connection ended.
    pub(super) fn disconnected(&self, station: &str, now: u64) {
        let mut kept = self.lock();
        let kept = kept.entry(station.to_owned()).or_default();
        kept.disconnected_at = Some(now);
    }

    /// A message was read of a station, or written to it.
    pub(super) fn exchanged(&self, station: &str, message: &Message, is_sent: bool, now: u64) {
        let Some(text) = socket::text(message) else {
            return;
        };
        let text = masked(&text);
        let mut kept = self.lock();
        let kept = kept.entry(station.to_owned()).or_default();
        kept.messages.push(&text, is_sent, now);
    }

    /// A station did not take a setting.
    pub(super) fn refused_setting(&self, station: &str, key: &str, wanted: &str) {
        let mut kept = self.lock();
        let kept = kept.entry(station.to_owned()).or_default();
        kept.refused_settings
            .push((key.to_owned(), wanted.to_owned()));
    }

    /// A station is about to be told the tariff of an EVSE, which it may take this time.
    pub(super) fn tells_tariff(&self, station: &str, evse: u32) {
        let mut kept = self.lock();
        let kept = kept.entry(station.to_owned()).or_default();
        kept.refused_tariffs.retain(|(refused, _)| *refused != evse);
    }

    /// A station did not take the tariff of an EVSE.
    pub(super) fn refused_tariff(&self, station: &str, evse: u32, reason: &str) {
        let mut kept = self.lock();
        let kept = kept.entry(station.to_owned()).or_default();
        kept.refused_tariffs.push((evse, reason.to_owned()));
    }

    /// Everything that is kept of a station.
    pub(super) fn of(&self, station: &str) -> StationLink {
        let kept = self.lock();
        let Some(kept) = kept.get(station) else {
            return StationLink::default();
        };
        StationLink {
            disconnected_at: kept.disconnected_at,
            oddities: Vec::new(),
            refused_settings: kept.refused_settings.clone(),
            refused_tariffs: kept.refused_tariffs.clone(),
            messages: kept.messages.list(),
        }
    }

    /// Every change leaves the map whole, also after a panic elsewhere.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last messages of a station, oldest first.
#[derive(Debug, Default)]
struct Messages {
    kept: VecDeque<Entry>,
    bytes: usize,
    /// The id of a heartbeat, whose answer is left out, too.
    heartbeat: Option<Box<str>>,
}

#[derive(Debug)]
struct Entry {
    at: u64,
    is_sent: bool,
    text: Box<str>,
}

impl Messages {
    fn push(&mut self, text: &str, is_sent: bool, now: u64) {
        if self.is_of_heartbeat(text) {
            return;
        }
        self.bytes = self.bytes.saturating_add(text.len());
        self.kept.push_back(Entry {
            at: now,
            is_sent,
            text: text.into(),
        });
        while self.kept.len() > MOST || self.bytes > MOST_BYTES {
            let Some(oldest) = self.kept.pop_front() else {
                break;
            };
            self.bytes = self.bytes.saturating_sub(oldest.text.len());
        }
    }

    fn is_of_heartbeat(&mut self, text: &str) -> bool {
        match Head::read(text) {
            Head::Call { id, action } if action.eq_ignore_ascii_case("heartbeat") => {
                self.heartbeat = Some(id.into());
                true
            }
            Head::Answer { id } if self.heartbeat.as_deref() == Some(id) => {
                self.heartbeat = None;
                true
            }
            _ => false,
        }
    }

    fn list(&self) -> Vec<StationMessage> {
        let messages = self.kept.iter().enumerate();
        let message = |(place, entry): (usize, &Entry)| StationMessage {
            at: entry.at,
            is_sent: entry.is_sent,
            action: self.action(place, entry).map(ToOwned::to_owned),
            text: entry.text.to_string(),
        };
        messages.map(message).collect()
    }

    /// The action of a call, or of the call that is answered.
    fn action<'a>(&'a self, place: usize, entry: &'a Entry) -> Option<&'a str> {
        let id = match Head::read(&entry.text) {
            Head::Call { action, .. } => return Some(action),
            Head::Answer { id } => id,
            Head::Unknown => return None,
        };
        let mut earlier = self.kept.range(..place).rev();
        earlier.find_map(|call| match Head::read(&call.text) {
            Head::Call { id: of, action } if of == id && call.is_sent != entry.is_sent => {
                Some(action)
            }
            _ => None,
        })
    }
}

/// The begin of a frame, as far as it can be made out.
#[derive(Debug, PartialEq, Eq)]
enum Head<'a> {
    Call { id: &'a str, action: &'a str },
    Answer { id: &'a str },
    Unknown,
}

impl<'a> Head<'a> {
    fn read(text: &'a str) -> Self {
        let elements = || {
            let rest = text.split_once('[')?.1;
            let (kind, rest) = element(rest)?;
            let (id, rest) = element(rest)?;
            Some(match kind {
                "2" => Self::Call {
                    id,
                    action: element(rest)?.0,
                },
                "3" | "4" => Self::Answer { id },
                _ => Self::Unknown,
            })
        };
        elements().unwrap_or(Self::Unknown)
    }
}

/// The next element of a frame without its quotes, and what comes after its comma.
fn element(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let (element, rest) = match text.strip_prefix('"') {
        Some(text) => text.split_once('"')?,
        None => {
            let end = text.find([',', ']']).unwrap_or(text.len());
            text.split_at_checked(end)?
        }
    };
    let rest = rest.trim_start();
    Some((element.trim(), rest.strip_prefix(',').unwrap_or(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATION: &str = "CP-1";

    fn heard(recent: &Recent, text: &str) {
        recent.exchanged(STATION, &Message::text(text), false, 1_000);
    }

    fn said(recent: &Recent, text: &str) {
        recent.exchanged(STATION, &Message::text(text), true, 2_000);
    }

    fn actions(recent: &Recent) -> Vec<Option<String>> {
        let messages = recent.of(STATION).messages.into_iter();
        messages.map(|it| it.action).collect()
    }

    #[test]
    fn an_answer_has_the_action_of_its_call() {
        let recent = Recent::default();
        heard(&recent, r#"[2,"1","Authorize",{"idTag":"04A2"}]"#);
        said(&recent, r#"[2,"1","Reset",{"type":"Hard"}]"#);
        said(&recent, r#"[3,"1",{"idTagInfo":{"status":"Invalid"}}]"#);
        heard(&recent, r#"[3,"1",{"status":"Accepted"}]"#);
        heard(&recent, r#"[4,"2","InternalError","",{}]"#);
        heard(&recent, "hello");
        let expected = [
            Some("Authorize"),
            Some("Reset"),
            Some("Authorize"),
            Some("Reset"),
            None,
            None,
        ];
        assert_eq!(actions(&recent), expected.map(|it| it.map(str::to_owned)));
        let first = &recent.of(STATION).messages[0];
        assert_eq!((first.at, first.is_sent), (1_000, false));
        assert_eq!(first.text, r#"[2,"1","Authorize",{"idTag":"***"}]"#);
    }

    #[test]
    fn bytes_are_read_as_text_and_pings_are_left_out() {
        let recent = Recent::default();
        let call = br#"[2,"1","DataTransfer",{}]"#.to_vec();
        recent.exchanged(STATION, &Message::Binary(call.into()), false, 0);
        recent.exchanged(STATION, &Message::Binary(vec![0xff].into()), false, 0);
        recent.exchanged(STATION, &Message::Ping(vec![].into()), true, 0);
        assert_eq!(actions(&recent), [Some("DataTransfer".to_owned()), None]);
    }

    #[test]
    fn heartbeats_and_their_answers_are_left_out() {
        let recent = Recent::default();
        heard(&recent, r#"[2,"1","BootNotification",{}]"#);
        for _ in 0..100 {
            heard(&recent, r#"[2,"7","Heartbeat",{}]"#);
            said(&recent, r#"[3,"7",{"currentTime":"2023-11-14T22:13:20Z"}]"#);
        }
        assert_eq!(actions(&recent), [Some("BootNotification".to_owned())]);
    }

    #[test]
    fn the_newest_messages_are_kept_within_their_bounds() {
        let recent = Recent::default();
        for number in 0..200 {
            heard(&recent, &format!(r#"[2,"{number}","X",{{}}]"#));
        }
        let messages = recent.of(STATION).messages;
        assert_eq!(messages.len(), MOST);
        assert!(messages[MOST - 1].text.contains("199"));
        // Characters of up to four bytes.
        for number in 0..200 {
            heard(&recent, &format!("{number}{}", "🔌".repeat(600)));
        }
        let messages = recent.of(STATION).messages;
        let bytes: usize = messages.iter().map(|it| it.text.len()).sum();
        assert!(bytes <= MOST_BYTES, "{bytes}");
        assert!(messages.last().unwrap().text.starts_with("199"));
    }

    #[test]
    fn a_frame_that_is_cut_off_has_the_head_that_it_has() {
        for (text, expected) in [
            (r#"[2,"1","Boot"#, Head::Unknown),
            (
                r#" [ "2" , 17 , "X" , {"a"#,
                Head::Call {
                    id: "17",
                    action: "X",
                },
            ),
            (r#"[3,"1""#, Head::Answer { id: "1" }),
            ("[", Head::Unknown),
            ("[[[[", Head::Unknown),
            ("", Head::Unknown),
        ] {
            assert_eq!(Head::read(text), expected, "{text}");
        }
    }

    #[test]
    fn what_a_station_refused_counts_until_it_connects_again() {
        let recent = Recent::default();
        recent.connected(STATION);
        recent.refused_setting(STATION, "ConnectionTimeOut", "300");
        recent.disconnected(STATION, 5_000);
        recent.refused_tariff(STATION, 1, "it answers maybe");
        let link = recent.of(STATION);
        let expected = [("ConnectionTimeOut".to_owned(), "300".to_owned())];
        assert_eq!(link.refused_settings, expected);
        assert_eq!(link.refused_tariffs, [(1, "it answers maybe".to_owned())]);
        assert_eq!(link.disconnected_at, Some(5_000));
        recent.connected(STATION);
        let link = recent.of(STATION);
        assert!(link.refused_settings.is_empty());
        assert!(link.refused_tariffs.is_empty());
        assert_eq!(link.disconnected_at, None);
    }
}
