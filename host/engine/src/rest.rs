//! The REST interface: who asks, what comes of it, and that it is stored before it is answered.

use chargetap_fleet::access::{Reach, Scope};
use chargetap_fleet::api::{self, Answer, Call, Problem, ProblemKind, Route, Step, Task};
use chargetap_fleet::command::Command;
use chargetap_fleet::moment::Moment;
use chargetap_fleet::situation::{Actor, Situation};
use chargetap_fleet::text::Key;

use crate::apply::EngineError;
use crate::fleet::{ATTEMPTS, after};
use crate::gateway::Gateway;
use crate::http::{BODY_LIMIT, Incoming, Method, Outcome};
use crate::journal::{self, Repetition};
use crate::platform::Platform;

/// How many calls of one token, or of one source without a token that counts, are answered at once, and
/// how often another one, in milliseconds.
pub(crate) const CALLS_AT_ONCE: u64 = 500;
pub(crate) const CALL_EVERY: u64 = 10;
const NO_TOKEN: &str = "show a token that counts: Authorization: Bearer ctp_…";
/// The longest key of a request that may come again.
const LONGEST_KEY: usize = 255;

impl<P: Platform> Gateway<P> {
    /// Answer a request under `/api/v1`.
    pub(crate) async fn rest(&self, request: &Incoming) -> Outcome {
        match self.call(request).await {
            Ok(answer) => answer.into(),
            Err(error) => {
                tracing::error!(%error, "a call could not be answered");
                problem(ProblemKind::Unavailable, "nothing was stored: try again").into()
            }
        }
    }

    /// The largest body that is read of a request: only who may send more is let to.
    pub async fn body_limit(&self, head: &Incoming) -> usize {
        let Ok((route, _)) = api::find(head.method, &head.path) else {
            return BODY_LIMIT;
        };
        if route.body_limit <= BODY_LIMIT {
            return BODY_LIMIT;
        }
        match self.caller(head).await {
            Ok(Some(_)) => route.body_limit,
            _ => BODY_LIMIT,
        }
    }

    async fn caller(&self, request: &Incoming) -> Result<Option<Actor>, EngineError> {
        let Some(secret) = bearer(request) else {
            return Ok(None);
        };
        let now = Moment::from_millis(self.platform.now());
        let fleet = self.fleet().await?;
        Ok(api::authenticate(&fleet, secret, now))
    }

    async fn call(&self, request: &Incoming) -> Result<Answer, EngineError> {
        let (route, parameters) = match api::find(request.method, &request.path) {
            Ok(found) => found,
            Err(answer) => return Ok(answer),
        };
        let now = self.platform.now();
        let caller = self.caller(request).await?;
        let has_room = match (&caller, &request.source) {
            (Some(actor), _) => self.callers.take(actor.key.as_str(), now),
            (None, Some(source)) => self.callers.take(&format!("/{source}"), now),
            (None, None) => true,
        };
        if !has_room {
            return Ok(problem(
                ProblemKind::TooManyRequests,
                "try again in a second",
            ));
        }
        let actor = match caller {
            Some(actor) => actor,
            None if route.is_open => anybody(),
            None => return Ok(problem(ProblemKind::Unauthenticated, NO_TOKEN)),
        };
        let fleet = self.fleet().await?;
        if let Some(serial) = api::looked_at(route, &parameters, &fleet, &actor) {
            self.look(serial.as_str()).await?;
        }
        let header = |name| header(request, name);
        let call = Call {
            parameters: &parameters,
            query: request.query.as_deref().unwrap_or_default(),
            if_match: header("if-match"),
            content_type: header("content-type"),
            body: &request.body,
            fresh: &self.unguessable(),
        };
        let repeatable = header("idempotency-key")
            .map(|key| Repeatable::new(&actor, request, key))
            .transpose();
        match repeatable {
            Ok(repeatable) => self.answer(route, &call, &actor, repeatable.as_ref()).await,
            Err(problem) => Ok(problem),
        }
    }

