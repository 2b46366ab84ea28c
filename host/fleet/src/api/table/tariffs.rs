//! Routes for tariffs.

use super::super::route::Route;
use crate::command::Command;
use crate::tariff::{Tariff, TariffDetails};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::list::<Tariff>("/tariffs", |_, _| true)
            .named("tariff", "list", "List tariffs on record")
            .columns(&[
                ("TARIFF", "/key"),
                ("CURRENCY", "/current/currency"),
                ("PER KWH", "/current/per_kwh"),
                ("NEXT CHANGE", "/next_change"),
                ("TERMINALS", "/terminals"),
            ]),
        Route::one::<Tariff>("/tariffs/{tariff}").named("tariff", "show", "Show a tariff"),
        Route::put::<Tariff, TariffDetails>("/tariffs/{tariff}", |request| {
            Ok(Command::PutTariff(request.key(0)?, request.body()?))
        })
        .named(
            "tariff",
            "put",
            "Put a tariff on record, or change it: it counts for the next driver",
        ),
        Route::remove::<Tariff>("/tariffs/{tariff}", |request| {
            Ok(Command::RemoveTariff(request.key(0)?))
        })
        .named(
            "tariff",
            "remove",
            "Take a tariff off the record: that of the configuration counts again",
        ),
    ]
}
