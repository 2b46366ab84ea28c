use chargetap_contract::FaultCause;
use chargetap_contract::callback::{CallbackEvent, Rejection};
use chargetap_contract::receipt::{MeasurementVerdict, Page};
use chargetap_contract::screen::Quote;
use chargetap_contract::session::{CommandResult, Evse, Outcome, Tap, View};
use chargetap_contract::terminal::{
    Card, CardRead, CardReference, CardScheme, Hold, TerminalEvent,
};

use super::*;
use crate::config::Config;

const NOW: u64 = 1_767_268_800_000;
const URL: &str = "https://gateway.example";

/// A bundle around the real orchestrator. In front of a state it writes the version that it writes.
struct Bundle {
    writes: u8,
    reads: &'static [u8],
    /// By how much its deadlines are later.
    later: u64,
    /// Whether it fails at every step.
    is_broken: bool,
    /// What its addresses end with, and those that it takes.
    mark: char,
    takes: &'static [char],
    /// How it names every card.
    card: u64,
    /// By how much more energy it reads in a state than was written.
    reads_more: u64,
}

const GOOD: Bundle = Bundle {
    writes: 1,
    reads: &[1],
    later: 0,
    is_broken: false,
    mark: 'a',
    takes: &['a'],
    card: 7,
    reads_more: 0,
};

fn fault<T>() -> Result<T, ComponentFault> {
    Err(ComponentFault {
        component: "session-orchestrator",
        cause: FaultCause::Trap("trap".to_owned()),
    })
}

impl Components for Bundle {
    fn mint(&self, _: &str, it: &Capability) -> Result<Option<String>, ComponentFault> {
        Ok(Some(format!("{}~{}", it.terminal, self.mark)))
    }

    fn verify(
        &self,
        request: &Request,
    ) -> Result<Result<Vec<Verified>, Rejection>, ComponentFault> {
        let mark = request.capability.chars().next_back().unwrap();
        if !self.takes.contains(&mark) {
            return Ok(Err(Rejection::Mismatch));
        }
        let read = CallbackEvent::Terminal(TerminalEvent::CardRead(card_read(self.card)));
        Ok(Ok(vec![Verified {
            event: read,
            dedupe_key: None,
            key_id: "2026".to_owned(),
        }]))
    }

    fn claimed_terminal(&self, capability: &str) -> Result<Option<String>, ComponentFault> {
        Ok(capability.split('~').next().map(str::to_owned))
    }

    fn step(&self, policy: &Policy, state: Option<&[u8]>, event: &Event, now: u64) -> Step {
        if self.is_broken {
            return fault();
        }
        let inner = match state.and_then(<[u8]>::split_first) {
            Some((version, _)) if !self.reads.contains(version) => {
                return Ok(Err(Refusal::UnknownStateVersion((*version).into())));
            }
            stored => stored.map(|(_, inner)| inner),
        };
        let decision = session_orchestrator::step(policy, inner, event.clone(), now);
        let more = if *event == apply::READ {
            self.reads_more
        } else {
            0
        };
        Ok(decision.map(|decision| Decision {
            view: View {
                energy: decision.view.energy + more,
                ..decision.view
            },
            state: [&[self.writes], decision.state.as_slice()].concat(),
            deadline: decision.deadline.map(|at| at + self.later),
            ..decision
        }))
    }

    fn offer(&self, policy: &Policy, hold: u64, now: u64) -> Result<Quote, ComponentFault> {
        match self.is_broken {
            true => fault(),
            false => Ok(session_orchestrator::offer(policy, hold, now)),
        }
    }

    fn render(&self, _: &Document, _: Format, _: &str) -> Rendering {
        fault()
    }

    fn form(&self, _: &Page, _: &str) -> Rendering {
        fault()
    }

    fn screen_text(&self, _: &Message, _: &str) -> Result<Result<String, Problem>, ComponentFault> {
        Ok(Ok(self.mark.to_string()))
    }

    fn check_measurement(
        &self,
        _: &[String],
        _: Option<&str>,
    ) -> Result<MeasurementVerdict, ComponentFault> {
        fault()
    }
}

fn card_read(card: u64) -> CardRead {
    CardRead {
        terminal: "P66-0001".to_owned(),
        read: "0123456789ABCDEFGHJK".to_owned(),
        card: Card {
            scheme: CardScheme::Visa,
            last_four: Some(1_234),
            reference: CardReference { high: 0, low: card },
        },
        application: None,
    }
}

