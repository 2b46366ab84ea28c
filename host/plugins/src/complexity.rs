//! What it would cost to compile a component, as far as that can be told without.
//!
//! A compiler's time and memory do not grow with the size of a file alone. A few bytes declare thousands of
//! variables, of which each function has its own, or many values for each call. Components that contain each other
//! twice are copied once for each way to them: with twenty of them, a file of a kilobyte takes a minute, with forty,
//! years. The three components need a quarter of each limit at most.

use wasmparser::{ComponentInstance, CompositeInnerType, FunctionBody, Payload};

use crate::error::Flaw;

/// How many times components may be instantiated in a file. A plugin does so once.
const INSTANTIATIONS: u64 = 10;
/// How many parameters and results a function may have.
const VALUES: usize = 100;
/// How many bytes of code a function may have.
const LONGEST_FUNCTION: u64 = 128 << 10;
/// How much work a function may be: its bytes of code, times its variables.
const FUNCTION_WORK: u64 = 24_000_000;
/// How much work all functions may be.
const WORK: u64 = 200_000_000;

/// What was counted, and whether anything of it is too much.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Complexity {
    instantiations: u64,
    work: u64,
    is_excessive: bool,
}

impl Complexity {
    /// Count a part of a component, at any depth.
    pub(crate) fn add(&mut self, payload: &Payload<'_>) -> wasmparser::Result<()> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section.clone() {
                    let group = group?;
                    let mut functions =
                        group
                            .types()
                            .filter_map(|it| match &it.composite_type.inner {
                                CompositeInnerType::Func(it) => Some(it),
                                _ => None,
                            });
                    self.is_excessive |=
                        functions.any(|it| it.params().len() + it.results().len() > VALUES);
                }
            }
            Payload::CodeSectionEntry(body) => {
                let length = body.range().len() as u64;
                let work = length.saturating_mul(1 + variables(body)?);
                self.is_excessive |= length > LONGEST_FUNCTION || work > FUNCTION_WORK;
                self.work = self.work.saturating_add(work);
            }
            Payload::ComponentInstanceSection(section) => {
                for instance in section.clone() {
                    if let ComponentInstance::Instantiate { .. } = instance? {
                        self.instantiations += 1;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(crate) fn check(&self) -> Result<(), Flaw> {
        let is_excessive =
            self.is_excessive || self.instantiations > INSTANTIATIONS || self.work > WORK;
        match is_excessive {
            true => Err(Flaw::TooComplex),
            false => Ok(()),
        }
    }
}

/// How many variables a function has besides its parameters.
fn variables(body: &FunctionBody<'_>) -> wasmparser::Result<u64> {
    let mut variables = 0_u64;
    for group in body.get_locals_reader()? {
        let (count, _) = group?;
        variables = variables.saturating_add(u64::from(count));
    }
    Ok(variables)
}
