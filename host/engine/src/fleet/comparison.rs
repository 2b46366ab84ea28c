//! What two bundles of components make of the same: pure.

use chargetap_contract::callback::{Capability, Request, Verified};
use chargetap_contract::receipt::{Document, Format, Measurement, Problem, Rendered};
use chargetap_contract::screen::Message;
use chargetap_contract::session::{Decision, Event, Policy, Refusal};
use chargetap_contract::{ComponentFault, Components};
use chargetap_fleet::api::{Comparison, Difference, DifferenceKind};
use chargetap_fleet::bundle::StandbyBundle;
use serde::Serialize;
use serde_json::{Value, json};

use crate::config::PAYTER;
use crate::sessions::apply;

#[cfg(test)]
mod tests;

/// How many differences of each kind are shown, and after how many that cannot be accepted no more are looked for.
const SHOWN: u64 = 10;
/// How many characters of a value are shown.
const LONGEST: usize = 300;
/// How long an address is valid at which a callback is tried, in milliseconds.
const MINUTE: u64 = 60_000;
/// The formats in which the content of receipts is compared.
const FORMATS: [(Format, &str); 2] = [(Format::Html, "html"), (Format::Text(40), "text")];

type Step = Result<Result<Decision, Refusal>, ComponentFault>;
type Taken = Result<Vec<Verified>, String>;
type Rendering = Result<Result<Rendered, Problem>, ComponentFault>;

/// Two bundles.
#[derive(Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) running: &'a dyn Components,
    pub(super) next: &'a dyn Components,
}

/// A step that was made, or that is tried.
pub(super) struct RecordedStep<'a> {
    pub(super) policy: &'a Policy,
    pub(super) state: Option<&'a [u8]>,
    pub(super) event: &'a Event,
    pub(super) now: u64,
}

impl RecordedStep<'_> {
    fn make(&self, components: &dyn Components, state: Option<&[u8]>, event: &Event) -> Step {
        components.step(self.policy, state, event, self.now)
    }
}

impl Pair<'_> {
    /// What each makes of the same. A fault of the next one counts if it fails again: it may have been a passing one,
    /// such as a lack of memory.
    fn both<T>(
        self,
        make: impl Fn(&dyn Components) -> Result<T, ComponentFault>,
    ) -> [Result<T, ComponentFault>; 2] {
        let next = make(self.next).or_else(|_| make(self.next));
        [make(self.running), next]
    }

    /// Make a step once more. What is decided must be the same, and each must read the state that the other writes.
    pub(super) fn step(self, at: &str, step: &RecordedStep<'_>) -> Vec<Difference> {
        let made = self.both(|it| step.make(it, step.state, step.event));
        let kind = match made.each_ref().map(is_read) {
            [true, false] => fault_or(DifferenceKind::State, &made),
            _ => DifferenceKind::Decision,
        };
        let [before, after] = made.each_ref().map(decided);
        let found = difference(kind, at, &before, &after);
        let [Ok(Ok(before)), Ok(Ok(after))] = &made else {
            return found.into_iter().collect();
        };
        // Other decisions write other states: their difference is reported once, and not for the states again.
        let is_alike = found.is_none();
        let at = format!("{at}, the state after it");
        let read = |written: &Decision, others: DifferenceKind| {
            let read = self.both(|it| step.make(it, Some(&written.state), &apply::READ));
            let kind = match read.each_ref().map(is_read) {
                [true, true] if is_alike => DifferenceKind::Decision,
                [true, true] => return None,
                [_, false] => fault_or(DifferenceKind::State, &read),
                [false, true] => others,
            };
            let [by_running, by_next] = read.each_ref().map(viewed);
            difference(kind, &at, &by_running, &by_next)
        };
        let by_next = read(before, DifferenceKind::Decision);
        let is_same = before.state == after.state;
        let by_running = (!is_same).then(|| read(after, DifferenceKind::WayBack));
        found
            .into_iter()
            .chain(by_next)
            .chain(by_running.flatten())
            .collect()
    }

    /// Tell a terminal's prices, in its languages.
    pub(super) fn offers<'b>(
        self,
        terminal: &str,
        (policy, holds, now): (&Policy, &[u64], u64),
        languages: impl Iterator<Item = &'b str> + Clone,
    ) -> Vec<Difference> {
        let found = holds.iter().flat_map(|hold| {
            let at = format!("the offer of terminal {terminal}");
            let offers = self.both(|it| it.offer(policy, *hold, now));
            let offer = offers.first().and_then(|it| it.as_ref().ok()).cloned();
            let texts = offer.map(Message::Offer).map(|message| {
                let text = |language: &'b str| {
                    let texts = self.both(|it| it.screen_text(&message, language));
                    compared(&format!("{at} in {language}"), &texts.map(refused))
                };
                languages.clone().filter_map(text).collect::<Vec<_>>()
            });
            let offers = compared(&at, &offers);
            offers.into_iter().chain(texts.into_iter().flatten())
        });
        found.collect()
    }

    /// Report a card to an address that each of them makes for this terminal. Both must take both.
    pub(super) fn callback(self, terminal: &str, public_url: &str, now: u64) -> Vec<Difference> {
        let at = format!("a card at terminal {terminal}");
        let capability = Capability {
            terminal: terminal.to_owned(),
            read: "SHADOWRUN".to_owned(),
            expires_at: now.saturating_add(MINUTE),
        };
        let taken = |segment: String| {
            let request = card(terminal, segment, public_url, now);
            [self.running, self.next].map(|it| taken(it, &request, terminal))
        };
        let compare = |kind, taken: [Taken; 2]| {
            let [before, after] = taken.map(|taken| match taken {
                Ok(verified) => json!({ "taken": verified }),
                Err(why) => json!({ "refused": why }),
            });
            difference(kind, &at, &before, &after)
        };
        let mut found = Vec::new();
        // Terminals show addresses that the running one made.
        if let Ok(Some(segment)) = self.running.mint(PAYTER, &capability) {
            let taken = taken(segment);
            let kind = match &taken {
                [Ok(_), Err(_)] => DifferenceKind::Callback,
                _ => DifferenceKind::Decision,
            };
            found.extend(compare(kind, taken));
        }
        match self.next.mint(PAYTER, &capability) {
            Ok(Some(segment)) => match taken(segment) {
                [_, Err(why)] => {
                    let (before, after) = (json!("an address that the next one made"), json!(why));
                    found.extend(difference(DifferenceKind::Callback, &at, &before, &after));
                }
                taken @ [Err(_), Ok(_)] => found.extend(compare(DifferenceKind::WayBack, taken)),
                taken @ [Ok(_), Ok(_)] => found.extend(compare(DifferenceKind::Decision, taken)),
            },
            none => {
                let (before, after) = (json!("an address"), json!(format!("{none:?}")));
                found.extend(difference(DifferenceKind::Callback, &at, &before, &after));
            }
        }
        found
    }

    /// Render a receipt, and check its signed meter values. The first format in which it looks otherwise counts.
    pub(super) fn receipt(self, document: &Document) -> Vec<Difference> {
        let number = document.number.as_deref().unwrap_or("without a number");
        let at = |what: &str| format!("receipt {number} as {what}");
        let render = |format| self.both(|it| it.render(document, format, "en"));
        let look = FORMATS
            .into_iter()
            .find_map(|(format, name)| looks(&at(name), &render(format)));
        let filed = &render(Format::Pdf);
        let [before, after] = filed.each_ref().map(rendered);
        let filed = difference(
            fault_or(DifferenceKind::Decision, filed),
            &at("pdf"),
            &before,
            &after,
        );
        let measured = |measurement: &Measurement| {
            let Measurement {
                packets,
                public_key,
                ..
            } = measurement;
            let verdicts = self.both(|it| it.check_measurement(packets, public_key.as_deref()));
            compared(&format!("the meter values of receipt {number}"), &verdicts)
        };
        let measured = document.measurement.as_ref().and_then(measured);
        look.into_iter().chain(filed).chain(measured).collect()
    }
}

