//! Whether the meter's signature was checked, in words that a driver understands.

use chargetap_contract::receipt::MeasurementVerdict;

use super::{Section, Writer, section};

impl Writer<'_> {
    pub(super) fn measurement(&self) -> Option<Section> {
        let measurement = self.document.measurement.as_ref()?;
        let billed = self.session.charging.as_ref().map_or(0, |it| it.energy);
        let verdict = match measurement.verdict {
            MeasurementVerdict::Verified(energy) if energy == billed => {
                (self.language.measured)(&self.energy(energy))
            }
            MeasurementVerdict::Verified(energy) => {
                (self.language.measured_otherwise)(&self.energy(energy), &self.energy(billed))
            }
            MeasurementVerdict::Refused(problem) => {
                (self.language.not_measured)(problem).to_owned()
            }
        };
        Some(Section {
            notes: vec![verdict, self.language.transparency.to_owned()],
            ..section(self.language.measurement, vec![])
        })
    }
}
