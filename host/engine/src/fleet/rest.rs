//! The REST interface: who calls, what comes of it, and that it is stored before it is answered.
//!
//! A repetition with the same `Idempotency-Key` gets the first answer. It is stored in the same statement as the
//! changes and kept for a week; an answer that told a secret is not kept. What a station answers is stored when it came.
//!
//! Limits: of one token, or of one source without a token, 500 calls at once, then 100 a second.

use chargetap_fleet::access::{AccessScope, Scope};
use chargetap_fleet::api::{
    self, Answer, Call, Effect, Method as RestMethod, PROBLEM_MEDIA_TYPE, Problem, ProblemKind,
    Route, SwapTerms, SwappedBundle, Task,
};
use chargetap_fleet::bundle::{Replacement, StandbyBundle};
use chargetap_fleet::command::Command;
use chargetap_fleet::context::{Actor, DecisionContext};
use chargetap_fleet::fleet::{Change, Fleet};
use chargetap_fleet::incident::Photograph;
use chargetap_fleet::moment::Moment;
use chargetap_fleet::operation::Operation;
use chargetap_fleet::text::{Key, StationId};

use super::records::{self, ATTEMPTS, after};
use super::{bundles, monitoring, stations, tasks};
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::http::{BODY_LIMIT, Method, Request, Response};
use crate::id;
use crate::platform::Platform;
use crate::store;
use crate::store::fleet::Repetition;

const NO_TOKEN: &str = "show a valid token: Authorization: Bearer ctp_…";
/// The answer to a repetition of a swap that did not come about, or did not end.
const SWAP_BEGUN: &str = "a swap of the components began with this Idempotency-Key: see what came of it, with \
                          `chargetap fleet plugins show`, and take a new one to swap again";
/// The longest `Idempotency-Key`, in bytes.
const LONGEST_KEY: usize = 255;

/// Whether a request is a call of the interface.
pub(crate) fn is_call(request: &Request) -> bool {
    let path = request.path.trim_start_matches('/');
    path == "api/v1" || path.starts_with("api/v1/")
}

/// The largest body that is read of a call: only a caller who may send more is let to.
pub(crate) async fn body_limit(gateway: &Gateway<impl Platform>, head: &Request) -> usize {
    let Ok((route, _)) = api::find(method(head), &head.path) else {
        return BODY_LIMIT;
    };
    if route.body_limit <= BODY_LIMIT {
        return BODY_LIMIT;
    }
    match caller(gateway, head).await {
        Ok(Some(_)) => route.body_limit,
        _ => BODY_LIMIT,
    }
}

/// Answer a call.
pub(crate) async fn handle(gateway: &Gateway<impl Platform>, request: &Request) -> Response {
    match call(gateway, request).await {
        Ok(answer) => response(answer),
        Err(error) => {
            tracing::error!(%error, "a call could not be answered");
            response(problem(
                ProblemKind::Unavailable,
                "nothing was stored: try again",
            ))
        }
    }
}

async fn caller(
    gateway: &Gateway<impl Platform>,
    request: &Request,
) -> Result<Option<Actor>, EngineError> {
    let Some(secret) = bearer(request) else {
        return Ok(None);
    };
    let now = Moment::from_millis(gateway.platform.now());
    let fleet = records::current(gateway).await?;
    Ok(api::authenticate(&fleet, secret, now))
}

async fn call(gateway: &Gateway<impl Platform>, request: &Request) -> Result<Answer, EngineError> {
    let (route, parameters) = match api::find(method(request), &request.path) {
        Ok(found) => found,
        Err(answer) => return Ok(answer),
    };
    let now = gateway.platform.now();
    let callers = &gateway.fleet.callers;
    let caller = caller(gateway, request).await?;
    let has_room = match (&caller, &request.source) {
        (Some(actor), _) => callers.take(actor.key.as_str(), now),
        (None, Some(source)) => callers.take(&format!("/{source}"), now),
        (None, None) => true,
    };
    if !has_room {
        let mut refused = problem(ProblemKind::TooManyRequests, "try again in a second");
        refused.headers.push(("retry-after", "1".to_owned()));
        return Ok(refused);
    }
    let actor = match caller {
        Some(actor) => actor,
        None if route.is_open => anonymous(),
        None => return Ok(problem(ProblemKind::Unauthenticated, NO_TOKEN)),
    };
    let fleet = records::current(gateway).await?;
    if let Some(serial) = api::terminal_to_poll(route, &parameters, &fleet, &actor) {
        monitoring::poll(gateway, serial.as_str()).await?;
    }
    let call = Call {
        parameters: &parameters,
        query: request.query.as_deref().unwrap_or_default(),
        if_match: request.header("if-match"),
        content_type: request.header("content-type"),
        body: &request.body,
        fresh: &id::unguessable(&gateway.platform),
    };
    let repeatable = request
        .header("idempotency-key")
        .map(|key| Repeatable::new(&actor, route, request, key))
        .transpose();
    match repeatable {
        Ok(repeatable) => answer(gateway, route, &call, &actor, repeatable.as_ref()).await,
        Err(problem) => Ok(problem),
    }
}

