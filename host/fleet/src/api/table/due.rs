//! Routes for what is due: a list, and a calendar feed.

use super::super::Answer;
use super::super::paging::{self, Page};
use super::super::problem::Problem;
use super::super::query::Parameter;
use super::super::request::Request;
use super::super::route::{Route, Success};
use crate::due::{self, Due, DueKind};
use crate::text::Key;
use crate::{access, ics};

/// The media type of iCalendar.
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
        Route::read::<Page<Due>>("/due", list)
            .with(paging::by_key())
            .with([
                Parameter::new::<DueKind>("what", "Only what is of this kind"),
                Parameter::new::<Key>("site", "Only what is due at this site"),
                Parameter::new::<bool>("overdue", "Only what is overdue, or only what is not"),
            ])
            .named("due", "list", "List what is due, the earliest first")
            .columns(&[
                ("DUE", "/due"),
                ("OVERDUE", "/overdue"),
                ("WHAT", "/what"),
                ("ABOUT", "/about/key"),
                ("SITE", "/site"),
                ("OWED BY", "/by"),
                ("WHO", "/who"),
                ("ALERT", "/alert"),
                ("TEXT", "/text"),
            ]),
        Route {
            is_open: true,
            ..feed
        },
    ]
}

fn list(request: &Request<'_>) -> Result<Answer, Problem> {
    let (context, query) = (request.context, &request.query);
    let (what, site, overdue) = (query.get("what"), query.get("site"), query.get("overdue"));
    let mut due = due::items(request.fleet, context.now, request.access());
    due.retain(|it| {
        what.is_none_or(|what: DueKind| it.what == what)
            && site
                .as_ref()
                .is_none_or(|site: &Key| it.site.as_ref() == Some(site))
            && overdue.is_none_or(|overdue: bool| it.overdue == overdue)
    });
    let mut due: Vec<_> = due.into_iter().map(|it| (sort_key(&it), it)).collect();
    due.sort_by(|(a, _), (b, _)| a.cmp(b));
    let due = due.iter().map(|(key, it)| (key.as_str(), it));
    Ok(Answer::json(200, &Page::of(due, query, |it| it)))
}

/// The sort key of an item: its deadline, then its kind, subject and alert. Items without a deadline
/// come last.
fn sort_key(it: &Due) -> String {
    let due = it
        .due
        .map_or_else(|| "none".to_owned(), |due| format!("{:015}", due.millis()));
    let alert = it.alert.as_ref().map_or("", |alert| alert.as_str());
    format!("{due}/{:02}/{}/{alert}", it.what as u8, it.about.key())
}

/// The secret in the address authenticates the caller.
fn feed(request: &Request<'_>) -> Result<Answer, Problem> {
    let (fleet, context) = (request.fleet, request.context);
    let calendar = access::calendar(fleet, request.text(0)?.as_bytes());
    let calendar = calendar.ok_or_else(Problem::not_found)?;
    let due = due::items(fleet, context.now, &calendar.details.access);
    let feed = ics::feed(fleet, &due, context.now);
    Ok(Answer::of(CALENDAR, feed.into_bytes()))
}
