//! Published cases of the contract, run against any component of it, whoever wrote it.
//!
//! A case is a file of calls with what each is to answer; `README.md` beside this crate describes its form. A case
//! runs on an instance of its own. Values are read, compared and written by the component's own types, so the cases
//! say nothing of how a component is made, and this crate shares no code with those of the project.
//!
//! | module       | subject                                                       |
//! |--------------|---------------------------------------------------------------|
//! | `case`       | the files                                                     |
//! | `contract`   | the contract's functions and types, by `types.json`           |
//! | `wit`        | makes `types.json` of the WIT files                           |
//! | `shape`      | whether a component's types are the contract's                |
//! | `component`  | a file that can be used, and its instances, with their limits |
//! | `value`      | values from JSON and to JSON                                  |
//! | `rust_types` | values for hosts that have the contract's types in Rust       |
//! | `matching`   | what came against what is expected                            |
//! | `run`        | a case on an instance                                         |
//! | `report`     | what people read                                              |

mod case;
mod component;
mod contract;
mod matching;
mod report;
mod run;
mod rust_types;
mod shape;
mod value;
mod wit;

pub use case::{Call, Case, CaseError, Selection, load_cases};
pub use component::{Component, LoadError};
pub use contract::Contract;
pub use report::{Report, write_case};
pub use run::{Failure, Outcome, run};
pub use rust_types::TypeError;
pub use wit::types_of;