    async fn answer(
        &self,
        route: &Route,
        call: &Call<'_>,
        actor: &Actor,
        repeatable: Option<&Repeatable>,
    ) -> Result<Answer, EngineError> {
        for _ in 0..ATTEMPTS {
            if let Some(repeatable) = repeatable
                && let Some(answer) = self.answered(repeatable).await?
            {
                return Ok(answer);
            }
            let fleet = self.fleet().await?;
            let surroundings = self.surroundings().await?;
            let situation = Situation {
                now: Moment::from_millis(self.platform.now()),
                actor,
                gateway: &surroundings,
            };
            let changes = match api::step(route, call, &fleet, &situation) {
                Step::Answer(answer) => return Ok(answer),
                Step::Write(changes) => changes,
                Step::Task(Task::Attach(incident, kind, caption)) => {
                    let photograph = self.keep_picture(call.body, kind, caption).await?;
                    let attach = Command::Attach(incident, photograph);
                    match chargetap_fleet::decide(&fleet, &situation, attach) {
                        Ok(changes) => changes,
                        Err(refusal) => return Ok(Problem::from(refusal).answer()),
                    }
                }
                Step::Task(task) => return self.perform(task, &fleet, &situation).await,
            };
            let next = after(&fleet, &changes);
            let answer = api::answer(route, call, &next, &situation, &changes);
            if changes.is_empty() {
                return Ok(answer);
            }
            let kept = repeatable
                .filter(|_| !answer.is_secret)
                .map(|_| kept(&answer));
            let repetition = repeatable.map(|it| Repetition {
                key: &it.key,
                fingerprint: &it.fingerprint,
                answer: kept.as_deref(),
            });
            if self
                .write(next, &changes, actor, situation.now, repetition)
                .await?
            {
                return Ok(answer);
            }
        }
        Err(EngineError::Contended("of the fleet".into()))
    }

    /// The answer to the same request before.
    async fn answered(&self, repeatable: &Repeatable) -> Result<Option<Answer>, EngineError> {
        let Some((fingerprint, answer)) =
            journal::answered(&self.platform, &repeatable.key).await?
        else {
            return Ok(None);
        };
        let answer = answer.filter(|_| fingerprint == repeatable.fingerprint);
        Ok(Some(match answer {
            Some(answer) => reopened(&answer)?,
            None if fingerprint == repeatable.fingerprint => problem(
                ProblemKind::Conflict,
                "this was done, and the secret in its answer is told once only: revoke what was \
                 issued and issue another one",
            ),
            None => problem(
                ProblemKind::Invalid,
                "this Idempotency-Key came with another request before: take a new one",
            ),
        }))
    }
}

fn problem(kind: ProblemKind, detail: &str) -> Answer {
    Problem::new(kind, detail).answer()
}

/// Whoever asks for what is open to all.
fn anybody() -> Actor {
    Actor {
        key: Key::gateway(),
        scope: Scope::ReadOnly,
        reach: Reach::Sites(Vec::new()),
    }
}

/// A request that may come again.
struct Repeatable {
    key: String,
    fingerprint: String,
}

impl Repeatable {
    fn new(actor: &Actor, request: &Incoming, key: &str) -> Result<Self, Answer> {
        let is_good = (1..=LONGEST_KEY).contains(&key.len())
            && key.bytes().all(|byte| (0x21..0x7f).contains(&byte));
        if !is_good {
            let text = "an Idempotency-Key has 1 to 255 visible ASCII characters";
            return Err(problem(ProblemKind::Malformed, text));
        }
        let asked = [
            request.method.map_or("", Method::name).as_bytes(),
            request.path.as_bytes(),
            request.query.as_deref().unwrap_or_default().as_bytes(),
            &request.body,
        ];
        Ok(Self {
            key: format!("{}/{key}", actor.key),
            fingerprint: chargetap_fleet::access::hash(&asked.join(&0)),
        })
    }
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Self {
        Self {
            status: answer.status,
            content_type: answer.media_type.into(),
            headers: answer.headers,
            body: answer.body,
        }
    }
}

/// An answer as it is kept for a repetition.
fn kept(answer: &Answer) -> String {
    let headers: Vec<_> = answer.headers.iter().collect();
    serde_json::json!({
        "status": answer.status,
        "headers": headers,
        "body": String::from_utf8_lossy(&answer.body),
    })
    .to_string()
}

fn reopened(kept: &str) -> Result<Answer, EngineError> {
    #[derive(serde::Deserialize)]
    struct Kept {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    }
    let kept: Kept = serde_json::from_str(kept)
        .map_err(|error| EngineError::Journal(format!("a kept answer: {error}")))?;
    let headers = kept.headers.into_iter().filter_map(|(name, value)| {
        let known = ["etag", "location"].into_iter().find(|it| *it == name)?;
        Some((known, value))
    });
    Ok(Answer {
        status: kept.status,
        media_type: "application/json",
        headers: headers.collect(),
        body: kept.body.into_bytes(),
        is_secret: false,
    })
}

fn header<'a>(request: &'a Incoming, name: &str) -> Option<&'a str> {
    let mut headers = request.headers.iter();
    let (_, value) = headers.find(|(it, _)| it.eq_ignore_ascii_case(name))?;
    std::str::from_utf8(value).ok()
}

fn bearer(request: &Incoming) -> Option<&[u8]> {
    header(request, "authorization")?
        .strip_prefix("Bearer ")
        .map(str::as_bytes)
}
