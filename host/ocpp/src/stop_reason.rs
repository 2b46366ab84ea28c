//! Why a station ended a transaction.

use serde::de::IntoDeserializer as _;
use serde::de::value::{Error, StrDeserializer};
use serde::{Deserialize, Serialize};

/// The reasons of OCPP 1.6, and those that OCPP 2.x has besides. What a station says besides is taken for `Other`: it is free text, and is
/// neither stored nor logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "OCPP describes each")]
pub enum StopReason {
    DeAuthorized,
    EmergencyStop,
    #[serde(rename = "EVDisconnected")]
    EvDisconnected,
    HardReset,
    /// A station leaves this one out.
    #[default]
    Local,
    PowerLoss,
    Reboot,
    Remote,
    SoftReset,
    UnlockCommand,
    EnergyLimitReached,
    GroundFault,
    ImmediateReset,
    LocalOutOfCredit,
    MasterPass,
    OvercurrentFault,
    PowerQuality,
    ReqEnergyTransferRejected,
    #[serde(rename = "StoppedByEV")]
    StoppedByEv,
    #[serde(rename = "SOCLimitReached")]
    SocLimitReached,
    TimeLimitReached,
    Timeout,
    #[serde(other)]
    Other,
}

impl StopReason {
    /// The reason of this name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let name: StrDeserializer<'_, Error> = name.trim().into_deserializer();
        Self::deserialize(name).unwrap_or(Self::Other)
    }

    /// As OCPP writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DeAuthorized => "DeAuthorized",
            Self::EmergencyStop => "EmergencyStop",
            Self::EvDisconnected => "EVDisconnected",
            Self::HardReset => "HardReset",
            Self::Local => "Local",
            Self::PowerLoss => "PowerLoss",
            Self::Reboot => "Reboot",
            Self::Remote => "Remote",
            Self::SoftReset => "SoftReset",
            Self::UnlockCommand => "UnlockCommand",
            Self::EnergyLimitReached => "EnergyLimitReached",
            Self::GroundFault => "GroundFault",
            Self::ImmediateReset => "ImmediateReset",
            Self::LocalOutOfCredit => "LocalOutOfCredit",
            Self::MasterPass => "MasterPass",
            Self::OvercurrentFault => "OvercurrentFault",
            Self::PowerQuality => "PowerQuality",
            Self::ReqEnergyTransferRejected => "ReqEnergyTransferRejected",
            Self::StoppedByEv => "StoppedByEV",
            Self::SocLimitReached => "SOCLimitReached",
            Self::TimeLimitReached => "TimeLimitReached",
            Self::Timeout => "Timeout",
            Self::Other => "Other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_of_ocpp_keeps_its_name_and_any_other_text_is_other() {
        let read = |text: &str| serde_json::from_value::<StopReason>(text.into());
        for name in [
            "DeAuthorized",
            "EmergencyStop",
            "EVDisconnected",
            "HardReset",
            "Local",
            "Other",
            "PowerLoss",
            "Reboot",
            "Remote",
            "SoftReset",
            "UnlockCommand",
            "EnergyLimitReached",
            "GroundFault",
            "ImmediateReset",
            "LocalOutOfCredit",
            "MasterPass",
            "OvercurrentFault",
            "PowerQuality",
            "ReqEnergyTransferRejected",
            "StoppedByEV",
            "SOCLimitReached",
            "TimeLimitReached",
            "Timeout",
        ] {
            assert_eq!(read(name).unwrap().name(), name);
        }
        for text in ["", "Boredom", "4111111111111111", "local"] {
            assert_eq!(read(text).unwrap(), StopReason::Other, "{text}");
        }
    }
}