async fn answer(
    gateway: &Gateway<impl Platform>,
    route: &Route,
    call: &Call<'_>,
    actor: &Actor,
    repeatable: Option<&Repeatable>,
) -> Result<Answer, EngineError> {
    let platform = &gateway.platform;
    for _ in 0..ATTEMPTS {
        if let Some(repeatable) = repeatable
            && let Some(answer) = answered(platform, repeatable).await?
        {
            return Ok(answer);
        }
        let fleet = records::current(gateway).await?;
        let gateway_facts = records::gateway_facts(gateway).await?;
        let context = DecisionContext {
            now: Moment::from_millis(platform.now()),
            actor,
            gateway: &gateway_facts,
        };
        let changes = match api::handle(route, call, &fleet, &context) {
            Effect::Answer(answer) => return Ok(answer),
            Effect::Write(changes) => changes,
            Effect::Task(Task::Attach(incident, kind, caption)) => {
                let photograph = tasks::photograph(call.body, kind, caption);
                let told = (incident, photograph);
                match attach(platform, &fleet, &context, told, call.body).await? {
                    Ok(changes) => changes,
                    Err(refused) => return Ok(refused),
                }
            }
            Effect::Task(Task::Operate(station, operation)) => {
                let told = (&station, &operation);
                match operate(gateway, &fleet, &context, told, repeatable).await? {
                    Some(answer) => return Ok(answer),
                    None => continue,
                }
            }
            Effect::Task(Task::Swap(standby, terms)) => {
                return swap(gateway, actor, (standby, terms), repeatable).await;
            }
            Effect::Task(task) => return tasks::perform(gateway, task, &fleet, &context).await,
        };
        let next = after(&fleet, &changes);
        let answer = api::answer(route, call, &next, &context, &changes);
        if changes.is_empty() {
            return Ok(answer);
        }
        let kept = repeatable
            .filter(|_| !answer.is_secret)
            .map(|_| kept(&answer));
        let repetition = repeatable.map(|it| it.repetition(kept.as_deref()));
        if records::write(gateway, next, &changes, actor, context.now, repetition).await? {
            return Ok(answer);
        }
    }
    Err(EngineError::Contended("of the fleet".into()))
}

/// What attaching a picture changes. Its bytes are stored once it is accepted: no record may refer to a picture that is
/// not there.
async fn attach(
    platform: &impl Platform,
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    (incident, photograph): (Key, Photograph),
    bytes: &[u8],
) -> Result<Result<Vec<Change>, Answer>, EngineError> {
    let hash = photograph.hash.clone();
    match chargetap_fleet::decide(fleet, context, Command::Attach(incident, photograph)) {
        Ok(changes) => {
            if !changes.is_empty() {
                store::fleet::insert_picture(platform, &hash, bytes.to_vec()).await?;
            }
            Ok(Ok(changes))
        }
        Err(refusal) => {
            // It was stored if it was accepted, and another write came first.
            store::fleet::delete_unused_picture(platform, &hash).await?;
            Ok(Err(Problem::from(refusal).answer()))
        }
    }
}

/// Have a station do something. It is on record before the station is told, so that the audit log misses nothing and
/// a repetition tells it nothing again. Returns nothing when another write came first.
async fn operate(
    gateway: &Gateway<impl Platform>,
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    (station, operation): (&StationId, &Operation),
    repeatable: Option<&Repeatable>,
) -> Result<Option<Answer>, EngineError> {
    let access = &context.actor.access;
    if let Some(problem) = stations::obstacle(gateway, fleet, access, station).await? {
        return Ok(Some(problem.answer()));
    }
    let command = Command::Operate(station.clone(), operation.clone());
    let changes = match chargetap_fleet::decide(fleet, context, command) {
        Ok(changes) => changes,
        Err(refusal) => return Ok(Some(Problem::from(refusal).answer())),
    };
    let (next, actor) = (after(fleet, &changes), context.actor);
    let repetition = repeatable.map(|it| it.repetition(None));
    if !records::write(gateway, next, &changes, actor, context.now, repetition).await? {
        return Ok(None);
    }
    let answer = stations::operate(gateway, actor, station, operation).await;
    keep(gateway, repeatable, &answer).await;
    Ok(Some(answer))
}

/// Have a bundle of components take the place of the running one. The audit log has the swap before it is made, and the
/// reverse if it fails. A bundle that may not take the place is not in the audit log.
async fn swap(
    gateway: &Gateway<impl Platform>,
    actor: &Actor,
    (standby, terms): (StandbyBundle, SwapTerms),
    repeatable: Option<&Repeatable>,
) -> Result<Answer, EngineError> {
    let (bundle, comparison) = match bundles::load(gateway, standby, terms).await? {
        Ok(loaded) => loaded,
        Err(problem) => return Ok(problem.answer()),
    };
    let replacement = bundle.replacement();
    let command = Command::SwapBundle(replacement.clone(), comparison.differing_decisions);
    let begun = kept(&problem(ProblemKind::Conflict, SWAP_BEGUN));
    let repetition = repeatable.map(|it| it.repetition(Some(&begun)));
    if !records::command_by(gateway, actor, &command, repetition).await? {
        let text = "nothing was changed: the swap could not be put on record. Try again";
        return Ok(problem(ProblemKind::Unavailable, text));
    }
    let answer = match bundles::take_place(gateway, bundle).await {
        Ok(()) => Answer::json(
            200,
            &SwappedBundle {
                replacement,
                comparison,
            },
        ),
        Err(problem) => {
            let Replacement { before, after } = replacement;
            let undone = Replacement {
                before: after,
                after: before,
            };
            let undone = Command::SwapBundle(undone, 0);
            if let Err(error) = records::command_by(gateway, actor, &undone, None).await {
                tracing::error!(%error, "a swap is on record that did not come about");
            }
            problem.answer()
        }
    };
    tracing::info!(by = %actor.key, ?standby, status = answer.status, "somebody swapped the components");
    keep(gateway, repeatable, &answer).await;
    Ok(answer)
}

