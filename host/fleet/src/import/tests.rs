use std::fmt::Write;

use proptest::prelude::*;

use super::*;
use crate::model::Model;
use crate::terminal::Sim;
use crate::world::{SIM, text};

const HEADER: &str = "serial,model,site,domain,station,connectors,sim,firmware,users";

fn read(file: &str) -> Result<Vec<Row>, Vec<Reason>> {
    parse(file.as_bytes(), &text("O-1"))
}

/// The code and place of everything that is wrong with a file.
fn wrong(file: impl AsRef<[u8]>) -> Vec<(String, String)> {
    let reasons = parse(file.as_ref(), &text("O-1")).unwrap_err();
    let told = |it: Reason| (it.code, it.at.unwrap_or_default());
    reasons.into_iter().map(told).collect()
}

fn told(all: &[(&str, &str)]) -> Vec<(String, String)> {
    let told = |(code, at): &(&str, &str)| ((*code).to_owned(), (*at).to_owned());
    all.iter().map(told).collect()
}

#[test]
fn a_line_may_say_how_a_terminal_takes_cards() {
    let file = format!(
        "{HEADER},tariff,currency,start,holds,languages\n\
         AP-1,apollo,depot,platform,CS-1,1;2,,,,day,EUR,screen,20.00;50.00,sv;en\n\
         AP-2,apollo,depot,platform,,,,,,,,,,\n"
    );
    let rows = read(&file).unwrap();
    let [first, second] = rows.as_slice() else {
        panic!("{rows:?}");
    };
    let charging = serde_json::json!({
        "tariff": "day", "currency": "EUR", "start": "screen", "holds": ["20.00", "50.00"], "languages": ["sv", "en"],
    });
    let charging = serde_json::from_value(charging).unwrap();
    assert_eq!(first.details.charging, Some(charging));
    assert_eq!(second.details.charging, None);
    let incomplete =
        format!("{HEADER},tariff,currency,start\nAP-1,apollo,depot,platform,,,,,,day,,walk\n");
    let expected = [("currency", "line 2, currency"), ("start", "line 2, start")];
    assert_eq!(wrong(incomplete), told(&expected));
}

#[test]
fn a_line_says_everything_of_a_terminal() {
    let file = format!("{HEADER}\nap-1,Payter Apollo Max,depot,other,CS-1,1;2,{SIM},5.1,ann;bo\n");
    let rows = read(&file).unwrap();
    let row = rows.first().unwrap();
    assert_eq!((rows.len(), row.line), (1, 2));
    assert_eq!(row.serial, text("AP-1"));
    assert_eq!(row.domain, Domain::Other);
    let details = TerminalDetails {
        model: Model::ApolloMax,
        order: text("O-1"),
        site: text("depot"),
        station: Some(text("CS-1")),
        connectors: vec![1, 2],
        charging: None,
        sim: Some(Sim::Card(text(SIM))),
        firmware: Some(text("5.1")),
        users: vec![text("ann"), text("bo")],
    };
    assert_eq!(row.details, details);
}

#[test]
fn what_is_not_known_yet_is_left_out() {
    let rows = read("domain,site,model,serial\nnone,depot,p66s,T1\n").unwrap();
    let details = &rows.first().unwrap().details;
    assert_eq!(details.sim, None);
    assert_eq!(details.station, None);
    assert!(details.users.is_empty() && details.connectors.is_empty());
    let none = read(&format!("{HEADER}\nT1,p68,depot,none,,,none,,\n")).unwrap();
    assert_eq!(none.first().unwrap().details.sim, Some(Sim::None));
}

#[test]
fn as_excel_writes_it_in_sweden() {
    let file = "\u{feff}Serial;Model;Site;Domain;Connectors;Station\r\n\
                T1;p68;depot;none;\"1;2\";CS-1\r\n";
    let rows = read(file).unwrap();
    assert_eq!(rows.first().unwrap().details.connectors, [1, 2]);
}

#[test]
fn empty_lines_before_the_header_count_and_say_nothing() {
    let rows = read("\n\r\nserial;model;site;domain\nT1;p68;depot;none\n").unwrap();
    assert_eq!(rows.first().unwrap().line, 4);
}

#[test]
fn the_header_names_known_columns_once_and_those_that_must_be() {
    assert_eq!(wrong(""), told(&[("no-header", "")]));
    assert_eq!(
        wrong("serial,serial,modell,site\n"),
        told(&[
            ("column-twice", "header"),
            ("unknown-column", "header"),
            ("no-column", "header"),
            ("no-column", "header"),
        ])
    );
    let reasons = read("modell\n").unwrap_err();
    assert!(
        reasons
            .first()
            .unwrap()
            .text
            .contains("serial, model, site, domain")
    );
    assert_eq!(wrong(HEADER), told(&[("no-terminals", "")]));
}

