use std::convert::Infallible;

use chargetap_contract::money::{Prices, Tariff};
use chargetap_contract::session::Policy;

use super::super::prompt::{SentPrompt, option_id};
use super::*;
use crate::config::Model;

fn evse(connector: u32) -> Evse {
    Evse {
        station: "CT-1".into(),
        connector,
    }
}

/// A terminal with this many EVSEs, called A, B and so on.
fn terminal(start: Start, evses: u32, holds: &[u64]) -> Terminal {
    let label = |connector| char::from_digit(9 + connector, 36).unwrap().to_uppercase();
    Terminal {
        model: Model::Apollo,
        currency: "EUR".into(),
        policy: Policy {
            tariff: Tariff {
                currency: "EUR".into(),
                tax_included: true,
                elements: vec![],
                min_price: None,
                max_price: None,
                preauthorize_amount: None,
            },
            utc_offsets: vec![],
            currency_decimals: 2,
            minimum_capture: 0,
            authorise_timeout: 0,
            plug_in_timeout: 100,
            maximum_duration: 0,
            hold_lifetime: 0,
            stop_timeout: 0,
            offline_timeout: 60 * 60_000,
            maximum_power: 500_000,
        },
        evses: (1..=evses)
            .map(|connector| ServedEvse {
                evse: evse(connector),
                label: label(connector).to_string(),
                id: None,
            })
            .collect(),
        start,
        holds: holds.to_vec(),
        holds_by_tariff: false,
        tariff: "standard".into(),
        stop_on_screen: false,
        confirm_stop: false,
        languages: vec!["en".into()],
    }
}

/// Words for what is tested here.
fn words(message: &Message) -> String {
    match message {
        Message::Offer(offer) => format!("price, {}", offer.hold),
        Message::InUseCardStops => "In use. To stop, show the same card again.".into(),
        Message::PlugIn => "Plug in to charge. To stop, show the same card again.".into(),
        Message::ShowFirstCard => "Show the card that you began with.".into(),
        Message::InUse => "In use.".into(),
        Message::HowMuch => "How much at most?".into(),
        Message::WhereToCharge => "Where do you charge?".into(),
        Message::Amount(money) => format!("{} {}", money.amount, money.currency),
        Message::Stop => "Stop charging".into(),
        Message::StopAt(label) => format!("Stop {label}"),
        Message::ConfirmStop => "Stop charging?".into(),
        Message::GoOn => "Continue".into(),
        Message::OutOfService => "Out of service.".into(),
        other => panic!("{other:?}"),
    }
}

fn in_words(prompt: Prompt<Caption>) -> Prompt {
    let worded = prompt.try_map(|caption| {
        Ok::<_, Infallible>(match caption {
            Caption::Label(label) => label,
            Caption::Message(message) => words(&message),
            Caption::About(label, message) => format!("{label}: {}", words(&message)),
        })
    });
    worded.unwrap()
}

fn running(session: &str) -> EvseStatus {
    EvseStatus {
        session: Some(session.into()),
        ..IDLE
    }
}

fn waiting(since: u64) -> EvseStatus {
    EvseStatus {
        vehicle_since: Some(since),
        ..IDLE
    }
}

const IDLE: EvseStatus = EvseStatus {
    session: None,
    vehicle_since: None,
    is_occupied: false,
    is_out_of_order: false,
};

/// A transaction runs there that no session has.
const OCCUPIED: EvseStatus = EvseStatus {
    is_occupied: true,
    ..IDLE
};

/// Its station is away, or says that it is broken.
const BROKEN: EvseStatus = EvseStatus {
    is_out_of_order: true,
    ..IDLE
};

/// The moment of every question; drivers take less than the terminal's patience of 100.
const NOW: u64 = 100;

fn asked(terminal: &Terminal, statuses: &[EvseStatus], chosen: Option<&Chosen>) -> Prompt {
    let nothing = PromptContext {
        chosen,
        offered: None,
    };
    asked_after(terminal, statuses, &nothing)
}

fn asked_after(terminal: &Terminal, statuses: &[EvseStatus], before: &PromptContext<'_>) -> Prompt {
    let offers: Vec<_> = terminal
        .holds
        .iter()
        .map(|hold| Quote {
            prices: Prices {
                currency: "EUR".into(),
                units: vec![],
                minimum: None,
            },
            hold: *hold,
        })
        .collect();
    in_words(next(terminal, statuses, &offers, before, NOW))
}

/// Where the card that is asked for would begin a session, with which hold, and what is shown.
fn card(ask: &Prompt) -> (Option<u32>, u64, &str) {
    match ask {
        Prompt::Card(card) => (
            card.evse.as_ref().map(|evse| evse.connector),
            card.hold,
            &card.text,
        ),
        Prompt::Choice { .. } | Prompt::Nothing { .. } => panic!("{ask:?}"),
    }
}

