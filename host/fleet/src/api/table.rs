//! The table of routes.

mod access;
mod alerts;
mod bulk;
mod due;
mod incidents;
mod onboarding;
mod orders;
mod places;
mod plugins;
mod records;
mod stations;
mod status;
mod tariffs;
mod terminals;

use std::sync::LazyLock;

use percent_encoding::percent_decode_str;

use super::route::Route;

pub use alerts::DeadLetter;
pub use records::{AuditEntry, RecordedRefund, SessionFinding};

/// Every route.
pub(super) fn routes() -> &'static [Route] {
    static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
        let routes = [
            places::routes(),
            bulk::routes(),
            stations::routes(),
            tariffs::routes(),
            orders::routes(),
            terminals::routes(),
            onboarding::routes(),
            incidents::routes(),
            alerts::routes(),
            due::routes(),
            access::routes(),
            plugins::routes(),
            records::routes(),
            status::routes(),
        ];
        routes.into_iter().flatten().collect()
    });
    &ROUTES
}

/// The values of the path parameters, if the path matches the route.
pub(super) fn matches(route: &str, path: &str) -> Option<Vec<String>> {
    let mut segments = path.strip_prefix("/api/v1")?.split('/');
    let mut parameters = Vec::new();
    for part in route.split('/') {
        let decoded = percent_decode_str(segments.next()?).decode_utf8().ok()?;
        if part.starts_with('{') {
            parameters.push(decoded.into_owned());
        } else if part != decoded {
            return None;
        }
    }
    segments.next().is_none().then_some(parameters)
}

/// The names of the parameters in a route's path.
pub(super) fn parameters(route: &str) -> impl Iterator<Item = &str> {
    let parts = route.split('/');
    parts.filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}
