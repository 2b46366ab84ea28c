//! Why components cannot be used.

use std::path::{Path, PathBuf};

/// The components cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The runtime itself cannot be had.
    #[error("wasmtime cannot be started: {0}")]
    Runtime(String),
    /// A file was refused before anything was compiled.
    #[error("{path} cannot be used: {flaw}")]
    Refused {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        flaw: Flaw,
    },
    /// The file is no component, or not this one.
    #[error("{path} cannot be used: {reason}")]
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

/// What is wrong with a file, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// It cannot be read.
    #[error("it cannot be read ({0}): put it there, readable by this user")]
    Unreadable(String),
    /// It cannot be written.
    #[error("it cannot be written ({0})")]
    Unwritable(String),
    /// It is larger than any that is read.
    #[error("it has more than {0} bytes: copy or build it again")]
    TooLarge(u64),

    /// The folder has no manifest.
    #[error(
        "nobody signed this folder: sign it by `chargetap plugins sign`, or take unsigned components \
         (`unsigned = true`)"
    )]
    NoManifest,
    /// The folder has no signature.
    #[error("the manifest is not signed: sign the folder by `chargetap plugins sign`")]
    NoSignature,
    /// The signature has not its form.
    #[error(
        "it is no signature, which is a DER-encoded ECDSA signature in base64: sign the folder again"
    )]
    MalformedSignature,
    /// No key that is trusted made the signature.
    #[error(
        "it was signed by a key that is not trusted here, or the manifest was changed after that: get \
         the folder from where it was signed, or add the public key of who signed it"
    )]
    UnknownSigner,
    /// The manifest has not its form.
    #[error("it is no manifest of a bundle ({0}): sign the folder again")]
    MalformedManifest(String),
    /// The manifest has another format.
    #[error("its format is {0}, and this version reads format {format} only: sign with this version", format = crate::bundle::FORMAT)]
    OtherFormat(u32),

    /// The manifest does not name the component.
    #[error("the manifest does not name it: sign the folder again")]
    NotListed,
    /// A part of the component is missing.
    #[error("it has {size} bytes of the {listed} that were signed: copy it again")]
    Truncated {
        /// How many bytes it has.
        size: u64,
        /// How many the signed one has.
        listed: u64,
    },
    /// It is not the component that was signed.
    #[error("it was changed after the folder was signed: get it from where it was signed")]
    Altered,

    /// It is no WebAssembly, or breaks its rules.
    #[error("it is no valid component ({0}): copy or build it again")]
    Malformed(String),
    /// It has modules in components, or types in types, more deeply than is read.
    #[error("it is nested more deeply than a component may be: copy or build it again")]
    TooDeep,
    /// It could take minutes and gigabytes to compile.
    #[error(
        "it is too complex to be compiled here: build it again, with fewer or smaller functions, and without \
         components in it that are used several times"
    )]
    TooComplex,
    /// It does not say which version of the contract it has.
    #[error(
        "it does not say its version of the contract: build it by `cargo xtask build`, which adds the \
         section {section}",
        section = crate::inspection::CONTRACT_SECTION
    )]
    NoContract,
    /// It has a version of the contract that is not taken.
    #[error(
        "its contract is version {0:?}, and {taken} is taken here: use components and a host of one version",
        taken = crate::bundle::CONTRACTS.join(" or ")
    )]
    OtherContract(String),
    /// It does not say its own version.
    #[error(
        "it does not say its version: build it by `cargo xtask build`, which adds the section version"
    )]
    NoVersion,
    /// It imports something with which it could do more than compute.
    #[error("it imports {0}, and a component may import types only: build it without")]
    Imports(String),
}

impl Flaw {
    pub(crate) fn of(self, path: &Path) -> LoadError {
        LoadError::Refused {
            path: path.to_owned(),
            flaw: self,
        }
    }
}
