//! Invariants of a session under any events in any order.

use std::collections::BTreeSet;

use chargetap_contract::session::{
    Action, CommandResult, Event, MeterReading, Outcome, Phase, Requester,
};
use proptest::prelude::*;

use crate::session::{ID, Session, card, hold, stopped};

fn result() -> impl Strategy<Value = CommandResult> {
    prop_oneof![
        Just(CommandResult::Authorised(hold())),
        Just(CommandResult::Declined(String::new())),
        Just(CommandResult::Done),
        (0_u64..6_000).prop_map(CommandResult::Captured),
        Just(CommandResult::Conflict),
        Just(CommandResult::NotDone(String::new())),
        Just(CommandResult::Unknown),
        Just(CommandResult::OpenHolds(vec![])),
        Just(CommandResult::OpenHolds(vec![hold()])),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let kind = prop_oneof![
        Just("look-up-before"),
        Just("authorise"),
        Just("look-up-terminal"),
        Just("start"),
        Just("stop"),
        Just("capture"),
        Just("cancel"),
        Just("look-up-payment"),
    ];
    let reading =
        || (any::<u64>(), any::<u64>()).prop_map(|(energy, at)| MeterReading { energy, at });
    prop_oneof![
        (1_u64..3).prop_map(|low| Event::CardPresented(card(low))),
        (kind, result()).prop_map(|(kind, result)| {
            Event::CommandEnded(Outcome {
                command: format!("{ID}/{kind}"),
                result,
            })
        }),
        Just(Event::PaymentHinted),
        reading().prop_map(Event::ChargingStarted),
        reading().prop_map(Event::MeterRead),
        reading().prop_map(|reading| { Event::ChargingStopped(stopped(reading, "")) }),
        Just(Event::StopRequested(Requester::Operator)),
        Just(Event::StopRequested(Requester::Driver)),
        (0_u64..6_000).prop_map(Event::Refunded),
        Just(Event::DeadlineReached(Some(u64::MAX))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn money_is_never_both_captured_and_voided_nor_captured_beyond_the_hold(
        events in proptest::collection::vec((event(), 0_u64..100_000_000), 0..60),
    ) {
        let mut session = Session::tapped();
        for (event, passed) in events {
            session.pass(passed);
            // A refused event changes nothing; an applied one may.
            let _ = session.try_apply(event);
            let commands = &session.last.as_ref().unwrap().commands;
            let ids: BTreeSet<_> = commands.iter().map(|command| &command.id).collect();
            prop_assert_eq!(ids.len(), commands.len(), "one command an id");
        }
        let amounts: Vec<u64> = session.asked.iter().filter_map(|command| match &command.action {
            Action::Capture(capture) => Some(capture.amount),
            _ => None,
        }).collect();
        let voided = session.asked.iter().any(|command| matches!(command.action, Action::Cancel(_)));
        prop_assert!(amounts.is_empty() || !voided);
        prop_assert!(amounts.windows(2).all(|pair| pair[0] == pair[1]), "one amount only");
        prop_assert!(amounts.iter().all(|amount| *amount <= 5_000));
        prop_assert!(session.times_asked("authorise") <= 1);
        prop_assert!(session.times_asked("receipt") <= 1);
        let view = session.view();
        if matches!(view.phase, Phase::Settled | Phase::Refunded) {
            prop_assert_eq!(view.captured + view.released, 5_000);
            prop_assert!(Some(&view.captured) <= amounts.first());
        }
        prop_assert!(view.refunded <= view.captured);
    }

    #[test]
    fn a_session_that_has_not_ended_waits_for_something(
        events in proptest::collection::vec((event(), 0_u64..100_000_000), 0..60),
    ) {
        let mut session = Session::tapped();
        let mut under_way = vec!["look-up-before".to_owned()];
        for (event, passed) in events {
            session.pass(passed);
            let ended = match &event {
                Event::CommandEnded(outcome) => outcome.command.rsplit('/').next().map(str::to_owned),
                _ => None,
            };
            // Only a command that was asked for can end.
            if ended.as_ref().is_some_and(|ended| !under_way.contains(ended)) {
                continue;
            }
            under_way.retain(|kind| Some(kind) != ended.as_ref());
            if session.try_apply(event).is_ok() {
                under_way.extend(session.commands().into_iter().map(str::to_owned));
            }
        }
        let ended = matches!(
            session.phase(),
            Phase::Settled | Phase::Refunded | Phase::Cancelled | Phase::Declined | Phase::FailedNothingTaken
                | Phase::NeedsAttention
        );
        prop_assert!(ended || session.deadline().is_some() || !under_way.is_empty());
    }
}
