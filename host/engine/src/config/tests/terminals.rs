//! Which EVSEs a terminal serves, and how a session begins there.

use super::*;

const ONE: &str = r#"evses = [{ station = "CT-1", connector = 1 }]"#;
const TWO: &str = r#"evses = [{ station = "CT-1", connector = 1, label = "Left" },
         { station = "CT-1", connector = 2 }]
start = "plug-in""#;
const HOLD: &str = r#"hold = "50.00""#;

fn terminal(from: &str, to: &str) -> Terminal {
    assert!(GOOD.contains(from));
    let config = parse(&GOOD.replacen(from, to, 1)).unwrap();
    config.terminals["P66-0001"].clone()
}

#[test]
fn a_terminal_starts_by_the_tap_at_its_evse_unless_told_otherwise() {
    let terminal = terminal(ONE, ONE);
    assert_eq!(terminal.start, Start::Tap);
    assert_eq!(terminal.evses[0].label, "CT-1/1");
    assert!(!terminal.stop_on_screen);
}

#[test]
fn several_evses_are_told_apart_by_plugging_in_or_on_the_screen_and_not_by_a_tap() {
    let terminal = terminal(ONE, TWO);
    assert_eq!(terminal.start, Start::PlugIn);
    let labels: Vec<_> = terminal.evses.iter().map(|it| it.label.as_str()).collect();
    assert_eq!(labels, ["Left", "CT-1/2"]);
    let error = error(ONE, &TWO.replace("plug-in", "tap"));
    assert_eq!(error.key, "terminals.evses");
    assert!(error.problem.contains("start = \"plug-in\""), "{error}");
}

#[test]
fn an_evse_must_be_there_be_known_and_stand_once() {
    for (evses, problem) in [
        ("evses = []", "at least one is needed"),
        (
            r#"evses = [{ station = "CT-2", connector = 1 }]"#,
            "there is no station of this id",
        ),
        (
            &TWO.replace("connector = 2", "connector = 1"),
            "connector 1 stands here a second time",
        ),
        (
            &ONE.replace("connector = 1", "connector = 0"),
            "connectors are counted from 1",
        ),
        (
            &TWO.replace("Left", "CT-1/2"),
            "\"CT-1/2\" is the label of another one as well",
        ),
    ] {
        assert_eq!(error(ONE, evses).problem, problem);
    }
}

#[test]
fn a_driver_chooses_among_two_to_six_amounts_in_place_of_a_fixed_one() {
    let choices = r#"hold_choices = ["10.00", "25.00"]"#;
    assert_eq!(terminal(HOLD, choices).holds, [1_000, 2_500]);
    for wrong in [
        r#"["10.00"]"#,
        "[]",
        r#"["10.00", "ten"]"#,
        r#"["10.00", "10"]"#,
        r#"["10.00", "0"]"#,
    ] {
        let error = error(HOLD, &format!("hold_choices = {wrong}"));
        assert_eq!(error.key, "terminals.hold_choices");
    }
    let both = error(HOLD, &format!("{HOLD}\n{choices}"));
    assert_eq!(both.key, "terminals.hold_choices");
}

#[test]
fn stopping_on_the_screen_needs_something_on_the_screen() {
    let stop = format!("{HOLD}\nstop_on_screen = true");
    let refused = error(HOLD, &stop);
    assert_eq!(refused.key, "terminals.stop_on_screen");
    let choices = stop.replace(HOLD, r#"hold_choices = ["10.00", "25.00"]"#);
    assert!(terminal(HOLD, &choices).stop_on_screen);
}

#[test]
fn a_terminal_without_a_screen_cannot_ask_whether_to_stop() {
    let confirm = format!("{HOLD}\nconfirm_stop = true");
    assert!(terminal(HOLD, &confirm).confirm_stop);
    let small = GOOD.replacen(r#"model = "apollo""#, r#"model = "p68""#, 1);
    assert_ne!(small, GOOD);
    let refused = parse(&small.replacen(HOLD, &confirm, 1)).unwrap_err();
    assert_eq!(refused.key, "terminals.confirm_stop");
}

#[test]
fn a_terminal_says_things_in_english_or_in_one_or_two_languages_that_receipts_have() {
    assert_eq!(terminal(HOLD, HOLD).languages, ["en"]);
    let with = |languages: &str| format!("{HOLD}\nlanguages = {languages}");
    assert_eq!(
        terminal(HOLD, &with(r#"["sv", "de"]"#)).languages,
        ["sv", "de"]
    );
    for wrong in [
        "[]",
        r#"["sv", "de", "en"]"#,
        r#"["sv", "sv"]"#,
        r#"["xx"]"#,
        r#"["SV"]"#,
    ] {
        let refused = error(HOLD, &with(wrong));
        assert_eq!(refused.key, "terminals.languages", "{wrong}");
    }
}

#[test]
fn a_hold_of_nothing_is_refused() {
    let refused = error(HOLD, r#"hold = "0.00""#);
    assert_eq!(refused.key, "terminals.hold");
}

#[test]
fn an_evse_may_have_the_id_that_roaming_knows_it_by() {
    let with = |id: &str| ONE.replace("connector = 1", &format!("connector = 1, id = \"{id}\""));
    let id = |text: &str| terminal(ONE, &with(text)).evses[0].id.clone();
    assert_eq!(id("se*abc*E1234*1").as_deref(), Some("SE*ABC*E1234*1"));
    assert_eq!(id("DEABCE1").as_deref(), Some("DEABCE1"));
    for wrong in [
        "",
        "SE*ABC*1234",
        "12*ABC*E1",
        "SE*ABC*E",
        "SE*ABC*E1-2",
        "é*ABCDE1",
    ] {
        assert_eq!(
            error(ONE, &with(wrong)).key,
            "terminals.evses.id",
            "{wrong}"
        );
    }
}
