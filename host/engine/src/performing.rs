//! What only the gateway can do for a call of the REST interface.

use chargetap_fleet::access::{self, Reach};
use chargetap_fleet::api::{self, Answer, Task};
use chargetap_fleet::fleet::{Fleet, Item, Kind};
use chargetap_fleet::incident::{Photograph, PictureType};
use chargetap_fleet::moment::Moment;
use chargetap_fleet::situation::Situation;
use chargetap_fleet::terminal::Terminal;
use chargetap_fleet::text::Line;
use serde_json::json;

use crate::apply::EngineError;
use crate::gateway::Gateway;
use crate::journal::{self, Audited, Delivery};
use crate::operator::Wish;
use crate::platform::Platform;

impl<P: Platform> Gateway<P> {
    /// Do what a call asks for, and answer it.
    pub(crate) async fn perform(
        &self,
        task: Task,
        fleet: &Fleet,
        situation: &Situation<'_>,
    ) -> Result<Answer, EngineError> {
        let reach = &situation.actor.reach;
        match task {
            Task::StopSession(session) => {
                Ok(match self.is_within(fleet, reach, &session).await? {
                    true => wished(&session, self.request_stop(&session).await?),
                    false => wished(&session, Wish::NoSession),
                })
            }
            Task::Refund(session, reference, amount) => {
                Ok(match self.is_within(fleet, reach, &session).await? {
                    true => {
                        let reference = reference.as_str();
                        let wish = self.record_refund(&session, reference, amount).await?;
                        wished(&session, wish)
                    }
                    false => wished(&session, Wish::NoSession),
                })
            }
            Task::Picture(hash, kind) => {
                let bytes = journal::picture(&self.platform, &hash).await?;
                Ok(match bytes {
                    Some(bytes) => api::picture(kind, bytes),
                    None => api::not_found("picture", &hash),
                })
            }
            Task::Report(incident, paper) => self.report(fleet, &incident, paper, situation).await,
            Task::Audit { of, before, limit } => self.audit(of, before, limit).await,
            Task::DeadLetters { before, limit } => {
                let more = limit.saturating_add(1);
                let mut letters = journal::dead_letters(&self.platform, before, more).await?;
                let next = page(&mut letters, limit, |letter| letter.number);
                Ok(api::page(letters.iter().map(dead_letter).collect(), next))
            }
            Task::Redeliver(number) => {
                let now = self.platform.now();
                Ok(
                    match journal::redeliver(&self.platform, number, now).await? {
                        true => api::json(200, &json!({"number": number})),
                        false => api::not_found("dead letter", &number.to_string()),
                    },
                )
            }
            // It changes records, and is done where they are changed.
            Task::Attach(incident, ..) => {
                Ok(api::not_found(Kind::Incident.name(), incident.as_str()))
            }
        }
    }

    /// Whether a session is at a site that is within reach.
    async fn is_within(
        &self,
        fleet: &Fleet,
        reach: &Reach,
        session: &str,
    ) -> Result<bool, EngineError> {
        let Some(stored) = journal::load(&self.platform, session).await? else {
            return Ok(false);
        };
        Ok(match fleet.get::<Terminal>(&stored.terminal) {
            Some(terminal) => reach.includes(&terminal.details.site),
            None => *reach == Reach::Everywhere,
        })
    }

    /// Keep a picture by the hash of its bytes.
    pub(crate) async fn keep_picture(
        &self,
        bytes: &[u8],
        media_type: PictureType,
        caption: Option<Line>,
    ) -> Result<Photograph, EngineError> {
        let hash = access::hash(bytes);
        journal::keep_picture(&self.platform, &hash, bytes.to_vec()).await?;
        Ok(Photograph {
            hash,
            media_type,
            size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            caption,
        })
    }

    async fn audit(
        &self,
        of: Option<(Kind, String)>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Answer, EngineError> {
        let more = limit.saturating_add(1);
        let mut changes = journal::audit(&self.platform, of.as_ref(), before, more).await?;
        let next = page(&mut changes, limit, |change| change.number);
        Ok(api::page(changes.iter().map(audited).collect(), next))
    }
}

fn wished(session: &str, wish: Wish) -> Answer {
    match wish {
        Wish::Granted => api::json(200, &json!({"session": session})),
        Wish::NoSession => api::not_found("session", session),
        Wish::Refused => api::problem(
            409,
            "not-now",
            "The session is not in a phase, or has not captured enough, for that.",
        ),
    }
}

/// Cut a page off to its length; the number to go on from, if there is more.
fn page<T>(items: &mut Vec<T>, limit: u32, number: impl Fn(&T) -> u64) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| has_more);
    last.map(|item| number(item).to_string())
}

fn dead_letter(letter: &Delivery) -> serde_json::Value {
    json!({
        "number": letter.number,
        "webhook": letter.webhook,
        "alert": letter.alert,
        "attempts": letter.attempts,
        "error": letter.error,
    })
}

fn audited(change: &Audited) -> serde_json::Value {
    let view = |item: &Option<Item>| item.as_ref().map(api::view);
    json!({
        "number": change.number,
        "at": Moment::from_millis(change.at),
        "actor": change.actor,
        "kind": change.kind,
        "key": change.key,
        "before": view(&change.before),
        "after": view(&change.after),
    })
}
