//! What only the gateway can do for a call of the REST interface.

use std::collections::BTreeMap;

use chargetap_fleet::access::{self, Reach};
use chargetap_fleet::api::{
    self, Answer, AuditEntry, DeadLetter, Page, Paper, Problem, ProblemKind, Task,
};
use chargetap_fleet::fleet::{Fleet, Item, Kind};
use chargetap_fleet::incident::{Incident, Photograph, PictureType};
use chargetap_fleet::moment::Moment;
use chargetap_fleet::situation::Situation;
use chargetap_fleet::terminal::Terminal;
use chargetap_fleet::text::{Key, Line};
use chargetap_report::Report;

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
                if !self.is_within(fleet, reach, &session).await? {
                    return Ok(wished(Wish::NoSession));
                }
                Ok(wished(self.request_stop(&session).await?))
            }
            Task::Refund(session, reference, amount) => {
                if !self.is_within(fleet, reach, &session).await? {
                    return Ok(wished(Wish::NoSession));
                }
                let reference = reference.as_str();
                let wish = self.record_refund(&session, reference, amount).await?;
                Ok(wished(wish))
            }
            Task::Picture(hash, kind) => {
                let bytes = journal::picture(&self.platform, &hash).await?;
                let missing = || Problem::not_found().answer();
                Ok(bytes.map_or_else(missing, |bytes| Answer::of(kind.media_type(), bytes)))
            }
            Task::Report(incident, paper) => self.report_incident(fleet, &incident, paper).await,
            Task::Audit { of, before, limit } => self.audit(of, before, limit).await,
            Task::DeadLetters { before, limit } => {
                let more = limit.saturating_add(1);
                let mut letters = journal::dead_letters(&self.platform, before, more).await?;
                let next = page(&mut letters, limit, |letter| letter.number);
                let items = letters.into_iter().map(dead_letter);
                let items = items.collect::<Result<_, _>>()?;
                Ok(Answer::json(200, &Page { items, next }))
            }
            Task::Redeliver(number) => {
                let now = self.platform.now();
                let is_there = journal::redeliver(&self.platform, number, now).await?;
                Ok(match is_there {
                    true => Answer::nothing(),
                    false => Problem::not_found().answer(),
                })
            }
            // It changes records, and is done where they are changed.
            Task::Attach(..) => Ok(Problem::not_found().answer()),
        }
    }

    /// The report of an incident, with its photographs.
    async fn report_incident(
        &self,
        fleet: &Fleet,
        incident: &Key,
        paper: Paper,
    ) -> Result<Answer, EngineError> {
        let Some(incident) = fleet.get::<Incident>(incident.as_str()) else {
            return Ok(Problem::not_found().answer());
        };
        let mut pictures = BTreeMap::new();
        for photograph in &incident.photographs {
            let bytes = journal::picture(&self.platform, &photograph.hash).await?;
            pictures.extend(bytes.map(|bytes| (photograph.hash.clone(), bytes)));
        }
        let now = Moment::from_millis(self.platform.now());
        let report = Report::of(fleet, incident, pictures, now);
        Ok(match paper {
            Paper::Html => Answer::of(
                "text/html; charset=utf-8",
                chargetap_report::html(&report).into_bytes(),
            ),
            Paper::Pdf => match chargetap_report::pdf(&report) {
                Ok(bytes) => Answer::of("application/pdf", bytes),
                Err(error) => {
                    tracing::error!(%error, "the report cannot be written on paper");
                    let detail = "the report cannot be written on paper: take report.html";
                    Problem::new(ProblemKind::Unavailable, detail).answer()
                }
            },
        })
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
        let items = changes.into_iter().map(audited);
        let items = items.collect::<Result<_, _>>()?;
        Ok(Answer::json(200, &Page { items, next }))
    }
}

fn wished(wish: Wish) -> Answer {
    match wish {
        Wish::Granted => Answer::nothing(),
        Wish::NoSession => Problem::not_found().answer(),
        Wish::Refused => {
            let detail = "the session is not in a phase, or has not captured enough, for that";
            Problem::new(ProblemKind::Conflict, detail).answer()
        }
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

fn dead_letter(letter: Delivery) -> Result<DeadLetter, EngineError> {
    Ok(DeadLetter {
        number: letter.number,
        webhook: key(&letter.webhook)?,
        alert: key(&letter.alert)?,
        first: Moment::from_millis(letter.first_at),
        last: Moment::from_millis(letter.last_at),
        attempts: u32::try_from(letter.attempts).unwrap_or(u32::MAX),
        error: letter.error.unwrap_or_default(),
    })
}

fn audited(change: Audited) -> Result<AuditEntry, EngineError> {
    let view = |item: Option<Item>| item.as_ref().map(api::view);
    Ok(AuditEntry {
        write: change.number,
        at: Moment::from_millis(change.at),
        by: key(&change.actor)?,
        kind: change.kind,
        key: change.key,
        before: view(change.before),
        after: view(change.after),
    })
}

fn key(stored: &str) -> Result<Key, EngineError> {
    let parsed = stored.parse();
    parsed.map_err(|_| EngineError::Journal(format!("{stored:?} names nothing")))
}
