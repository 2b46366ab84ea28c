//! The gateway's bundles of components: the one that runs, and those beside it that can take its place.
//!
//! | folder                    | what is in it                                        |
//! |---------------------------|------------------------------------------------------|
//! | as configured             | the bundle that runs, also after the next start      |
//! | with `.next` after it     | the one that somebody put there to take its place    |
//! | with `.previous` after it | the one whose place it took                          |
//!
//! Folders change their names by single steps of the file system, none of which is half done after a crash. The one
//! that counts exchanges two folders, so that there is always a whole bundle as configured: Linux can do that. Steps
//! before it leave the running bundle alone.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chargetap_contract::callback::KeyInfo;
use chargetap_engine::config::{self, CallbackEndpoint, CallbackKey, Config};
use chargetap_engine::platform::{Components, LoadedBundle};
use chargetap_fleet::api::{BundledComponent, ComponentState, Problem, ProblemKind};
use chargetap_fleet::bundle::{BundlePlace, ComponentDigest};
use chargetap_fleet::refusal::Refusal;
use chargetap_plugins::{
    Bundle, COMPONENTS, Component, Inspection, LoadError, Plugins, Trust, component_path,
};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use secrecy::SecretString;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::faults::Faults;
use crate::secrets::{self, SecretError};
use crate::trust::{self, KeyFileError};

