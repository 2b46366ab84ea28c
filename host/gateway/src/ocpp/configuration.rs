//! What the gateway asks of a station that has just connected: how its connectors are, and that its settings are
//! those on which the gateway relies. Then it is told the tariffs that it can show, and again whenever one changes.

use std::sync::Arc;
use std::time::Duration;

use chargetap_engine::{EvseTariff, StationSetup};
use chargetap_fleet::text::loggable;
use chargetap_ocpp::Version;
use chargetap_ocpp::message::{Answer, Request};
use chargetap_ocpp::settings::{self, Setting};
use chargetap_ocpp::tariff;

use super::{Outcome, Shared, StationEvents};

/// After how long at most a station is told again what it did not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

/// Asks a station, once it had time to introduce itself, and again when its terminals ask something else of it.
pub(super) async fn check<E: StationEvents>(
    shared: Arc<Shared<E>>,
    station: String,
    version: Version,
) {
    tokio::time::sleep(shared.timeouts.introduction).await;
    let mut checked: Option<StationSetup> = None;
    let mut teller = Teller::new(shared.timeouts.tariffs);
    loop {
        // Where it cannot be had now, the station is asked later.
        let setup = shared.events.setup(&station).await.ok();
        if let Some(setup) = setup.filter(|it| checked.as_ref() != Some(it)) {
            // One that does not answer is asked nothing more, so that starts and stops need not wait.
            let answers = ask_statuses(&shared, &station, version, &setup).await
                && check_settings(&shared, &station, version, &setup).await;
            if !answers {
                return;
            }
            checked = Some(setup);
        }
        let takes_cards = checked
            .as_ref()
            .is_some_and(|it| it.plug_in_timeout_s.is_some());
        // A central system above has tariffs of its own.
        if takes_cards && version >= Version::V21 && shared.upstream.is_none() {
            teller.tell(&shared, &station).await;
        }
        tokio::time::sleep(teller.pause).await;
    }
}