/// Keep the answer to what was on record before it was done.
async fn keep(gateway: &Gateway<impl Platform>, repeatable: Option<&Repeatable>, answer: &Answer) {
    if let Some(repeatable) = repeatable.filter(|_| answer.status == 200) {
        let kept = kept(answer);
        let stored = store::fleet::keep_answer(&gateway.platform, &repeatable.key, &kept).await;
        if let Err(error) = stored {
            tracing::warn!(%error, "an answer cannot be kept for a repetition");
        }
    }
}

/// The answer to the same request before.
async fn answered(
    platform: &impl Platform,
    repeatable: &Repeatable,
) -> Result<Option<Answer>, EngineError> {
    let Some((fingerprint, answer)) = store::fleet::answered(platform, &repeatable.key).await?
    else {
        return Ok(None);
    };
    let answer = answer.filter(|_| fingerprint == repeatable.fingerprint);
    Ok(Some(match answer {
        Some(answer) => reopened(&answer)?,
        None if fingerprint == repeatable.fingerprint => problem(
            ProblemKind::Conflict,
            "this was done, and its answer is told once only: look what came of it, or revoke the \
             secret that was issued and issue another one",
        ),
        None => problem(
            ProblemKind::Invalid,
            "this Idempotency-Key came with another request before: take a new one",
        ),
    }))
}

fn problem(kind: ProblemKind, detail: &str) -> Answer {
    Problem::new(kind, detail).answer()
}

/// A caller without a token, who may use the open routes.
fn anonymous() -> Actor {
    Actor {
        key: Key::gateway(),
        scope: Scope::ReadOnly,
        access: AccessScope::Sites(Vec::new()),
    }
}

/// A request that may come again.
struct Repeatable {
    key: String,
    fingerprint: String,
}

impl Repeatable {
    fn new(actor: &Actor, route: &Route, request: &Request, key: &str) -> Result<Self, Answer> {
        let is_good = (1..=LONGEST_KEY).contains(&key.len())
            && key.bytes().all(|byte| (0x21..0x7f).contains(&byte));
        if !is_good {
            let text = "an Idempotency-Key has 1 to 255 visible ASCII characters";
            return Err(problem(ProblemKind::Malformed, text));
        }
        // A hash that is stored would let passwords be tried.
        let body = match route.takes_secret() {
            true => &[][..],
            false => &request.body,
        };
        let asked = [
            request.method.as_str().as_bytes(),
            request.path.as_bytes(),
            request.query.as_deref().unwrap_or_default().as_bytes(),
            body,
        ];
        Ok(Self {
            key: format!("{}/{key}", actor.key),
            fingerprint: chargetap_fleet::access::hash(&asked.join(&0)),
        })
    }

    /// The key and the fingerprint of the request, by which a repetition is recognised, and its answer.
    fn repetition<'a>(&'a self, answer: Option<&'a str>) -> Repetition<'a> {
        Repetition {
            key: &self.key,
            fingerprint: &self.fingerprint,
            answer,
        }
    }
}

fn response(answer: Answer) -> Response {
    Response {
        status: answer.status,
        content_type: answer.media_type.into(),
        headers: answer.headers,
        body: answer.body,
    }
}

/// The method in the fleet's words; `None` for one that no route has.
fn method(request: &Request) -> Option<RestMethod> {
    match request.method {
        Method::GET => Some(RestMethod::Get),
        Method::PUT => Some(RestMethod::Put),
        Method::POST => Some(RestMethod::Post),
        Method::DELETE => Some(RestMethod::Delete),
        _ => None,
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
        .map_err(|error| EngineError::Store(format!("a kept answer: {error}")))?;
    let headers = kept.headers.into_iter().filter_map(|(name, value)| {
        let known = ["etag", "location"].into_iter().find(|it| *it == name)?;
        Some((known, value))
    });
    Ok(Answer {
        status: kept.status,
        media_type: match kept.status {
            400.. => PROBLEM_MEDIA_TYPE,
            _ => "application/json",
        },
        headers: headers.collect(),
        body: kept.body.into_bytes(),
        is_secret: false,
    })
}

fn bearer(request: &Request) -> Option<&[u8]> {
    request
        .header("authorization")?
        .strip_prefix("Bearer ")
        .map(str::as_bytes)
}
