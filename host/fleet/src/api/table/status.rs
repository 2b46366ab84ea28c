//! The route for how the gateway is.

use super::super::route::{Route, Success};
use super::super::status::GatewayStatus;
use super::super::{Method, Task};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::task(
            Method::Get,
            "/status",
            Success::json::<GatewayStatus>(&[200]),
            |request| {
                request.require_whole_fleet()?;
                Ok(Task::Status)
            },
        )
        .named(
            "gateway",
            "show",
            "Show how the gateway is, as `chargetap status` does in a table",
        ),
    ]
}
