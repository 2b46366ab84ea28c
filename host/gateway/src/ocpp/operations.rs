//! Passes the engine's orders on to stations, and tells it what is known of them.

use std::time::Duration;

use chargetap_engine::bridge::LONGEST_ORDER;
use chargetap_engine::platform::{StationAnswer, StationLink, StationOrder, TriggeredMessage};
use chargetap_ocpp::message::{Answer, Request};

use super::{Outcome, StationEvents, Stations};

impl<E: StationEvents> Stations<E> {
    /// Passes an order on to a station. One that is still queued after a minute is dropped.
    pub async fn order(&self, station: &str, order: StationOrder) -> StationAnswer {
        let limit = Duration::from_millis(LONGEST_ORDER);
        let answer = tokio::time::timeout(limit, self.pass_on(station, order)).await;
        answer.unwrap_or(StationAnswer::Unknown)
    }

    async fn pass_on(&self, station: &str, order: StationOrder) -> StationAnswer {
        let request = match order {
            StationOrder::Start { connector, id_tag } => {
                return self.remote_start(station, connector, &id_tag).await;
            }
            StationOrder::Stop { transaction, name } => {
                return self
                    .remote_stop(station, transaction, name.as_deref())
                    .await;
            }
            StationOrder::Reset { is_hard } => Request::Reset { is_hard },
            StationOrder::Unlock { connector } => Request::Unlock { connector },
            StationOrder::Trigger { message, connector } => Request::Trigger {
                message: triggered(message),
                connector,
                plug: None,
            },
            StationOrder::Configure { key, value } => Request::WriteSetting {
                key,
                value: value.expose().to_owned(),
            },
        };
        match self.0.call(station, request, self.0.timeouts.answer).await {
            Outcome::NotConnected => StationAnswer::NotConnected,
            Outcome::Unanswered => StationAnswer::Unknown,
            Outcome::Answered(answer) => operation_answer(&answer),
        }
    }

    /// What is known of a station besides what it reports.
    pub fn link(&self, station: &str) -> StationLink {
        StationLink {
            oddities: self.0.oddities.of(station),
            ..self.0.recent.of(station)
        }
    }
}

fn triggered(message: TriggeredMessage) -> &'static str {
    match message {
        TriggeredMessage::Status => "StatusNotification",
        TriggeredMessage::Boot => "BootNotification",
        TriggeredMessage::Heartbeat => "Heartbeat",
        TriggeredMessage::MeterValues => "MeterValues",
        TriggeredMessage::FirmwareStatus => "FirmwareStatusNotification",
        TriggeredMessage::LogStatus => "LogStatusNotification",
    }
}

/// What a station's answer to what people have it do says. It has more words for it than for starts and stops.
fn operation_answer(answer: &Answer) -> StationAnswer {
    match answer.status().as_deref() {
        Some("scheduled" | "rebootrequired") => StationAnswer::Later,
        Some("unlocked") => StationAnswer::Accepted,
        Some("unlockfailed" | "ongoingauthorizedtransaction" | "unknownconnector") => {
            StationAnswer::Rejected
        }
        _ => StationAnswer::from(answer),
    }
}
