//! The commands come from the table of routes.

use std::collections::BTreeSet;

use chargetap_fleet::api;
use chargetap_fleet::readiness::COMMANDS;
use clap::{Args, Command};

use super::super::FleetArgs;
use super::super::arguments;
use super::super::invocation::Invocation;
use super::matches;

fn fleet() -> Command {
    let mut command = FleetArgs::augment_args(Command::new("fleet"));
    command.build();
    command
}

fn help(fleet: &mut Command, noun: &str, verb: &str) -> String {
    let noun = fleet.find_subcommand_mut(noun).unwrap();
    let verb = noun.find_subcommand_mut(verb).unwrap();
    verb.render_long_help().to_string()
}

#[test]
fn every_route_has_a_command_whose_help_says_what_it_does() {
    let mut fleet = fleet();
    for route in arguments::routes() {
        let help = help(&mut fleet, route.noun, route.verb);
        assert!(help.starts_with(route.summary), "{help}");
        for parameter in route.query.iter().filter(|it| it.name != "limit") {
            assert!(help.contains(parameter.about), "{help}");
        }
    }
}

#[test]
fn no_two_routes_share_a_command() {
    let commands: BTreeSet<_> = api::routes().iter().map(|it| (it.noun, it.verb)).collect();
    assert_eq!(commands.len(), api::routes().len());
}

#[test]
fn claps_own_checks_pass() {
    fleet().debug_assert();
}

#[test]
fn the_most_used_commands_are_shown_by_examples() {
    let mut fleet = fleet();
    for (noun, verb) in [
        ("order", "import"),
        ("order", "ticket"),
        ("terminal", "list"),
        ("terminal", "activate"),
        ("terminal", "inspect"),
        ("due", "list"),
    ] {
        let help = help(&mut fleet, noun, verb);
        let example = format!("Example:\n  chargetap fleet {noun} {verb}");
        assert!(help.contains(&example), "{help}");
        let examples = help
            .lines()
            .filter_map(|it| it.strip_prefix("  chargetap fleet "));
        for example in examples {
            matches(&example.split(' ').collect::<Vec<_>>()).unwrap();
        }
    }
}

#[test]
fn every_command_that_comes_next_can_be_typed() {
    for (code, command) in COMMANDS {
        let typed: Vec<&str> = command
            .split(' ')
            .map(|word| match word {
                "{user}" => "astrid",
                "{processor}" => "platform",
                "NUMBER" => "7",
                "FILE" => "Cargo.toml",
                word if word.starts_with('{') => "P66-0001",
                word => word,
            })
            .collect();
        if let Err(error) = matches(&typed) {
            panic!("{code}: {error}");
        }
    }
}

#[test]
fn a_password_is_never_an_argument() {
    let password = ["station", "password", "CT-1", "--password", "correct horse"];
    assert_eq!(matches(&password).unwrap_err().exit_code(), 2);
    matches(&["station", "password", "CT-1"]).unwrap();
    let data = [
        "station",
        "password",
        "CT-1",
        "--data",
        r#"{"password": "correct horse"}"#,
    ];
    matches(&data).unwrap();
}

#[test]
fn the_token_is_never_an_argument() {
    let error = matches(&["--token", "ctp_1", "due", "list"]).unwrap_err();
    assert_eq!(error.exit_code(), 2);
}

#[test]
fn a_name_that_would_change_the_path_is_wrong_usage() {
    for name in ["", ".", ".."] {
        let error = matches(&["site", "show", name]).unwrap_err();
        assert_eq!(error.exit_code(), 2);
    }
}

#[test]
fn arguments_become_path_and_query() {
    let line = [
        "incident",
        "attach",
        "I-1",
        "--file",
        "a.png",
        "--caption",
        "The casing",
    ];
    let matches = matches(&line).unwrap();
    let invocation = Invocation::new(&matches).unwrap();
    assert_eq!(invocation.path(), ["incidents", "I-1", "photographs"]);
    assert_eq!(invocation.query(), [("caption", "The casing".to_owned())]);
}

#[test]
fn every_put_has_a_get_at_the_same_path() {
    let put = api::routes()
        .iter()
        .filter(|it| it.method == api::Method::Put);
    for route in put {
        let path = format!("/api/v1{}", route.path).replace(['{', '}'], "");
        assert!(api::find(Some(api::Method::Get), &path).is_ok(), "{path}");
    }
}
