//! Bundles on disk. Each file is read once: the bytes that were verified are those that are compiled.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::bundle::{CONTRACTS, Listed, MANIFEST, Manifest, SIGNATURE, Trust, sha256};
use crate::error::{Flaw, LoadError};
use crate::inspection::Inspection;
use crate::keys::{PrivateKey, verify};
use crate::worlds::COMPONENTS;

/// How many bytes a component may have.
const LARGEST_COMPONENT: u64 = 8 << 20;
/// How many bytes a manifest may have, and its signature.
const LARGEST_MANIFEST: u64 = 64 << 10;

/// A folder of components that is trusted, as far as that is known without its components.
#[derive(Debug)]
pub struct Bundle<'a> {
    pub(crate) folder: &'a Path,
    /// Nothing, if unsigned components are taken.
    pub(crate) manifest: Option<Manifest>,
}

/// A component that was read and inspected.
pub struct Component {
    pub(crate) path: PathBuf,
    pub(crate) bytes: Vec<u8>,
    /// What it says of itself.
    pub inspection: Inspection,
}

impl Component {
    /// Read and inspect any WebAssembly file.
    ///
    /// # Errors
    /// It cannot be read, is too large or no WebAssembly.
    pub fn read(path: &Path) -> Result<Self, LoadError> {
        Self::read_checked(path, |_, _| Ok(()))
    }

    /// Nothing looks into bytes that the check refuses.
    fn read_checked(
        path: &Path,
        check: impl FnOnce(u64, &str) -> Result<(), Flaw>,
    ) -> Result<Self, LoadError> {
        let inspect = || {
            let bytes = read(path, LARGEST_COMPONENT)?;
            let sha256 = sha256(&bytes);
            check(bytes.len() as u64, &sha256)?;
            let inspection = Inspection::of(&bytes, sha256)?;
            Ok(Self {
                path: path.to_owned(),
                bytes,
                inspection,
            })
        };
        inspect().map_err(|flaw: Flaw| flaw.of(path))
    }
}

impl<'a> Bundle<'a> {
    /// Open a folder of components, and verify its signature if it needs one.
    ///
    /// # Errors
    /// It is not signed by a key that is trusted, or its manifest cannot be used.
    pub fn open(folder: &'a Path, trust: &Trust) -> Result<Self, LoadError> {
        let Trust::Keys(keys) = trust else {
            let manifest = None;
            return Ok(Self { folder, manifest });
        };
        let path = folder.join(MANIFEST);
        let bytes = part(&path, Flaw::NoManifest)?;
        let signature_path = folder.join(SIGNATURE);
        let signature = part(&signature_path, Flaw::NoSignature)?;
        verify(&bytes, &signature, keys).map_err(|flaw| flaw.of(&signature_path))?;
        let manifest = Manifest::read(&bytes).map_err(|flaw| flaw.of(&path))?;
        Ok(Self {
            folder,
            manifest: Some(manifest),
        })
    }

    /// Read a component, if it is the one that was signed, has a contract that is taken, and can do nothing but
    /// compute.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn component(&self, name: &str) -> Result<Component, LoadError> {
        let path = component_path(self.folder, name);
        let component = Component::read_checked(&path, |size, sha256| match &self.manifest {
            Some(manifest) => manifest.check(name, size, sha256),
            None => Ok(()),
        })?;
        let checked = match &self.manifest {
            Some(manifest) => component.inspection.check(&[&manifest.contract]),
            None => component.inspection.check(CONTRACTS),
        };
        checked.map_err(|flaw| flaw.of(&path))?;
        Ok(component)
    }
}

/// Sign the components of a folder: write its manifest and the signature. Returns the manifest.
///
/// # Errors
/// A component cannot be used, so no gateway would take it, or a file cannot be written.
pub fn sign_folder(folder: &Path, key: &PrivateKey) -> Result<Manifest, LoadError> {
    let bundle = Bundle::open(folder, &Trust::Unsigned)?;
    let components = COMPONENTS.map(|name| Ok((name, bundle.component(name)?)));
    let components: Vec<_> = components.into_iter().collect::<Result<_, LoadError>>()?;
    let mut contracts = components
        .iter()
        .map(|(_, it)| it.inspection.contract.clone());
    let contract = contracts.next().flatten().unwrap_or_default();
    let listed = |(name, component): &(&str, Component)| {
        let inspection = &component.inspection;
        let checked = inspection.check(&[&contract]);
        let listed = checked.and_then(|()| Listed::new(name, inspection));
        listed.map_err(|flaw| flaw.of(&component.path))
    };
    let listed = components.iter().map(listed).collect::<Result<_, _>>()?;

    let manifest = Manifest::new(contract.clone(), listed);
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        let written = std::fs::write(&path, bytes);
        written.map_err(|error| Flaw::Unwritable(error.to_string()).of(&path))
    };
    let bytes = manifest.to_bytes().map_err(|flaw| flaw.of(folder))?;
    write(MANIFEST, &bytes)?;
    write(SIGNATURE, key.sign(&bytes).as_bytes())?;
    Ok(manifest)
}

/// Where a folder has the component of this name.
#[must_use]
pub fn component_path(folder: &Path, name: &str) -> PathBuf {
    folder.join(name).with_extension("wasm")
}

/// Read a part of a bundle that is no component.
pub(crate) fn part(path: &Path, missing: Flaw) -> Result<Vec<u8>, LoadError> {
    let has_folder = path.parent().is_some_and(Path::is_dir);
    let found = match path.try_exists() {
        Ok(false) if has_folder => Err(missing),
        _ => read(path, LARGEST_MANIFEST),
    };
    found.map_err(|flaw| flaw.of(path))
}

fn read(path: &Path, largest: u64) -> Result<Vec<u8>, Flaw> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(largest + 1).read_to_end(&mut bytes));
    match read {
        Err(error) => Err(Flaw::Unreadable(error.to_string())),
        Ok(_) if bytes.len() as u64 > largest => Err(Flaw::TooLarge(largest)),
        Ok(_) => Ok(bytes),
    }
}