fn policy() -> Policy {
    let config = Config::parse(include_str!("../../../../gateway/examples/chargetap.toml"));
    let config = config.unwrap();
    config.terminals.values().next().unwrap().policy.clone()
}

/// What differs in two steps of a session: its beginning, and the answer to the first command.
fn steps(running: &Bundle, next: &Bundle) -> Vec<Difference> {
    let policy = &policy();
    let tap = Event::CardPresented(Tap {
        read: card_read(7),
        evse: Some(Evse {
            station: "CT-1".to_owned(),
            connector: 1,
        }),
        told_price: None,
    });
    let begun = GOOD.step(policy, None, &tap, NOW).unwrap().unwrap();
    let looked_up = Event::CommandEnded(Outcome {
        command: begun.commands[0].id.clone(),
        result: CommandResult::OpenHolds(vec![Hold {
            payment: "pay-0".to_owned(),
            amount: 1,
        }]),
    });
    let pair = Pair { running, next };
    let made = [(None, &tap), (Some(begun.state.as_slice()), &looked_up)];
    let found = made.into_iter().flat_map(|(state, event)| {
        let step = RecordedStep {
            policy,
            state,
            event,
            now: NOW,
        };
        pair.step("S-1", &step)
    });
    found.collect()
}

fn callbacks(running: &Bundle, next: &Bundle) -> Vec<Difference> {
    Pair { running, next }.callback("P66-0001", URL, NOW)
}

/// What differs in what a terminal says of one hold in two languages.
fn offers(running: &Bundle, next: &Bundle) -> Vec<Difference> {
    let pair = Pair { running, next };
    pair.offers(
        "P66-0001",
        (&policy(), &[5_000], NOW),
        ["en", "sv"].into_iter(),
    )
}

fn kinds(found: &[Difference]) -> Vec<DifferenceKind> {
    found.iter().map(|it| it.kind).collect()
}

#[test]
fn the_same_bundle_differs_in_nothing() {
    assert_eq!(steps(&GOOD, &GOOD), []);
    assert_eq!(callbacks(&GOOD, &GOOD), []);
}

#[test]
fn another_decision_is_found_with_its_place_and_what_stands_there() {
    let later = Bundle { later: 5, ..GOOD };
    let found = steps(&GOOD, &later);
    assert_eq!(kinds(&found), [DifferenceKind::Decision; 2]);
    assert_eq!(found[0].at, "S-1 /deadline");
    let [before, after] = [&found[0].before, &found[0].after].map(|it| it.parse::<u64>().unwrap());
    assert_eq!(after - before, 5);
}

#[test]
fn a_state_that_says_something_else_to_the_next_bundle_is_told() {
    let otherwise = Bundle {
        reads_more: 5,
        ..GOOD
    };
    let found = steps(&GOOD, &otherwise);
    assert_eq!(kinds(&found), [DifferenceKind::Decision; 2]);
    assert_eq!(found[0].at, "S-1, the state after it /view/energy");
}

#[test]
fn the_text_of_an_offer_that_differs_is_told_for_each_language() {
    assert_eq!(offers(&GOOD, &GOOD), []);
    let found = offers(&GOOD, &Bundle { mark: 'b', ..GOOD });
    assert_eq!(kinds(&found), [DifferenceKind::Decision; 2]);
    assert!(found[1].at.contains("P66-0001 in sv"), "{found:#?}");
}

#[test]
fn a_state_of_another_form_that_both_read_is_no_difference() {
    let reads: &[u8] = &[1, 2];
    let [running, next] = [1, 2].map(|writes| Bundle {
        writes,
        reads,
        ..GOOD
    });
    assert_eq!(steps(&running, &next), []);
}

#[test]
fn a_state_that_only_the_newer_bundle_reads_leaves_no_way_back() {
    let newer = Bundle {
        writes: 2,
        reads: &[1, 2],
        ..GOOD
    };
    let found = steps(&GOOD, &newer);
    assert_eq!(kinds(&found), [DifferenceKind::WayBack; 2]);
    assert!(
        found[0].before.contains("UnknownStateVersion(2)"),
        "{found:#?}"
    );
    // Back from there, the earlier bundle cannot read what is written.
    let found = steps(&newer, &GOOD);
    assert_eq!(kinds(&found), [DifferenceKind::State; 2]);
}

