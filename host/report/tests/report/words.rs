//! The content of reports.

use chargetap_fleet::incident::Incident;
use chargetap_report::Report;
use serde_json::json;

use crate::fact;
use crate::samples::{closed, draft, fleet, now, put, report, tampering};

#[test]
fn moments_are_said_by_the_clocks_of_the_site_and_in_utc() {
    let report = report(tampering());
    assert_eq!(
        fact(&report, "Incident", "Discovered"),
        [
            "24 November 2026, 21:40:00 UTC+01:00 (Europe/Stockholm)",
            "24 November 2026, 20:40:00 UTC"
        ]
    );
    assert_eq!(
        report.footer,
        [
            "25 November 2026, 13:34:56 UTC+01:00 (Europe/Stockholm)",
            "25 November 2026, 12:34:56 UTC"
        ]
    );
}

#[test]
fn it_has_to_be_reported_a_day_after_it_was_discovered() {
    let due = fact(&report(tampering()), "Incident", "To be reported by");
    assert_eq!(due[1], "25 November 2026, 20:40:00 UTC");
}

#[test]
fn a_report_in_time_is_not_called_late_and_one_a_millisecond_after_is() {
    let in_time = fact(&report(tampering()), "Incident", "Reported");
    assert_eq!(in_time.last().unwrap(), "By K-2");
    let late = fact(&report(closed()), "Incident", "Reported");
    assert_eq!(late.last().unwrap(), "Too late");
}

#[test]
fn a_report_that_is_not_handed_on_is_overdue_after_a_day() {
    let overdue = fact(&report(draft()), "Incident", "Reported");
    assert_eq!(overdue, ["Not yet: it is overdue"]);
    let (mut incident, pictures) = draft();
    incident.details.discovered = now();
    let due = report((incident, pictures));
    assert_eq!(fact(&due, "Incident", "Reported"), ["Not yet"]);
}

#[test]
fn whoever_signed_is_called_by_name_while_the_token_is_there() {
    let mut fleet = fleet();
    put::<chargetap_fleet::access::Token>(
        &mut fleet,
        json!({
            "key": "K-2", "hash": "00", "issued": "2026-01-01T00:00:00Z",
            "details": {
                "name": "Site office", "scope": "site-staff", "reach": "everywhere", "expires": null
            }
        }),
    );
    let (incident, pictures) = tampering();
    let report = Report::of(&fleet, &incident, pictures, now());
    let said = fact(&report, "Incident", "Reported");
    assert_eq!(said.last().unwrap(), "By Site office (K-2)");
}

#[test]
fn a_complete_report_is_no_draft_and_another_says_all_that_is_missing() {
    assert!(!report(tampering()).is_draft());
    let draft = report(draft());
    assert!(draft.is_draft());
    assert_eq!(draft.missing.len(), 4, "{:?}", draft.missing);
}

#[test]
fn terminal_and_place_are_said_in_full() {
    let report = report(tampering());
    let terminal = |label| fact(&report, "Terminal", label).join("; ");
    assert_eq!(terminal("Serial number"), "PN1234567");
    assert_eq!(terminal("Model"), "Payter Apollo Max");
    assert_eq!(terminal("Firmware"), "2.14.1");
    assert_eq!(terminal("SIM card (ICCID)"), "8931088317032000003");
    let place = |label| fact(&report, "Place", label).join("; ");
    assert_eq!(place("Site"), "Sundsvall Centrum");
    assert_eq!(place("Address"), "Storgatan 1, 852 30 Sundsvall, Sweden");
    assert_eq!(place("Charging station"), "CP-0042; EVSEs 1, 2");
    assert_eq!(place("Operated by"), "Nordvind Laddning AB");
}

#[test]
fn a_terminal_that_is_not_on_record_is_said_to_be_so_and_moments_are_in_utc() {
    let (mut incident, pictures) = tampering();
    incident.details.terminal = "PN9".parse().unwrap();
    let report = report((incident, pictures));
    assert_eq!(
        fact(&report, "Terminal", "State"),
        ["The terminal is not on record"]
    );
    assert_eq!(
        fact(&report, "Incident", "Discovered"),
        ["24 November 2026, 20:40:00 UTC"]
    );
}

#[test]
fn a_closed_incident_says_how_it_ended() {
    let report = report(closed());
    assert_eq!(fact(&report, "Incident", "State"), ["Closed"]);
    let outcome = fact(&report, "How it ended", "Outcome");
    assert_eq!(outcome, ["The terminal went back to the vendor"]);
    let ended = report.sections.iter().find(|it| it.title == "How it ended");
    assert_eq!(ended.unwrap().text, ["The vendor found a skimmer."]);
}

#[test]
fn every_kind_has_a_headline() {
    let headlines = [
        ("loss", "Loss of terminal PN1234567"),
        ("theft", "Theft of terminal PN1234567"),
        ("damage", "Damage to terminal PN1234567"),
        ("tampering", "Tampering with terminal PN1234567"),
        ("destruction", "Destruction of terminal PN1234567"),
        (
            "suspicious-behaviour",
            "Suspicious behaviour at terminal PN1234567",
        ),
    ];
    for (kind, headline) in headlines {
        let (incident, pictures) = tampering();
        let mut incident = serde_json::to_value(incident).unwrap();
        incident["details"]["kind"] = json!(kind);
        let incident: Incident = serde_json::from_value(incident).unwrap();
        assert_eq!(report((incident, pictures)).headline, headline);
    }
}