fn labels(ask: &Prompt) -> Vec<&str> {
    match ask {
        Prompt::Choice { options, .. } => options.iter().map(|it| it.label.as_str()).collect(),
        Prompt::Card(_) | Prompt::Nothing { .. } => panic!("{ask:?}"),
    }
}

/// What the terminal asks for once this option was chosen.
fn after(terminal: &Terminal, statuses: &[EvseStatus], ask: &Prompt, option: u64) -> Prompt {
    let (at, chosen) = ask.option(&option_id(option)).unwrap();
    assert_eq!((at, ask.chosen(at)), (option, Some(chosen)));
    asked(terminal, statuses, Some(chosen))
}

#[test]
fn a_terminal_with_one_evse_asks_for_a_card_and_says_so_where_the_evse_is_occupied() {
    let terminal = terminal(Start::Tap, 1, &[5_000]);
    for standing in [IDLE, waiting(1)] {
        let ask = asked(&terminal, &[standing], None);
        assert_eq!(card(&ask), (Some(1), 5_000, "price, 5000"));
    }
    let ask = asked(&terminal, &[running("S")], None);
    assert_eq!(card(&ask).0, None);
    assert!(card(&ask).2.starts_with("In use. To stop"));
}

#[test]
fn where_a_driver_chooses_an_amount_an_occupied_evse_offers_none() {
    let mut terminal = terminal(Start::Tap, 1, &[1_000, 2_000]);
    assert_eq!(card(&asked(&terminal, &[running("S")], None)).0, None);
    terminal.stop_on_screen = true;
    let ask = asked(&terminal, &[running("S")], None);
    assert_eq!(labels(&ask), ["Stop A"]);
}

#[test]
fn plugging_in_says_where_and_the_last_to_do_so_is_the_one_at_the_terminal() {
    let terminal = terminal(Start::PlugIn, 3, &[5_000]);
    let ask = asked(&terminal, &[waiting(10), waiting(30), waiting(20)], None);
    assert_eq!(card(&ask), (Some(2), 5_000, "B: price, 5000"));
}

#[test]
fn what_a_driver_is_reading_does_not_change_because_another_one_plugs_in() {
    let terminal = terminal(Start::PlugIn, 2, &[5_000]);
    let reading = PromptContext {
        chosen: None,
        offered: Some(&evse(1)),
    };
    let ask = asked_after(&terminal, &[waiting(10), waiting(30)], &reading);
    assert_eq!(card(&ask).0, Some(1));
    // Unless the first one is gone.
    let ask = asked_after(&terminal, &[IDLE, waiting(30)], &reading);
    assert_eq!(card(&ask).0, Some(2));
}

#[test]
fn a_vehicle_whose_driver_did_not_come_is_not_offered_to_the_next_card() {
    let mut terminal = terminal(Start::PlugIn, 1, &[5_000]);
    terminal.policy.plug_in_timeout = 40;
    assert_eq!(card(&asked(&terminal, &[waiting(61)], None)).0, Some(1));
    assert_eq!(card(&asked(&terminal, &[waiting(60)], None)).0, None);
}

#[test]
fn a_card_that_is_shown_before_anything_is_plugged_in_can_only_stop() {
    let terminal = terminal(Start::PlugIn, 2, &[5_000]);
    let ask = asked(&terminal, &[running("S"), IDLE], None);
    assert_eq!(card(&ask).0, None);
    assert!(card(&ask).2.starts_with("Plug in to charge."));
}

#[test]
fn a_vehicle_at_an_occupied_evse_is_offered_nothing() {
    let terminal = terminal(Start::PlugIn, 1, &[5_000]);
    let occupied = EvseStatus {
        vehicle_since: Some(1),
        ..running("S")
    };
    assert_eq!(card(&asked(&terminal, &[occupied], None)).0, None);
}

#[test]
fn on_the_screen_a_driver_chooses_among_the_free_evses_and_then_shows_a_card() {
    let terminal = terminal(Start::Screen, 3, &[5_000]);
    let statuses = [IDLE, running("S"), IDLE];
    let ask = asked(&terminal, &statuses, None);
    assert_eq!(labels(&ask), ["A", "C", "Stop charging"]);
    let then = after(&terminal, &statuses, &ask, 1);
    assert_eq!(card(&then), (Some(3), 5_000, "C: price, 5000"));
}