/// Asks for the status of its connectors. Whether it answers.
async fn ask_statuses<E>(
    shared: &Shared<E>,
    station: &str,
    version: Version,
    setup: &StationSetup,
) -> bool {
    let asked: Vec<_> = match version {
        Version::V16 => vec![(None, None)],
        // Each has to be asked for. Few EVSEs have more than two connectors; one that is not there is refused.
        _ => {
            let evses = setup.connectors.iter();
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
        // A station that refuses has told its status when it connected, as OCPP asks.
        let outcome = shared.call(station, status, shared.timeouts.setting).await;
        if !matches!(outcome, Outcome::Answered(_)) {
            return false;
        }
    }
    true
}

/// Has its settings be those on which the gateway relies where drivers can pay. Whether it tells them.
async fn check_settings<E>(
    shared: &Shared<E>,
    station: &str,
    version: Version,
    setup: &StationSetup,
) -> bool {
    let Some(plug_in_timeout_s) = setup.plug_in_timeout_s else {
        return true;
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
        let Some(Answer::Result(found)) = answered(shared, station, question).await else {
            tracing::info!(station, "the station does not tell its settings");
            return false;
        };
        for change in settings::changes(wanted, &found) {
            set(shared, station, change).await;
        }
    }
    true
}

/// Tells a station what its EVSEs cost, if it shows that. It may compute a price by it, which counts for nothing here.
struct Teller {
    often: Duration,
    /// Until it is looked at again.
    pause: Duration,
    /// Whether it shows tariffs, once it was asked.
    shows: Option<bool>,
    told: Vec<EvseTariff>,
}

impl Teller {
    fn new(often: Duration) -> Self {
        Self {
            often,
            pause: often,
            shows: None,
            told: Vec::new(),
        }
    }

    async fn tell<E: StationEvents>(&mut self, shared: &Shared<E>, station: &str) {
        let shows = match self.shows {
            Some(shows) => shows,
            None => shows_tariffs(shared, station).await,
        };
        self.shows = Some(shows);
        if !shows {
            return;
        }
        // Where they cannot be had now, it goes on showing what it shows.
        if let Ok(tariffs) = shared.events.tariffs(station).await {
            let is_told = tell_changed(shared, station, &mut self.told, tariffs).await;
            // Starts and stops wait for one that does not answer.
            self.pause = match is_told {
                true => self.often,
                false => self.pause.saturating_mul(2).min(LONGEST_PAUSE),
            };
        }
    }
}

/// Tells a station the tariffs that it was not told. Whether it answered.
async fn tell_changed<E>(
    shared: &Shared<E>,
    station: &str,
    told: &mut Vec<EvseTariff>,
    tariffs: Vec<EvseTariff>,
) -> bool {
    for tariff in tariffs {
        if told.contains(&tariff) {
            continue;
        }
        let evse = tariff.evse;
        // It may keep an earlier one for a transaction, and take that for what it shows if it is told it again.
        let was_told = told.iter().any(|it| it.evse == evse);
        if was_told && clear_tariff(shared, station, evse).await.is_none() {
            return false;
        }
        told.retain(|it| it.evse != evse);
        shared.recent.tells_tariff(station, evse);
        if tell_tariff(shared, station, &tariff).await.is_none() {
            return false;
        }
        told.push(tariff);
    }
    true
}

async fn shows_tariffs<E: StationEvents>(shared: &Shared<E>, station: &str) -> bool {
    let mut says = Vec::new();
    for key in settings::SHOWS_TARIFFS {
        let question = Request::ReadSettings(vec![key]);
        let Some(Answer::Result(found)) = answered(shared, station, question).await else {
            return false;
        };
        says.extend(settings::is_on(key, &found));
    }
    // One that knows the one setting only may say by it that it does.
    let shows = !says.is_empty() && !says.contains(&false);
    if !shows {
        tracing::debug!(station, "the station shows no tariffs");
    }
    shows
}

/// Tells a station the tariff of an EVSE. Nothing if it does not answer.
async fn tell_tariff<E>(
    shared: &Shared<E>,
    station: &str,
    EvseTariff { evse, tariff }: &EvseTariff,
) -> Option<()> {
    let evse = *evse;
    match tariff {
        Ok(tariff) => {
            let tariff = Box::new(tariff.clone());
            let told = Request::SetTariff { evse, tariff };
            let Some(answer) = answered(shared, station, told).await else {
                let reason = "it gave no answer";
                shared.recent.refused_tariff(station, evse, reason);
                tracing::warn!(station, evse, reason, "the station does not take a tariff");
                return None;
            };
            let Some(reason) = tariff::refusal(&answer) else {
                tracing::info!(station, evse, "the station shows the tariff of an EVSE");
                return Some(());
            };
            let reason = loggable(&reason);
            shared.recent.refused_tariff(station, evse, &reason);
            tracing::warn!(station, evse, reason, "the station does not take a tariff");
        }
        Err(reason) => {
            tracing::info!(station, evse, %reason, "the station is not told a tariff");
        }
    }
    // Otherwise it may go on showing an earlier tariff.
    clear_tariff(shared, station, evse).await
}

/// Has a station show no tariff of an EVSE. Nothing if it does not answer.
async fn clear_tariff<E>(shared: &Shared<E>, station: &str, evse: u32) -> Option<()> {
    let answer = answered(shared, station, Request::ClearTariff { evse }).await?;
    if answer.is_accepted() == Some(false) {
        tracing::warn!(station, evse, "the station may show an earlier tariff");
    }
    Some(())
}

/// A station's answer to a call, if it gives one.
async fn answered<E>(shared: &Shared<E>, station: &str, request: Request) -> Option<Answer> {
    match shared.call(station, request, shared.timeouts.setting).await {
        Outcome::Answered(answer) => Some(answer),
        _ => None,
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
