//! What two bundles of components make of the same: pure.

use chargetap_contract::callback::{Capability, Request, Verified};
use chargetap_contract::receipt::{Document, Format, Problem, Rendered};
use chargetap_contract::session::{Decision, Event, Policy, Refusal};
use chargetap_contract::{ComponentFault, Components};
use chargetap_fleet::api::{Comparison, Difference, DifferenceKind};
use serde_json::{Value, json};

use crate::config::PAYTER;

#[cfg(test)]
mod tests;

/// So many differences of a kind are shown.
const SHOWN: u64 = 10;
/// So many characters of a value are shown.
const LONGEST: usize = 300;
/// How long the addresses are good to which callbacks are tried, in milliseconds.
const MINUTE: u64 = 60_000;
/// The formats in which receipts are compared.
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

/// A step that was made.
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
    /// Make a step once more. What is decided must be the same, and each must read the state that the other writes.
    pub(super) fn step(self, at: &str, step: &RecordedStep<'_>) -> Vec<Difference> {
        let before = step.make(self.running, step.state, step.event);
        let after = step.make(self.next, step.state, step.event);
        let kind = match is_read(&before) && !is_read(&after) {
            true => DifferenceKind::State,
            false => DifferenceKind::Decision,
        };
        let mut found = Vec::new();
        found.extend(difference(kind, at, &decided(&before), &decided(&after)));
        if let (Ok(Ok(before)), Ok(Ok(after))) = (before, after) {
            let at = format!("{at}, the state after it");
            let written = json!("written");
            let read = |components: &dyn Components, written: &Decision| {
                let state = Some(written.state.as_slice());
                step.make(components, state, &Event::PaymentHinted)
            };
            let by_next = read(self.next, &before);
            if !is_read(&by_next) {
                let kind = DifferenceKind::State;
                found.extend(difference(kind, &at, &written, &decided(&by_next)));
            }
            let by_running = read(self.running, &after);
            if !is_read(&by_running) {
                let kind = DifferenceKind::WayBack;
                found.extend(difference(kind, &at, &decided(&by_running), &written));
            }
        }
        found
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

    /// Render a receipt in the formats that people read. The first in which it looks otherwise counts.
    pub(super) fn receipt(self, document: &Document) -> Option<Difference> {
        let number = document.number.as_deref().unwrap_or("without a number");
        FORMATS.into_iter().find_map(|(format, name)| {
            let render = |components: &dyn Components| components.render(document, format, "en");
            let at = format!("receipt {number} as {name}");
            match (render(self.running), render(self.next)) {
                (Ok(Ok(before)), Ok(Ok(after))) => {
                    let (before, after) = first_lines(&before.body, &after.body)?;
                    Some(Difference {
                        kind: DifferenceKind::Receipt,
                        at,
                        before: cut(&before),
                        after: cut(&after),
                    })
                }
                (before, after) => {
                    let (before, after) = (rendered(&before), rendered(&after));
                    difference(DifferenceKind::Decision, &at, &before, &after)
                }
            }
        })
    }
}

/// Count a difference, and keep it if it is among the first of its kind.
pub(super) fn add(comparison: &mut Comparison, difference: Difference) {
    let count = match difference.kind {
        DifferenceKind::State | DifferenceKind::Callback => &mut comparison.unreadable,
        DifferenceKind::WayBack => &mut comparison.no_way_back,
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
    !matches!(
        step,
        Err(_)
            | Ok(Err(
                Refusal::UnknownStateVersion(_) | Refusal::MalformedState(_)
            ))
    )
}

/// What counts of a step. The state may have another form.
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
