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
//! before it leave the running bundle alone, and only after it the bundle before the previous one is deleted.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chargetap_engine::config::{CallbackEndpoint, Config};
use chargetap_engine::platform::{Components, LoadedBundle};
use chargetap_fleet::api::{BundledComponent, ComponentState, Problem, ProblemKind};
use chargetap_fleet::bundle::{BundlePlace, ComponentDigest, Replacement, StandbyBundle};
use chargetap_fleet::refusal::Refusal;
use chargetap_plugins::{
    Bundle, COMPONENTS, Component, EndpointKeys, Inspection, LoadError, Plugins, Trust,
    component_path,
};
use rustix::fs::{CWD, RenameFlags, renameat_with};
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

/// Two folders were not exchanged, and nothing has changed.
#[derive(Debug, thiserror::Error)]
enum ExchangeError {
    #[error(transparent)]
    FileSystem(#[from] io::Error),
    #[error(transparent)]
    Component(#[from] LoadError),
    #[error("{} has other components", .0.display())]
    Other(PathBuf),
}

/// Where a gateway's bundles are, and what they are loaded with: keys as they were when it started, so that none
/// comes into use without what a start checks.
#[derive(Debug)]
pub(crate) struct BundleFolders {
    components: PathBuf,
    cache: PathBuf,
    trust: Trust,
    endpoints: Vec<EndpointKeys>,
}

impl BundleFolders {
    /// Those of a configuration, whose relative paths are taken from `folder`. Keys and secrets are read.
    pub(crate) fn read(config: &Config, folder: &Path) -> Result<Self, BundleError> {
        let server = &config.server;
        let keys = |it: &CallbackEndpoint| {
            let keys = it
                .keys
                .iter()
                .map(|key| Ok((key.info.clone(), secrets::read(&key.secret, folder)?)));
            Ok((it.endpoint.clone(), keys.collect::<Result<_, _>>()?))
        };
        let endpoints = config.callback_endpoints.iter().map(keys);
        Ok(Self {
            components: folder.join(&server.components),
            cache: folder.join(&server.cache),
            trust: trust::read(&server.trust, folder)?,
            endpoints: endpoints.collect::<Result<_, SecretError>>()?,
        })
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

    /// Verify and compile the bundle that is to run.
    pub(crate) fn load_running(&self) -> Result<Plugins, LoadError> {
        let endpoints = self.endpoints.clone();
        let folder = self.path(BundlePlace::Running);
        Plugins::load(&folder, &self.trust, &self.cache, endpoints)
    }

    /// Verify and compile another bundle, while components run.
    fn load(&self, standby: StandbyBundle) -> Result<Plugins, LoadError> {
        let endpoints = self.endpoints.clone();
        let folder = self.path(standby.into());
        Plugins::load_in_background(&folder, &self.trust, &self.cache, endpoints)
    }

    /// Make sure that a folder still has these components, and that the next start takes them.
    fn check(&self, folder: &Path, digests: &[ComponentDigest]) -> Result<(), ExchangeError> {
        let bundle = Bundle::open(folder, &self.trust)?;
        for digest in digests {
            if bundle.component(&digest.name)?.inspection.sha256 != digest.sha256 {
                return Err(ExchangeError::Other(folder.to_owned()));
            }
        }
        Ok(())
    }

    /// Have a bundle take the place of the running one, if the folders have what is to run and what runs.
    fn exchange(
        &self,
        standby: StandbyBundle,
        replacement: &Replacement,
        faults: &Faults,
    ) -> Result<(), ExchangeError> {
        let [running, next, previous] = [
            BundlePlace::Running,
            BundlePlace::Next,
            BundlePlace::Previous,
        ]
        .map(|place| self.path(place));
        let parent = running.parent().filter(|it| !it.as_os_str().is_empty());
        let parent = File::open(parent.unwrap_or(Path::new(".")))?;
        sync(&self.path(standby.into()))?;
        faults.crash_point();
        let mut has_earlier = false;
        if standby == StandbyBundle::Next {
            has_earlier = change_places(&next, &previous)?;
            faults.crash_point();
        }
        // Nobody puts another bundle there by its name from here on.
        let exchanged = self
            .check(&running, &replacement.before)
            .and_then(|()| self.check(&previous, &replacement.after))
            .and_then(|()| Ok(exchange(&running, &previous)?));
        if let Err(error) = exchanged {
            if standby == StandbyBundle::Next
                && let Err(error) = change_places(&previous, &next)
            {
                let previous = previous.display();
                tracing::warn!(%error, "the next bundle is {previous} now: `plugins rollback` goes on with it");
            }
            return Err(error);
        }
        faults.crash_point();
        if let Err(error) = parent.sync_all() {
            tracing::warn!(%error, "the components were swapped, but a power cut may undo it");
        }
        if has_earlier && let Err(error) = fs::remove_dir_all(&next) {
            let next = next.display();
            tracing::warn!(
                %error,
                "{next} is the bundle before the previous one, and cannot be deleted: delete it"
            );
        }
        faults.crash_point();
        Ok(())
    }
}

fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

/// Exchange two folders, or have the first take the name of the second if there is none. Whether there was one.
fn change_places(one: &Path, other: &Path) -> io::Result<bool> {
    match exchange(one, other) {
        Err(error) if error.kind() == ErrorKind::NotFound => fs::rename(one, other).map(|()| false),
        exchanged => exchanged.map(|()| true),
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
            plugins: Arc::new(folders.load_running()?),
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
    pub(crate) fn bundled_components(&self) -> Vec<BundledComponent> {
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
                let components = component_states(&path, &self.folders.trust).into_iter();
                bundled.extend(components.map(|component| BundledComponent { bundle, component }));
            }
        }
        bundled
    }

    /// Load a bundle that can take the place of the running one.
    pub(crate) fn load(&self, standby: StandbyBundle) -> Result<Box<dyn LoadedBundle>, Problem> {
        let conflict = |code, text: String| Problem::from(Refusal::conflict(code, text));
        let Ok(swap) = self.swap.clone().try_lock_owned() else {
            let text = "the components are being swapped already: see what comes of that, with \
                        `chargetap fleet plugins show`";
            return Err(conflict("swap-under-way", text.to_owned()));
        };
        let path = self.folders.path(standby.into());
        if !path.exists() {
            let path = path.display();
            return Err(match standby {
                StandbyBundle::Previous => conflict(
                    "no-previous-bundle",
                    format!(
                        "there is no folder {path}: nothing was swapped, so there is nothing to go back to"
                    ),
                ),
                StandbyBundle::Next => conflict(
                    "no-next-bundle",
                    format!(
                        "there is no folder {path} at the gateway: copy the signed folder there, and try again"
                    ),
                ),
            });
        }
        let next = self.folders.load(standby);
        let next = next.map_err(|error| unusable(&error))?;
        let bundle = SwappableBundle {
            next,
            running: self.plugins.clone(),
            folders: self.folders.clone(),
            faults: self.faults.clone(),
            standby,
            _swap: swap,
        };
        let Replacement { before, after } = bundle.replacement();
        if before == after {
            let text = format!("{} has the components that run already", path.display());
            return Err(conflict("bundle-runs-already", text));
        }
        Ok(Box::new(bundle))
    }
}

fn unusable(error: &LoadError) -> Problem {
    let code = match error {
        LoadError::Refused { .. } => "bundle-refused",
        LoadError::Unusable { .. } => "bundle-unusable",
        LoadError::Keys(_) => "callback-keys",
        LoadError::Runtime(_) => {
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
    standby: StandbyBundle,
    _swap: OwnedMutexGuard<()>,
}

impl LoadedBundle for SwappableBundle {
    fn components(&self) -> &dyn Components {
        &self.next
    }

    fn replacement(&self) -> Replacement {
        Replacement {
            before: digests(&self.running),
            after: digests(&self.next),
        }
    }

    fn take_place(self: Box<Self>) -> Result<Box<dyn LoadedBundle>, Problem> {
        let replacement = self.replacement();
        let exchanged = tokio::task::block_in_place(|| {
            self.folders
                .exchange(self.standby, &replacement, &self.faults)
        });
        exchanged.map_err(|error| not_exchanged(&self.folders.components, &error))?;
        Ok(Box::new(Self {
            next: self.running.replace(self.next),
            standby: StandbyBundle::Previous,
            ..*self
        }))
    }
}

fn not_exchanged(folder: &Path, error: &ExchangeError) -> Problem {
    let folder = folder.display();
    let (code, text) = match error {
        ExchangeError::FileSystem(error) => (
            "folders-not-exchanged",
            format!(
                "nothing was changed: {folder} and the folder beside it cannot be exchanged ({error}). Let both be \
                 plain folders on one disk, in a folder to which the gateway may write"
            ),
        ),
        ExchangeError::Component(_) | ExchangeError::Other(_) => (
            "folders-changed",
            format!(
                "nothing was changed: {folder} must be the bundle that runs, and the one beside it the bundle that was \
                 compared, and one of them was written to meanwhile ({error}). Put both there, and try again"
            ),
        ),
    };
    Refusal::conflict(code, text).into()
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