/// A bundle cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub enum BundleError {
    /// The secret of a callback key is missing.
    Secret(#[from] SecretError),
    /// The key of somebody who signs components cannot be used.
    Key(#[from] KeyFileError),
    /// A component cannot be used.
    Component(#[from] LoadError),
}

/// Where a gateway's bundles are, and what they are loaded with.
#[derive(Debug)]
pub(crate) struct BundleFolders {
    /// From which relative paths are taken.
    folder: PathBuf,
    components: PathBuf,
    cache: PathBuf,
    trust: config::Trust,
    endpoints: Vec<CallbackEndpoint>,
}

impl BundleFolders {
    /// Those of a configuration, whose relative paths are taken from `folder`.
    pub(crate) fn new(config: &Config, folder: &Path) -> Self {
        let server = &config.server;
        Self {
            folder: folder.to_owned(),
            components: folder.join(&server.components),
            cache: folder.join(&server.cache),
            trust: server.trust.clone(),
            endpoints: config.callback_endpoints.clone(),
        }
    }

    fn path(&self, place: BundlePlace) -> PathBuf {
        // Without a slash at its end.
        let mut path: OsString = self.components.components().as_path().into();
        path.push(match place {
            BundlePlace::Running => "",
            BundlePlace::Next => ".next",
            BundlePlace::Previous => ".previous",
        });
        path.into()
    }

    /// Verify and compile a bundle. Keys and secrets are read anew.
    pub(crate) fn load(&self, place: BundlePlace) -> Result<Plugins, BundleError> {
        let endpoints = self.endpoints.iter().map(|it| {
            let keys = it.keys.iter().map(|key| self.key(key));
            Ok((it.endpoint.clone(), keys.collect::<Result<_, _>>()?))
        });
        Ok(Plugins::load(
            &self.path(place),
            &trust::read(&self.trust, &self.folder)?,
            &self.cache,
            endpoints.collect::<Result<_, SecretError>>()?,
        )?)
    }

    fn key(&self, key: &CallbackKey) -> Result<(KeyInfo, SecretString), SecretError> {
        let secret = secrets::read(&key.secret, &self.folder)?;
        Ok((key.info.clone(), secret))
    }

    /// Have a bundle take the place of the running one.
    fn exchange(&self, place: BundlePlace, faults: &Faults) -> io::Result<()> {
        let [running, next, previous] = [
            BundlePlace::Running,
            BundlePlace::Next,
            BundlePlace::Previous,
        ]
        .map(|place| self.path(place));
        sync(&self.path(place))?;
        faults.crash_point();
        if place == BundlePlace::Next {
            match fs::remove_dir_all(&previous) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            faults.crash_point();
            fs::rename(&next, &previous)?;
            faults.crash_point();
        }
        let exchanged = renameat_with(CWD, &running, CWD, &previous, RenameFlags::EXCHANGE);
        if let Err(error) = exchanged {
            if place == BundlePlace::Next {
                fs::rename(&previous, &next)?;
            }
            return Err(error.into());
        }
        faults.crash_point();
        let parent = running.parent().filter(|it| !it.as_os_str().is_empty());
        File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
    }
}

/// Have a folder's files on the disk before they count.
fn sync(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        File::open(entry?.path())?.sync_all()?;
    }
    File::open(folder)?.sync_all()
}

/// The components that run, and what can take their place.
pub(crate) struct SwappablePlugins {
    plugins: Arc<Plugins>,
    folders: Arc<BundleFolders>,
    faults: Arc<Faults>,
    /// Held while a bundle is loaded to take the place of another one.
    swap: Arc<Mutex<()>>,
}

impl SwappablePlugins {
    pub(crate) fn new(folders: BundleFolders, faults: Arc<Faults>) -> Result<Self, BundleError> {
        Ok(Self {
            plugins: Arc::new(folders.load(BundlePlace::Running)?),
            folders: Arc::new(folders),
            faults,
            swap: Arc::default(),
        })
    }

    /// The components that run.
    pub(crate) fn plugins(&self) -> &Plugins {
        &self.plugins
    }

    /// The components of every bundle.
    pub(crate) fn bundled_components(&self) -> Result<Vec<BundledComponent>, Problem> {
        let trust = trust::read(&self.folders.trust, &self.folders.folder);
        let trust = trust.map_err(|error| unusable(&error.into()))?;
        let running = self.plugins.inspections().into_iter().zip(COMPONENTS);
        let running = running.map(|(it, name)| component_state(name, Some(it), None));
        let mut bundled: Vec<_> = running
            .map(|component| BundledComponent {
                bundle: BundlePlace::Running,
                component,
            })
            .collect();
        for bundle in [BundlePlace::Next, BundlePlace::Previous] {
            let path = self.folders.path(bundle);
            if path.exists() {
                let components = component_states(&path, &trust).into_iter();
                bundled.extend(components.map(|component| BundledComponent { bundle, component }));
            }
        }
        Ok(bundled)
    }

    /// Load a bundle that can take the place of the running one.
    pub(crate) fn load(&self, place: BundlePlace) -> Result<Box<dyn LoadedBundle>, Problem> {
        let conflict = |code, text: String| Problem::from(Refusal::conflict(code, text));
        let Ok(swap) = self.swap.clone().try_lock_owned() else {
            let text = "the components are being swapped already: see what comes of that, with \
                        `chargetap fleet plugins show`";
            return Err(conflict("swap-under-way", text.to_owned()));
        };
        let path = self.folders.path(place);
        if !path.exists() {
            let path = path.display();
            return Err(match place {
                BundlePlace::Previous => conflict(
                    "no-previous-bundle",
                    format!(
                        "there is no folder {path}: nothing was swapped, so there is nothing to go back to"
                    ),
                ),
                _ => conflict(
                    "no-next-bundle",
                    format!(
                        "there is no folder {path} at the gateway: copy the signed folder there, and try again"
                    ),
                ),
            });
        }
        let next = self.folders.load(place);
        let next = next.map_err(|error| unusable(&error))?;
        let bundle = SwappableBundle {
            next,
            running: self.plugins.clone(),
            folders: self.folders.clone(),
            faults: self.faults.clone(),
            place,
            _swap: swap,
        };
        if bundle.digests() == bundle.running() {
            let text = format!("{} has the components that run already", path.display());
            return Err(conflict("bundle-runs-already", text));
        }
        Ok(Box::new(bundle))
    }
}

fn unusable(error: &BundleError) -> Problem {
    let code = match error {
        BundleError::Component(LoadError::Refused { .. }) => "bundle-refused",
        BundleError::Component(LoadError::Unusable { .. }) => "bundle-unusable",
        BundleError::Component(LoadError::Keys(_)) | BundleError::Secret(_) => "callback-keys",
        BundleError::Key(_) => "signers-keys",
        BundleError::Component(LoadError::Runtime(_)) => {
            return Problem::new(ProblemKind::Unavailable, error.to_string());
        }
    };
    Refusal::conflict(code, error.to_string()).into()
}

/// A bundle that was verified and compiled to take the place of the running one.
struct SwappableBundle {
    next: Plugins,
    running: Arc<Plugins>,
    folders: Arc<BundleFolders>,
    faults: Arc<Faults>,
    place: BundlePlace,
    _swap: OwnedMutexGuard<()>,
}

impl LoadedBundle for SwappableBundle {
    fn components(&self) -> &dyn Components {
        &self.next
    }

    fn running(&self) -> Vec<ComponentDigest> {
        digests(&self.running)
    }

    fn digests(&self) -> Vec<ComponentDigest> {
        digests(&self.next)
    }

    fn take_place(self: Box<Self>) -> Result<(), Problem> {
        let exchanged =
            tokio::task::block_in_place(|| self.folders.exchange(self.place, &self.faults));
        exchanged.map_err(|error| {
            let folder = self.folders.components.display();
            let text = format!(
                "nothing was changed: {folder} and the folder beside it cannot be exchanged ({error}). Let both be \
                 plain folders on one disk, in a folder to which the gateway may write"
            );
            Problem::from(Refusal::conflict("folders-not-exchanged", text))
        })?;
        self.running.replace(self.next);
        Ok(())
    }
}

fn digests(plugins: &Plugins) -> Vec<ComponentDigest> {
    let inspections = plugins.inspections().into_iter().zip(COMPONENTS);
    let digests = inspections.map(|(inspection, name)| ComponentDigest {
        name: name.to_owned(),
        version: inspection.version,
        sha256: inspection.sha256,
    });
    digests.collect()
}

/// The components in a folder. One that cannot be taken is there all the same, as far as it can be read.
pub(crate) fn component_states(folder: &Path, trust: &Trust) -> Vec<ComponentState> {
    let bundle = Bundle::open(folder, trust);
    let state = |name| {
        let problem = match &bundle {
            Ok(bundle) => bundle.component(name).err().map(|it| it.to_string()),
            Err(error) => Some(error.to_string()),
        };
        let component = Component::read(&component_path(folder, name));
        component_state(name, component.ok().map(|it| it.inspection), problem)
    };
    COMPONENTS.map(state).into()
}

/// A component with what it says of itself, and what keeps a gateway from taking it.
pub(crate) fn component_state(
    name: &str,
    inspection: Option<Inspection>,
    problem: Option<String>,
) -> ComponentState {
    let inspection = inspection.as_ref();
    ComponentState {
        name: name.to_owned(),
        version: inspection.and_then(|it| it.version.clone()),
        contract: inspection.and_then(|it| it.contract.clone()),
        size: inspection.map(|it| it.size),
        sha256: inspection.map(|it| it.sha256.clone()),
        problem,
    }
}
