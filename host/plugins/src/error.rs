//! Why a component cannot be used.

use std::path::PathBuf;

/// A component cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The runtime itself cannot be had.
    #[error("wasmtime cannot be started: {0}")]
    Runtime(String),
    /// The file cannot be read.
    #[error("component {path} cannot be read: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The file is no component, or not this one.
    #[error("component {path} cannot be used: {reason}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The keys are not accepted.
    #[error("the callback keys cannot be used: {0}")]
    Keys(String),
}
