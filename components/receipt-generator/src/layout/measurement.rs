//! The result of checking the meter's signature, in words for the driver.

use chargetap_contract::receipt::{MeasurementVerdict, Subject};

use super::{Composer, Section, section};

/// By how many watt-hours the billed energy may differ: registers show full watt-hours, so a
/// difference of two readings is off by up to one.
const ROUNDING: u64 = 1;

impl Composer<'_> {
    /// | the signed values                       | the sentence         |
    /// |-----------------------------------------|----------------------|
    /// | verified, and nothing was taken         | `measured_only`      |
    /// | verified, and as much was billed        | `measured`           |
    /// | verified, but something else was billed | `measured_otherwise` |
    /// | refused                                 | `not_measured`       |
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

    /// The energy that was billed, corrected if this is the receipt of a correction.
    fn billed(&self) -> u64 {
        let corrected = match &self.document.subject {
            Subject::Refund(refund) => refund.corrected.as_ref(),
            _ => None,
        };
        let billed = corrected.or(self.session.charging.as_ref());
        billed.map_or(0, |it| it.energy)
    }
}
