//! The due items as a calendar feed (iCalendar, RFC 5545).
//!
//! Calendars show the events of a feed they subscribe to, but not its tasks and alarms. So each
//! deadline is an event, marked as taking no time.

use icalendar::{Calendar, Component, Event, EventLike, Property};

use crate::due::Due;
use crate::fleet::Fleet;
use crate::moment::Moment;
use crate::site::Site;

/// The product identifier of the feed.
const PRODUCT: &str = "-//Chargetap//What is due//EN";
/// The length of an event, in milliseconds. It ends at the deadline, so that it is shown on the
/// last possible day.
const LASTS: u64 = 60 * 60 * 1_000;

/// The feed of all items that have a deadline.
#[must_use]
pub fn feed(fleet: &Fleet, list: &[Due], now: Moment) -> String {
    let mut calendar = Calendar::empty();
    calendar.append_property(Property::new("VERSION", "2.0"));
    calendar.append_property(Property::new("PRODID", PRODUCT));
    calendar.name("Chargetap: what is due");
    for due in list {
        if let Some(deadline) = due.due {
            calendar.push(event(fleet, due, deadline, now));
        }
    }
    calendar.to_string()
}

fn event(fleet: &Fleet, due: &Due, deadline: Moment, now: Moment) -> Event {
    let begins = Moment::from_millis(deadline.millis().saturating_sub(LASTS));
    let summary = match due.overdue {
        true => format!("Overdue: {}", due.text),
        false => due.text.clone(),
    };
    let mut event = Event::new();
    event
        .uid(&uid(due, deadline))
        .add_property("DTSTAMP", now.in_calendars())
        .add_property("DTSTART", begins.in_calendars())
        .add_property("DTEND", deadline.in_calendars())
        .add_property("TRANSP", "TRANSPARENT")
        .summary(&summary)
        .description(&description(due));
    let site = due
        .site
        .as_ref()
        .and_then(|it| fleet.get::<Site>(it.as_str()));
    if let Some(site) = site {
        let details = &site.details;
        event.location(&format!("{}, {}", details.name, details.address));
    }
    event.done()
}

/// The same for the same deadline, each time the feed is read.
fn uid(due: &Due, deadline: Moment) -> String {
    let (what, key) = (due.what.name(), due.about.key());
    let alert = due
        .alert
        .as_ref()
        .map_or_else(String::new, |alert| format!(".{alert}"));
    format!("{what}.{key}.{}{alert}@chargetap", deadline.millis())
}

/// The deadline is not repeated here: the event ends with it, in the reader's time zone.
fn description(due: &Due) -> String {
    let mut lines = vec![format!("This is for the {} to do.", due.by.label())];
    if !due.who.is_empty() {
        let who: Vec<_> = due.who.iter().map(|it| it.as_str()).collect();
        lines.push(format!("Who can: {}.", who.join(", ")));
    }
    lines.join("\n")
}
