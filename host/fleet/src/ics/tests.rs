use super::feed;
use crate::access::Reach;
use crate::due::due;
use crate::moment::Zone;
use crate::site::{Site, SiteDetails};
use crate::situation::Attention;
use crate::terminal::State;
use crate::world::{DAY, World, moment, text};

/// The feed a week after the terminal was activated, on 25 November 2026, with an address that has
/// everything that is to be escaped.
fn world() -> World {
    let mut world = World::activated();
    world.put(Site {
        key: text("depot"),
        details: SiteDetails {
            customer: text("acme"),
            name: text(r"Norr; \ Ost"),
            address: text("Hamngatan 1, 111 47 Stockholm, på gården bakom det gula huset, Sverige"),
            time_zone: Zone::find("Europe/Stockholm").unwrap(),
        },
    });
    world.now = moment("2026-12-02T11:00:00Z");
    world
}

fn read(world: &World) -> String {
    let list = due(&world.fleet, &world.gateway, world.now, &Reach::Everywhere);
    feed(&world.fleet, &list, world.now)
}

/// The lines with what was folded put together again (RFC 5545, section 3.1).
fn lines(feed: &str) -> Vec<String> {
    let whole = feed.replace("\r\n ", "");
    whole.split("\r\n").map(str::to_owned).collect()
}

/// By RFC 5545 and nothing else: written by hand.
#[test]
fn a_deadline_is_an_event_that_ends_with_it() {
    let expected = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Chargetap//What is due//EN",
        "NAME:Chargetap: what is due",
        "X-WR-CALNAME:Chargetap: what is due",
        "BEGIN:VEVENT",
        r"DESCRIPTION:This is for the customer to do.\nWho can: ann.",
        "DTEND:20261202T230000Z",
        "DTSTAMP:20261202T110000Z",
        "DTSTART:20261202T220000Z",
        r"LOCATION:Norr\; \\ Ost\, Hamngatan 1\, 111 47 Stockholm\, på gården bakom det gula huset\, Sverige",
        r"SUMMARY:Look at T1 for odd cables\, stickers\, its casing and the maker's logo.",
        "TRANSP:TRANSPARENT",
        "UID:inspection.T1.1796252400000@chargetap",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ];
    assert_eq!(lines(&read(&world())), expected);
}

#[test]
fn no_line_is_longer_than_75_bytes_or_ends_otherwise_than_with_cr_and_lf() {
    let feed = read(&world());
    assert!(feed.split("\r\n").all(|line| line.len() <= 75));
    assert!(!feed.replace("\r\n", "").contains(['\r', '\n']));
}

#[test]
fn what_has_no_deadline_is_not_in_it() {
    let mut world = world();
    world.open_incident();
    world.edit(|it| it.state = State::Reported);
    let feed = read(&world);
    assert!(feed.contains("UID:incident-report.I-1."));
    assert!(!feed.contains("incident-closing"));
}

#[test]
fn what_is_overdue_says_so_and_keeps_its_uid() {
    let mut world = world();
    let of = |feed: &str, property: &str| {
        let line = lines(feed).into_iter().find(|it| it.starts_with(property));
        line.unwrap()
    };
    let before = read(&world);
    world.pass(DAY);
    let after = read(&world);
    assert!(of(&after, "SUMMARY").starts_with("SUMMARY:Overdue: Look at T1"));
    assert_eq!(of(&after, "UID"), of(&before, "UID"));
    assert_ne!(of(&after, "DTSTAMP"), of(&before, "DTSTAMP"));
}

#[test]
fn no_two_events_have_one_uid() {
    let mut world = world();
    world.open_incident();
    world.gateway.attention = ["S-1", "S-2"]
        .map(|session| Attention {
            session: session.to_owned(),
            terminal: text("T1"),
            since: world.now,
        })
        .to_vec();
    let lines = lines(&read(&world));
    let mut uids: Vec<_> = lines.iter().filter(|it| it.starts_with("UID:")).collect();
    let count = uids.len();
    uids.sort_unstable();
    uids.dedup();
    assert_eq!((count, uids.len()), (4, 4));
}
