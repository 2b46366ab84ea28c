//! The contract in Rust: the types of the package `chargetap:types`, generated once and shared by the
//! three components, by the engine and by every host, so that nothing has to be converted between
//! them; and the components' functions as a trait, [`Components`].
//!
//! The WIT files beside this crate are the documentation of each type.
//!
//! Both generators give the same Rust types. With the feature `wasmtime` they can also be handed to
//! a component that runs in wasmtime; without it they are what `wit-bindgen` expects in a guest.

#[cfg(feature = "wasmtime")]
mod generated {
    #![allow(missing_docs, reason = "the WIT files are the documentation")]
    wasmtime::component::bindgen!({
        path: "../types",
        world: "all",
        additional_derives: [serde::Serialize, serde::Deserialize, PartialEq],
    });
}

#[cfg(all(feature = "guest", not(feature = "wasmtime")))]
mod generated {
    #![allow(missing_docs, reason = "the WIT files are the documentation")]
    wit_bindgen::generate!({
        path: "../types",
        world: "all",
        additional_derives: [serde::Serialize, serde::Deserialize, PartialEq],
        generate_unused_types: true,
    });
}

#[cfg(not(any(feature = "guest", feature = "wasmtime")))]
compile_error!("enable the feature `guest`, or `wasmtime` where components are called in wasmtime");

mod components;
mod ids;
mod languages;

pub use components::{ComponentFault, Components, FaultCause};
pub use generated::chargetap::types::{callback, money, receipt, screen, session, terminal};
pub use ids::ParseEvseError;
pub use languages::LANGUAGES;