#[test]
fn every_line_and_field_that_is_wrong_is_said_at_once() {
    let file = format!(
        "{HEADER}\n\
         T 1,p99,,mine,CSä1,one;2,894607,\u{7},ann;\n\
         \n\
         T2,p68,depot,none\n\
         T3,p68,depot,none,,,,,\n\
         T4,p68,depot,none,,,8946071512360089521,,\n"
    );
    assert_eq!(
        wrong(&file),
        told(&[
            ("serial", "line 2, serial"),
            ("model", "line 2, model"),
            ("site", "line 2, site"),
            ("domain", "line 2, domain"),
            ("station", "line 2, station"),
            ("connectors", "line 2, connectors"),
            ("sim", "line 2, sim"),
            ("firmware", "line 2, firmware"),
            ("users", "line 2, users"),
            ("fields", "line 4"),
            ("sim", "line 6, sim"),
        ])
    );
}

#[test]
fn what_a_spreadsheet_would_carry_out_is_refused() {
    for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\"\t1\"", " =1"] {
        let file = format!("{HEADER}\nT1,p68,depot,none,,,,{formula},\n");
        assert_eq!(
            wrong(&file),
            told(&[("formula", "line 2, firmware")]),
            "{formula}"
        );
    }
}

#[test]
fn other_encodings_are_named_or_found_at_their_line() {
    let utf16: Vec<u8> = HEADER.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(
        wrong([&[0xff, 0xfe], &utf16[..]].concat()),
        told(&[("utf-16", "")])
    );
    let latin1 = [
        HEADER.as_bytes(),
        b"\nT1,p68,depot,none,,,,,\nT2,p68,G\xf6teborg",
    ]
    .concat();
    assert_eq!(wrong(latin1), told(&[("not-utf-8", "line 3")]));
}

#[test]
fn a_quotation_mark_that_is_not_closed_does_not_swallow_the_file_unseen() {
    let file = format!("{HEADER}\nT1,p68,depot,none,,,,\"5,\nT2,p68,depot,none,,,,,\n");
    assert_eq!(wrong(&file), told(&[("fields", "line 2")]));
    let reasons = read(&file).unwrap_err();
    let hint = "a quotation mark may not be closed";
    assert!(reasons.first().unwrap().text.ends_with(hint));
}

#[test]
fn a_thousand_reasons_are_told_and_the_rest_are_counted() {
    let mut file = HEADER.to_owned();
    for _ in 0..1_234 {
        file.push_str("\nT1,p99,depot,none,,,,,");
    }
    let reasons = read(&file).unwrap_err();
    assert_eq!(reasons.len(), 1_001);
    let last = reasons.last().unwrap();
    assert_eq!(
        (last.code.as_str(), last.text.as_str()),
        ("and-more", "and 234 more")
    );
}

#[test]
fn a_header_that_is_no_header_is_told_in_short() {
    let reasons = read(&"x,".repeat(100_000)).unwrap_err();
    assert_eq!(reasons.len(), 1_001);
    let reasons = read(&"x".repeat(100_000)).unwrap_err();
    assert!(reasons.first().unwrap().text.len() < 200);
}

#[test]
fn a_hundred_thousand_lines_are_read_and_no_more() {
    let mut file = HEADER.to_owned();
    for number in 0..100_000 {
        write!(file, "\nT{number},p68,depot,none,,,,,").unwrap();
    }
    assert_eq!(read(&file).unwrap().last().unwrap().line, 100_001);
    file.push_str("\nT,p68,depot,none,,,,,");
    assert_eq!(wrong(&file), told(&[("too-many-lines", "")]));
}

proptest! {
    #[test]
    fn no_bytes_are_too_much(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&bytes, &text("O-1"));
        let _ = parse(&[HEADER.as_bytes(), b"\n", &bytes].concat(), &text("O-1"));
    }

    /// Lines are counted as in an editor, including empty lines and quoted line ends before.
    #[test]
    fn a_line_is_where_an_editor_shows_it(before in prop::collection::vec(0..4_usize, 0..30)) {
        let mut file = format!("{HEADER}\n");
        for kind in &before {
            file.push_str([
                "\n",
                "T1,p68,depot,none,,,,,\n",
                "T1,p68,depot,none,,,,\"a\nb\",\n",
                "\r\nT1,p68,depot,none,,,,,\r\n",
            ][*kind]);
        }
        let line = 1 + file.matches('\n').count();
        file.push_str("HERE,p99,depot,none,,,,,\n");
        let at = wrong(&file).pop().unwrap().1;
        prop_assert_eq!(at, format!("line {line}, model"));
    }

    #[test]
    fn texts_that_look_like_csv_never_panic(file in "[\"',;\n\r\ta-z0-9=+@-]{0,200}") {
        let _ = parse(format!("{HEADER}\n{file}").as_bytes(), &text("O-1"));
        let _ = parse(file.as_bytes(), &text("O-1"));
    }
}