#[test]
fn an_evse_that_another_driver_took_meanwhile_has_to_be_chosen_anew() {
    let terminal = terminal(Start::Screen, 2, &[5_000]);
    let ask = asked(&terminal, &[IDLE, IDLE], None);
    let then = after(&terminal, &[running("S"), IDLE], &ask, 0);
    assert_eq!(labels(&then), ["B", "Stop charging"]);
}

#[test]
fn who_wants_to_stop_shows_the_card_unless_the_screen_is_enough() {
    let mut terminal = terminal(Start::Screen, 2, &[5_000]);
    let statuses = [running("S-1"), running("S-2")];
    let ask = asked(&terminal, &statuses, None);
    assert_eq!(labels(&ask), ["Stop charging"]);
    assert_eq!(card(&after(&terminal, &statuses, &ask, 0)).0, None);
    terminal.stop_on_screen = true;
    let ask = asked(&terminal, &statuses, None);
    assert_eq!(labels(&ask), ["Stop A", "Stop B"]);
    let session = "S-2".to_owned();
    assert_eq!(ask.chosen(1), Some(&Chosen::Stop { session }));
    // Once that is done, the terminal asks as before.
    let then = after(&terminal, &[running("S-1"), IDLE], &ask, 1);
    assert_eq!(labels(&then), ["B", "Stop A"]);
}

/// By a card that began these sessions.
fn confirm(sessions: &[&str]) -> Chosen {
    let sessions = sessions.iter().map(|&session| session.into()).collect();
    Chosen::ConfirmStop { sessions }
}

#[test]
fn a_card_that_is_to_confirm_is_asked_whether_its_session_ends() {
    let only = terminal(Start::Tap, 1, &[5_000]);
    let statuses = [running("S")];
    let ask = asked(&only, &statuses, Some(&confirm(&["S"])));
    assert_eq!(ask.title(), "Stop charging?");
    assert_eq!(labels(&ask), ["Stop charging", "Continue"]);
    let session = "S".to_owned();
    assert_eq!(ask.chosen(0), Some(&Chosen::Stop { session }));
    // After either answer the terminal shows the same as before the question.
    for option in [0, 1] {
        let then = after(&only, &statuses, &ask, option);
        assert!(card(&then).2.starts_with("In use."), "{option}");
    }
}

#[test]
fn a_card_that_pays_for_two_vehicles_is_asked_which_of_them_is_to_stop() {
    let terminal = terminal(Start::Screen, 3, &[5_000]);
    let statuses = [running("S-1"), running("other"), running("S-2")];
    let ask = asked(&terminal, &statuses, Some(&confirm(&["S-2", "S-1"])));
    assert_eq!(labels(&ask), ["Stop A", "Stop C", "Continue"]);
    let session = "S-2".to_owned();
    assert_eq!(ask.chosen(1), Some(&Chosen::Stop { session }));
}

#[test]
fn nobody_is_asked_about_a_session_that_is_over() {
    let terminal = terminal(Start::Tap, 1, &[5_000]);
    let ask = asked(&terminal, &[IDLE], Some(&confirm(&["S"])));
    assert_eq!(card(&ask).0, Some(1));
}

#[test]
fn who_may_only_end_a_session_is_asked_as_well() {
    let terminal = terminal(Start::Tap, 1, &[5_000]);
    let (statuses, question) = ([running("S")], confirm(&["S"]));
    let end_only = ActivationCheck::EndOnly;
    let ask = in_words(out_of_service(
        &terminal,
        &statuses,
        Some(&question),
        end_only,
    ));
    assert_eq!(labels(&ask), ["Stop charging", "Continue"]);
}

/// A prompt whose answer is this, or that this choice led to.
fn sent(prompt: Prompt, chosen: Option<Chosen>, answer: Option<u64>) -> SentPrompt {
    SentPrompt {
        arming_id: "A".into(),
        prompt,
        chosen,
        sent_at: 0,
        renew_at: 3_000_000,
        expires_at: 3_000_000,
        confirmed: true,
        masked_until: 0,
        answer,
        used: false,
        question: None,
    }
}

#[test]
fn nothing_follows_on_a_choice_to_stop_or_to_go_on() {
    let terminal = terminal(Start::Tap, 1, &[5_000]);
    let question = asked(&terminal, &[running("S")], Some(&confirm(&["S"])));
    for option in [0, 1] {
        let answered = sent(question.clone(), Some(confirm(&["S"])), Some(option));
        assert_eq!(answered.chosen(NOW), None, "{option}");
    }
    // As an earlier version stored it.
    let session = "S".to_owned();
    let followed = sent(question, Some(Chosen::Stop { session }), None);
    assert_eq!(followed.chosen(NOW), None);
}

