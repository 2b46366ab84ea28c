//! What the gateway asks of a station that has just connected: how its connectors are, and that its settings are
//! those on which the gateway relies.

use std::sync::Arc;

use chargetap_fleet::text::loggable;
use chargetap_ocpp::settings::{self, Setting};
use chargetap_ocpp::v16::{Answer, Request};

use super::{Outcome, Shared};

/// Asks a station, once it had time to introduce itself.
pub(super) async fn check<E>(shared: Arc<Shared<E>>, station: String) {
    tokio::time::sleep(shared.timeouts.introduction).await;
    let patience = shared.timeouts.setting;
    let status = Request::TriggerMessage {
        requested_message: "StatusNotification",
    };
    // A station that refuses has told its status when it connected, as OCPP asks. One that does not answer is asked
    // nothing more, so that starts and stops need not wait.
    let outcome = shared.call(&station, status, patience).await;
    if !matches!(outcome, Outcome::Answered(_)) {
        return;
    }
    let access = shared.stations.get(&station);
    let Some(plug_in_timeout_s) = access.and_then(|access| access.plug_in_timeout_s) else {
        return;
    };
    let wanted = settings::wanted(plug_in_timeout_s);
    let question = Request::GetConfiguration {
        key: wanted.iter().map(|setting| setting.key).collect(),
    };
    let Outcome::Answered(Answer::Result(found)) = shared.call(&station, question, patience).await
    else {
        tracing::info!(station, "the station does not tell its settings");
        return;
    };
    for change in settings::changes(&wanted, &found) {
        set(&shared, &station, change).await;
    }
}

async fn set<E>(shared: &Shared<E>, station: &str, Setting { key, value }: Setting) {
    let request = Request::ChangeConfiguration {
        key,
        value: value.clone(),
    };
    let wanted = loggable(&value);
    match shared.call(station, request, shared.timeouts.setting).await {
        Outcome::Answered(answer) if answer.is_accepted() == Some(true) => {
            tracing::info!(station, key, wanted, "the station's setting was changed");
        }
        outcome => {
            tracing::warn!(
                station,
                key,
                wanted,
                ?outcome,
                "the station does not take a setting on which the gateway relies: change it at the station"
            );
        }
    }
}