/// The first difference between two renderings of a receipt.
fn looks(at: &str, renderings: &[Rendering; 2]) -> Option<Difference> {
    if let [Ok(Ok(before)), Ok(Ok(after))] = renderings {
        let (before, after) = first_lines(&before.body, &after.body)?;
        return Some(Difference {
            kind: DifferenceKind::Receipt,
            at: at.to_owned(),
            before: cut(&before),
            after: cut(&after),
        });
    }
    let [before, after] = renderings.each_ref().map(rendered);
    let kind = fault_or(DifferenceKind::Decision, renderings);
    difference(kind, at, &before, &after)
}

/// The first difference between two answers.
fn compared<T: Serialize>(
    at: &str,
    answers: &[Result<T, ComponentFault>; 2],
) -> Option<Difference> {
    let [before, after] = answers.each_ref().map(|answer| match answer {
        Ok(answer) => json!(answer),
        Err(fault) => json!({ "failed": fault.to_string() }),
    });
    let kind = fault_or(DifferenceKind::Decision, answers);
    difference(kind, at, &before, &after)
}

/// A text, or why there is none.
fn refused(
    text: Result<Result<String, Problem>, ComponentFault>,
) -> Result<Result<String, String>, ComponentFault> {
    text.map(|text| text.map_err(|problem| format!("{problem:?}")))
}

/// A fault if only the next bundle fails, otherwise a difference of this kind.
fn fault_or<T>(kind: DifferenceKind, answers: &[Result<T, ComponentFault>; 2]) -> DifferenceKind {
    match answers {
        [Ok(_), Err(_)] => DifferenceKind::Fault,
        _ => kind,
    }
}

/// Whether enough was found that cannot be accepted to stop looking.
pub(super) fn is_enough(comparison: &Comparison, standby: StandbyBundle) -> bool {
    comparison
        .unreadable
        .saturating_add(comparison.faults)
        .saturating_add(missing_ways_back(comparison, standby))
        >= SHOWN
}

/// How many states and callbacks of the other bundle the running one would have to read, and cannot.
pub(super) fn missing_ways_back(comparison: &Comparison, standby: StandbyBundle) -> u64 {
    match standby {
        StandbyBundle::Next => comparison.no_way_back,
        // A rollback needs no way back to the bundle that runs now.
        StandbyBundle::Previous => 0,
    }
}

