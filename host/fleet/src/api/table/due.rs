//! What is due, as a list and as a feed for calendars.

use super::super::Answer;
use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::route::{Route, Success};
use crate::due::{self, Due};
use crate::{access, ics};

/// The media type of feeds.
const CALENDAR: &str = "text/calendar";

pub(super) fn routes() -> Vec<Route> {
    let feed = Route::read::<String>("/calendars/{secret}/due.ics", feed)
        .giving(Success::of(&[CALENDAR]))
        .named(
            "calendar",
            "feed",
            "Fetch what is due as a feed for calendars",
        );
    vec![
        Route::read::<Vec<Due>>("/due", list).named("due", "list", "List what is due"),
        Route {
            is_open: true,
            ..feed
        },
    ]
}

fn list(asked: &Asked<'_>) -> Result<Answer, Problem> {
    let situation = asked.situation;
    let due = due::due(asked.fleet, situation.gateway, situation.now, asked.reach());
    Ok(Answer::json(200, &due))
}

/// The address is the right to see it.
fn feed(asked: &Asked<'_>) -> Result<Answer, Problem> {
    let (fleet, situation) = (asked.fleet, asked.situation);
    let calendar = access::calendar(fleet, asked.text(0)?.as_bytes());
    let calendar = calendar.ok_or_else(Problem::not_found)?;
    let due = due::due(
        fleet,
        situation.gateway,
        situation.now,
        &calendar.details.reach,
    );
    let feed = ics::feed(fleet, &due, situation.now);
    Ok(Answer::of(CALENDAR, feed.into_bytes()))
}
