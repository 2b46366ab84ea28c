//! What the gateway asks of a station that has just connected: how its connectors are, and that its settings are
//! those on which the gateway relies.

use std::sync::Arc;

use chargetap_fleet::text::loggable;
use chargetap_ocpp::Version;
use chargetap_ocpp::message::{Answer, Request};
use chargetap_ocpp::settings::{self, Setting};

use super::{Outcome, Shared};

/// Asks a station, once it had time to introduce itself.
pub(super) async fn check<E>(shared: Arc<Shared<E>>, station: String, version: Version) {
    tokio::time::sleep(shared.timeouts.introduction).await;
    let patience = shared.timeouts.setting;
    let Some(access) = shared.stations.get(&station) else {
        return;
    };
    let asked: Vec<_> = match version {
        Version::V16 => vec![(None, None)],
        // Each has to be asked for. Few EVSEs have more than two connectors; one that is not there is refused.
        _ => {
            let evses = access.connectors.iter();
            evses
                .flat_map(|evse| [(Some(*evse), Some(1)), (Some(*evse), Some(2))])
                .collect()
        }
    };
    for (connector, plug) in asked {
        let status = Request::Trigger {
            message: "StatusNotification",
            connector,
            plug,
        };
        // A station that refuses has told its status when it connected, as OCPP asks. One that does not answer is
        // asked nothing more, so that starts and stops need not wait.
        let outcome = shared.call(&station, status, patience).await;
        if !matches!(outcome, Outcome::Answered(_)) {
            return;
        }
    }
    let Some(plug_in_timeout_s) = access.plug_in_timeout_s else {
        return;
    };
    let wanted = settings::wanted(version, plug_in_timeout_s);
    // Stations of 2.x may take few variables at once, down to one.
    let at_once = match version {
        Version::V16 => wanted.len(),
        _ => 1,
    };
    for wanted in wanted.chunks(at_once) {
        let keys = wanted.iter().map(|setting| setting.key).collect();
        let question = Request::ReadSettings(keys);
        let Outcome::Answered(Answer::Result(found)) =
            shared.call(&station, question, patience).await
        else {
            tracing::info!(station, "the station does not tell its settings");
            return;
        };
        for change in settings::changes(wanted, &found) {
            set(&shared, &station, change).await;
        }
    }
}

async fn set<E>(shared: &Shared<E>, station: &str, change: Setting) {
    let Setting { key, value, .. } = change;
    let request = Request::WriteSetting {
        key: key.to_owned(),
        value: value.clone(),
    };
    let wanted = loggable(&value);
    match shared.call(station, request, shared.timeouts.setting).await {
        Outcome::Answered(answer) if answer.is_accepted() == Some(true) => {
            tracing::info!(station, key, wanted, "the station's setting was changed");
        }
        outcome => {
            shared.recent.refused_setting(station, key, &value);
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