#[test]
fn a_question_to_a_driver_is_not_put_up_late() {
    let in_use = asked(&terminal(Start::Tap, 1, &[5_000]), &[running("S")], None);
    let sent = |since| SentPrompt {
        used: true,
        question: Some((confirm(&["S"]), since)),
        ..sent(in_use.clone(), None, None)
    };
    for (since, is_asked) in [
        (1_000_000, true),
        (945_000, true),
        (935_000, false),
        (1_010_000, false),
    ] {
        let sent = sent(since);
        assert_eq!(sent.chosen(1_000_000).is_some(), is_asked, "{since}");
    }
}

#[test]
fn a_driver_may_choose_how_much_to_spend_at_most_before_showing_a_card() {
    let terminal = terminal(Start::Tap, 1, &[1_000, 2_550]);
    let ask = asked(&terminal, &[IDLE], None);
    assert_eq!(labels(&ask), ["1000 EUR", "2550 EUR"]);
    let then = after(&terminal, &[IDLE], &ask, 1);
    assert_eq!(card(&then), (Some(1), 2_550, "price, 2550"));
}

#[test]
fn where_and_how_much_are_chosen_one_after_the_other() {
    let terminal = terminal(Start::Screen, 2, &[1_000, 2_000]);
    let statuses = [IDLE, IDLE];
    let ask = asked(&terminal, &statuses, None);
    let how_much = after(&terminal, &statuses, &ask, 1);
    assert_eq!(labels(&how_much), ["1000 EUR", "2000 EUR"]);
    let then = after(&terminal, &statuses, &how_much, 0);
    assert_eq!(card(&then), (Some(2), 1_000, "B: price, 1000"));
}

#[test]
fn an_amount_that_is_no_longer_offered_is_not_held() {
    let before = terminal(Start::Tap, 1, &[1_000, 9_000]);
    let ask = asked(&before, &[IDLE], None);
    let now = terminal(Start::Tap, 1, &[1_000, 2_000]);
    assert_eq!(
        labels(&after(&now, &[IDLE], &ask, 1)),
        ["1000 EUR", "2000 EUR"]
    );
}

#[test]
fn an_option_that_is_not_there_is_none() {
    let ask = asked(&terminal(Start::Screen, 1, &[5_000]), &[IDLE], None);
    for id in ["option1", "option", "", "0"] {
        assert_eq!(ask.option(id), None, "{id}");
    }
}

fn resting(terminal: &Terminal, statuses: &[EvseStatus], activation: ActivationCheck) -> Prompt {
    in_words(out_of_service(terminal, statuses, None, activation))
}

#[test]
fn out_of_service_only_who_charges_may_stop_and_only_where_cards_are_read() {
    let terminal = terminal(Start::Tap, 1, &[5_000]);
    let free = [EvseStatus::default()];
    let in_use = [EvseStatus {
        session: Some("s1".into()),
        ..IDLE
    }];
    let rests = |ask| matches!(ask, Prompt::Nothing { .. });
    assert!(rests(resting(&terminal, &free, ActivationCheck::EndOnly)));
    assert!(rests(resting(&terminal, &in_use, ActivationCheck::Refused)));
    let Prompt::Card(card) = resting(&terminal, &in_use, ActivationCheck::EndOnly) else {
        panic!("the driver must be able to stop")
    };
    assert_eq!(card.evse, None);
}

#[test]
fn no_card_is_taken_where_nobody_could_charge() {
    for start in [Start::Tap, Start::PlugIn, Start::Screen] {
        let terminal = terminal(start, 1, &[5_000]);
        let rests = asked(&terminal, &[BROKEN], None);
        let text = "Out of service.".to_owned();
        assert_eq!(rests, Prompt::Nothing { text }, "{start:?}");
    }
}

#[test]
fn who_charges_where_the_station_went_away_can_still_stop() {
    let terminal = terminal(Start::Tap, 1, &[5_000]);
    let away = EvseStatus {
        is_out_of_order: true,
        ..running("S")
    };
    let prompt = asked(&terminal, &[away], None);
    let (evse, _, text) = card(&prompt);
    assert_eq!(
        (evse, text),
        (None, "In use. To stop, show the same card again.")
    );
}

#[test]
fn an_evse_that_is_broken_or_occupied_is_not_offered() {
    let terminal = terminal(Start::Screen, 3, &[5_000]);
    let Prompt::Choice { options, .. } = asked(&terminal, &[BROKEN, IDLE, OCCUPIED], None) else {
        panic!("no choice");
    };
    let labels: Vec<_> = options.iter().map(|option| &option.label).collect();
    assert_eq!(labels, ["B"]);
    let terminal = self::terminal(Start::Tap, 1, &[5_000]);
    assert_eq!(card(&asked(&terminal, &[OCCUPIED], None)).0, None);
}