/// Count a difference, and keep it if it is among the first of its kind.
pub(super) fn add(comparison: &mut Comparison, difference: Difference) {
    let count = match difference.kind {
        DifferenceKind::State | DifferenceKind::Callback => &mut comparison.unreadable,
        DifferenceKind::WayBack => &mut comparison.no_way_back,
        DifferenceKind::Fault => &mut comparison.faults,
        DifferenceKind::Decision => &mut comparison.differing_decisions,
        DifferenceKind::Receipt => &mut comparison.differing_receipts,
    };
    *count = count.saturating_add(1);
    if *count <= SHOWN {
        comparison.differences.push(difference);
    }
}

/// Whether a component could read the state that it was given.
fn is_read(step: &Step) -> bool {
    match step {
        Ok(Ok(_)) => true,
        Ok(Err(refusal)) => apply::unread(refusal).is_none(),
        Err(_) => false,
    }
}

/// The view that a component reads in a state.
fn viewed(step: &Step) -> Value {
    match step {
        Ok(Ok(decision)) => json!({ "view": decision.view }),
        unread => decided(unread),
    }
}

/// A step's decision without the state, which may have another form.
fn decided(step: &Step) -> Value {
    match step {
        Ok(Ok(Decision {
            view,
            commands,
            deadline,
            state: _,
        })) => json!({ "view": view, "commands": commands, "deadline": deadline }),
        Ok(Err(refusal)) => json!({ "refused": format!("{refusal:?}") }),
        Err(fault) => json!({ "failed": fault.to_string() }),
    }
}

fn rendered(rendering: &Rendering) -> Value {
    match rendering {
        Ok(Ok(_)) => json!("rendered"),
        Ok(Err(problem)) => json!({ "refused": format!("{problem:?}") }),
        Err(fault) => json!({ "failed": fault.to_string() }),
    }
}

/// What a bundle makes of a callback for this terminal, or why it takes none.
fn taken(components: &dyn Components, request: &Request, terminal: &str) -> Taken {
    let claimed = components.claimed_terminal(&request.capability);
    let claimed = claimed.map_err(|fault| fault.to_string())?;
    if claimed.as_deref() != Some(terminal) {
        return Err(format!("the address is of terminal {claimed:?}"));
    }
    match components.verify(request) {
        Ok(Ok(verified)) => Ok(verified),
        Ok(Err(rejection)) => Err(format!("{rejection:?}")),
        Err(fault) => Err(fault.to_string()),
    }
}

/// A card that is reported to an address.
fn card(terminal: &str, segment: String, public_url: &str, now: u64) -> Request {
    let body = json!({
        "serialNumber": terminal, "cardId": "shadow-run", "maskedPan": "************0000",
    });
    Request {
        endpoint: PAYTER.to_owned(),
        target_uri: format!("{public_url}/callbacks/{PAYTER}/{segment}"),
        capability: segment,
        method: "POST".to_owned(),
        headers: vec![("content-type".to_owned(), b"application/json".to_vec())],
        body: body.to_string().into_bytes(),
        received_at: Some(now),
    }
}

fn difference(kind: DifferenceKind, at: &str, before: &Value, after: &Value) -> Option<Difference> {
    let (place, before, after) = first_difference(before, after)?;
    Some(Difference {
        kind,
        at: format!("{at}{place}").trim_end().to_owned(),
        before: shown(before),
        after: shown(after),
    })
}

/// The first place in which two values differ, as a JSON pointer after a space, and what stands there.
fn first_difference<'a>(
    before: &'a Value,
    after: &'a Value,
) -> Option<(String, &'a Value, &'a Value)> {
    fn within<'a>(
        before: &'a Value,
        after: &'a Value,
        place: &str,
    ) -> Option<(String, &'a Value, &'a Value)> {
        if before == after {
            return None;
        }
        let inner = match (before, after) {
            (Value::Object(before), Value::Object(after)) => {
                before.iter().find_map(|(name, value)| {
                    within(value, after.get(name)?, &format!("{place}/{name}"))
                })
            }
            (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
                let mut pairs = before.iter().zip(after).enumerate();
                pairs.find_map(|(at, (before, after))| {
                    within(before, after, &format!("{place}/{at}"))
                })
            }
            _ => None,
        };
        Some(inner.unwrap_or_else(|| (place.to_owned(), before, after)))
    }
    within(before, after, " ")
}

/// The first lines in which two texts differ.
fn first_lines(before: &[u8], after: &[u8]) -> Option<(String, String)> {
    if before == after {
        return None;
    }
    let [before, after] = [before, after].map(String::from_utf8_lossy);
    let (mut before, mut after) = (before.lines(), after.lines());
    loop {
        match (before.next(), after.next()) {
            (Some(before), Some(after)) if before == after => {}
            (before, after) => {
                let line = |line: Option<&str>| line.unwrap_or_default().to_owned();
                return Some((line(before), line(after)));
            }
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => cut(text),
        value => cut(&value.to_string()),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
