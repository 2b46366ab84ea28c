//! Bundles: components, and a signed manifest of them.
//!
//! A bundle is a folder with the components' `.wasm` files, [`MANIFEST`] and [`SIGNATURE`]. The manifest has the
//! version of the contract, and of each component name, version, size and SHA-256. The signature is ECDSA with
//! P-256 over the SHA-256 of the manifest's bytes, DER-encoded, in base64. So it needs no network, and other
//! programs make and verify it as well:
//!
//! ```sh
//! openssl dgst -sha256 -sign plugins.key.pem bundle.json | base64 > bundle.json.sig
//! base64 -d bundle.json.sig > signature.der
//! openssl dgst -sha256 -verify plugins.pub.pem -signature signature.der bundle.json
//! ```
//!
//! `cosign sign-blob --key` writes signatures of this form, too.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::Flaw;
use crate::inspection::Inspection;
use crate::keys::PublicKey;

/// The file's name of a bundle's manifest.
pub const MANIFEST: &str = "bundle.json";
/// The file's name of the manifest's signature.
pub const SIGNATURE: &str = "bundle.json.sig";
/// The versions of the contract that this host takes: all that were released. `wit/README.md` says what a new one
/// needs.
pub const CONTRACTS: &[&str] = &["0.1.0"];
/// The format of manifests.
pub(crate) const FORMAT: u32 = 1;

/// Whose components are taken.
#[derive(Clone, Debug)]
pub enum Trust {
    /// Those of bundles that one of these keys signed. Without a key, none.
    Keys(Vec<PublicKey>),
    /// Any: whoever can write to their folder decides what is computed.
    Unsigned,
}

/// What a bundle's signature covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: u32,
    /// The version of the contract that every component has.
    pub contract: String,
    /// The components.
    pub components: Vec<Listed>,
}

/// A component in a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Its name, and its file's before `.wasm`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// How many bytes its file has.
    pub size: u64,
    /// Their SHA-256 in hexadecimal.
    pub sha256: String,
}

/// What must be known of a manifest before the rest of it is.
#[derive(Deserialize)]
struct Head {
    format: u32,
}

impl Listed {
    /// A component as a manifest has it.
    pub(crate) fn new(name: &str, component: &Inspection) -> Result<Self, Flaw> {
        Ok(Self {
            name: name.to_owned(),
            version: component.version.clone().ok_or(Flaw::NoVersion)?,
            size: component.size,
            sha256: component.sha256.clone(),
        })
    }
}

impl Manifest {
    /// A manifest of these components, which all have this version of the contract.
    pub(crate) fn new(contract: String, components: Vec<Listed>) -> Self {
        Self {
            format: FORMAT,
            contract,
            components,
        }
    }

    /// The bytes that are signed and stored.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, Flaw> {
        let bytes = serde_json::to_vec_pretty(self);
        let mut bytes = bytes.map_err(|error| Flaw::Unwritable(error.to_string()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Read a manifest whose signature is good.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Flaw> {
        let malformed = |error: serde_json::Error| Flaw::MalformedManifest(error.to_string());
        let Head { format } = serde_json::from_slice(bytes).map_err(malformed)?;
        if format != FORMAT {
            return Err(Flaw::OtherFormat(format));
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(malformed)?;
        match CONTRACTS.contains(&manifest.contract.as_str()) {
            true => Ok(manifest),
            false => Err(Flaw::OtherContract(manifest.contract)),
        }
    }

    /// Whether this is the component that was signed.
    pub(crate) fn check(&self, name: &str, size: u64, sha256: &str) -> Result<(), Flaw> {
        let mut components = self.components.iter();
        let listed = components
            .find(|it| it.name == name)
            .ok_or(Flaw::NotListed)?;
        if size < listed.size {
            return Err(Flaw::Truncated {
                size,
                listed: listed.size,
            });
        }
        match size == listed.size && sha256 == listed.sha256 {
            true => Ok(()),
            false => Err(Flaw::Altered),
        }
    }
}

/// The SHA-256 in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}
