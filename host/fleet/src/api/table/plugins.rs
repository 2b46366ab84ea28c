//! Routes for the gateway's own components: which run, and which take their place.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::bundle::{Bundles, SwappedBundle};
use super::super::route::{Route, Success};
use super::super::{Method, SwapTerms, Task};
use crate::bundle::StandbyBundle;

/// On which terms a bundle takes the place of the running one.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Swap {
    /// On how many recorded events, the last ones, both bundles decide before, to be compared [default: 1000]
    #[schemars(range(max = 100_000))]
    events: Option<u32>,
    /// Whether it takes its place although it decides otherwise. One that cannot read the open sessions never does.
    #[serde(default)]
    accept_differences: bool,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::task(
            Method::Get,
            "/plugins",
            Success::json::<Bundles>(&[200]),
            |request| {
                request.require_whole_fleet()?;
                Ok(Task::Bundles)
            },
        )
        .named(
            "plugins",
            "show",
            "Show the gateway's components, and those that can take their place",
        )
        .columns(&[
            ("BUNDLE", "/bundle"),
            ("NAME", "/name"),
            ("VERSION", "/version"),
            ("CONTRACT", "/contract"),
            ("SHA-256", "/sha256"),
            ("PROBLEM", "/problem"),
        ]),
        Route::task(
            Method::Post,
            "/plugins/swap",
            Success::json::<SwappedBundle>(&[200]),
            |request| {
                request.require_whole_fleet()?;
                let Swap {
                    events,
                    accept_differences,
                } = request.body()?;
                let usual = SwapTerms::default();
                let terms = SwapTerms {
                    events: events.unwrap_or(usual.events),
                    accept_differences,
                };
                Ok(Task::Swap(StandbyBundle::Next, terms))
            },
        )
        .with_json::<Swap>()
        .named(
            "plugins",
            "swap",
            "Have the next bundle of components take the place of the running one",
        ),
        Route::task(
            Method::Post,
            "/plugins/rollback",
            Success::json::<SwappedBundle>(&[200]),
            |request| {
                request.require_whole_fleet()?;
                // Who goes back wants the earlier decisions.
                let terms = SwapTerms {
                    accept_differences: true,
                    ..SwapTerms::default()
                };
                Ok(Task::Swap(StandbyBundle::Previous, terms))
            },
        )
        .named(
            "plugins",
            "rollback",
            "Have the previous bundle of components take its place again",
        ),
    ]
}
