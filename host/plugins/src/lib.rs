//! The three Chargetap components in wasmtime: load, check, limit, pool, call.
//!
//! [`Plugins`] is all that a host in Rust needs to call them. It knows no HTTP, no database and no
//! charging station.

mod bindings;
mod error;
mod limits;
mod load;
mod plugins;
mod pool;
#[cfg(test)]
mod tests;
mod worlds;

pub use chargetap_contract as contract;
pub use chargetap_contract::{ComponentFault, Components};
pub use error::LoadError;
pub use plugins::Plugins;
pub use worlds::EndpointKeys;
