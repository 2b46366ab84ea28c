//! Whether the meter's signature was checked, in words that a driver understands.

use chargetap_contract::receipt::{MeasurementVerdict, Subject};

use super::{Section, Writer, section};

/// What a register shows in full watt-hours rises by one more or less than its full watt-hours do.
const ROUNDING: u64 = 1;

impl Writer<'_> {
    pub(super) fn measurement(&self) -> Option<Section> {
        let measurement = self.document.measurement.as_ref()?;
        let billed = self.billed();
        let verdict = match measurement.verdict {
            MeasurementVerdict::Verified(energy) if self.session.nothing_taken.is_some() => {
                (self.language.measured_only)(&self.energy(energy))
            }
            MeasurementVerdict::Verified(energy) if energy.abs_diff(billed) <= ROUNDING => {
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

    /// The energy that is paid for, once it is corrected.
    fn billed(&self) -> u64 {
        let corrected = match &self.document.subject {
            Subject::Refund(refund) => refund.corrected.as_ref(),
            _ => None,
        };
        let billed = corrected.or(self.session.charging.as_ref());
        billed.map_or(0, |it| it.energy)
    }
}