#[test]
fn a_recorded_state_that_the_next_bundle_cannot_read_is_told() {
    let stranger = Bundle {
        writes: 2,
        reads: &[2],
        ..GOOD
    };
    let found = steps(&GOOD, &stranger);
    let recorded = found.iter().find(|it| it.at == "S-1").unwrap();
    assert_eq!(recorded.kind, DifferenceKind::State);
}

#[test]
fn a_bundle_that_fails_where_the_running_one_does_not_is_told_as_such() {
    let broken = Bundle {
        is_broken: true,
        ..GOOD
    };
    let found = steps(&GOOD, &broken);
    assert_eq!(kinds(&found), [DifferenceKind::Fault; 2]);
    assert!(found[0].after.contains("trap"), "{found:#?}");
    assert_eq!(kinds(&offers(&GOOD, &broken)), [DifferenceKind::Fault]);
    // From one that fails, there is a way to one that does not.
    assert_eq!(kinds(&steps(&broken, &GOOD)), [DifferenceKind::Decision; 2]);
    assert_eq!(steps(&broken, &broken), []);
}

#[test]
fn addresses_on_terminals_must_be_taken_and_those_that_follow_by_both() {
    let other = |takes| Bundle {
        mark: 'b',
        takes,
        ..GOOD
    };
    let found = callbacks(&GOOD, &other(&['a', 'b']));
    assert_eq!(kinds(&found), [DifferenceKind::WayBack]);
    assert!(found[0].before.contains("Mismatch"), "{found:#?}");
    let found = callbacks(&GOOD, &other(&['b']));
    let expected = [DifferenceKind::Callback, DifferenceKind::WayBack];
    assert_eq!(kinds(&found), expected);
    // It refuses its own.
    let found = callbacks(&GOOD, &other(&['a']));
    assert_eq!(kinds(&found), [DifferenceKind::Callback]);
    let both = Bundle {
        takes: &['a', 'b'],
        ..GOOD
    };
    assert_eq!(callbacks(&both, &other(&['a', 'b'])), []);
}

#[test]
fn a_card_that_is_named_otherwise_is_another_decision() {
    let renamed = Bundle { card: 8, ..GOOD };
    let found = callbacks(&GOOD, &renamed);
    assert_eq!(kinds(&found), [DifferenceKind::Decision; 2]);
    assert!(found[0].at.ends_with("/card/reference/low"), "{found:#?}");
    assert_eq!([&found[0].before, &found[0].after], ["7", "8"]);
}

#[test]
fn the_first_place_of_a_difference_is_found_in_lists_and_where_members_are_missing() {
    let place = |before: Value, after: Value| {
        first_difference(&before, &after).map(|(place, ..)| place.trim().to_owned())
    };
    assert_eq!(place(json!([1, {"a": 2}]), json!([1, {"a": 2}])), None);
    let found = place(json!([1, {"a": 2}]), json!([1, {"a": 3}]));
    assert_eq!(found.as_deref(), Some("/1/a"));
    let found = place(json!({"a": [1]}), json!({"a": [1, 2]}));
    assert_eq!(found.as_deref(), Some("/a"));
    let found = place(json!({"Done": 1}), json!({"Lost": 1}));
    assert_eq!(found.as_deref(), Some(""));
}

#[test]
fn the_first_lines_that_differ_are_told_and_one_that_is_missing_is_empty() {
    let lines = |before: &str, after: &str| first_lines(before.as_bytes(), after.as_bytes());
    assert_eq!(lines("a\nb", "a\nb"), None);
    let found = lines("a\nb\nc", "a\nx\nc").unwrap();
    assert_eq!(found, ("b".to_owned(), "x".to_owned()));
    let found = lines("a", "a\nb").unwrap();
    assert_eq!(found, (String::new(), "b".to_owned()));
}

#[test]
fn of_many_differences_all_are_counted_and_the_first_are_kept() {
    let mut comparison = Comparison::default();
    for number in 0..25 {
        add(
            &mut comparison,
            Difference {
                kind: DifferenceKind::Decision,
                at: number.to_string(),
                before: String::new(),
                after: String::new(),
            },
        );
    }
    assert_eq!(comparison.differing_decisions, 25);
    let kept: Vec<_> = comparison
        .differences
        .iter()
        .map(|it| it.at.as_str())
        .collect();
    assert_eq!(kept, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
}
