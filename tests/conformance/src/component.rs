//! A file that can be used, and its instances.

use std::path::{Path, PathBuf};
use std::time::Duration;

use wasmtime::component::types::{ComponentInstance, ComponentItem};
use wasmtime::component::{Func, InstancePre, Linker};
use wasmtime::{Config, Engine, Store, StoreLimits, StoreLimitsBuilder};

use crate::contract::{Contract, Interface};
use crate::shape;

/// How often the engine's clock ticks.
const TICK: Duration = Duration::from_millis(10);
/// How many ticks a call may take: ten seconds. Hosts are stricter; a slow machine is no reason to refuse.
const DEADLINE_TICKS: u64 = 1_000;
/// How much memory an instance may have, in bytes. Hosts are stricter.
const MEMORY_LIMIT: usize = 64 << 20;

/// How the bytes of modules and of components begin: a magic number, a version and a layer.
const MODULE: &[u8] = b"\0asm\x01\0\0\0";
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

/// A file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The runtime itself cannot be had.
    #[error("wasmtime cannot be started: {0}")]
    Runtime(String),
    /// The file cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: std::io::Error,
    },
    /// The file is something else.
    #[error("{0} is no WebAssembly component")]
    NoComponent(PathBuf),
    /// The file is a core module.
    #[error(
        "{0} is a core module and no component; `wasm-tools component new` makes one of it if it was built \
         against the contract's WIT files"
    )]
    Module(PathBuf),
    /// It begins as a component and is not one.
    #[error("{path} is no valid component: {reason}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// It imports more than types.
    #[error("{path} imports {import}: a component of the contract may import types only")]
    Imports {
        /// The file.
        path: PathBuf,
        /// The function or whatever else it is.
        import: String,
    },
    /// It exports another version of an interface of the contract.
    #[error("{path} exports {exported}, and there are cases of {known}")]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// What it exports.
        exported: String,
        /// What is known here.
        known: String,
    },
    /// It exports no interface of the contract.
    #[error("{path} exports {exported} and no interface of the contract: none of {known}")]
    OtherInterface {
        /// The file.
        path: PathBuf,
        /// What it exports.
        exported: String,
        /// What is known here.
        known: String,
    },
    /// A function of the interface is not what the contract says.
    #[error("{path}: {function} is {actual}, and by the contract {expected}")]
    OtherFunction {
        /// The file.
        path: PathBuf,
        /// The function.
        function: String,
        /// What it is.
        actual: String,
        /// What it is to be.
        expected: String,
    },
}

/// A component of the contract.
pub struct Component<'a> {
    name: &'a str,
    interface: &'a Interface,
    engine: Engine,
    pre: InstancePre<StoreLimits>,
}

/// One instance, with what it may use up.
pub(crate) struct Instance<'a> {
    interface: &'a Interface,
    pub(crate) store: Store<StoreLimits>,
    instance: wasmtime::component::Instance,
}

impl<'a> Component<'a> {
    /// Load a file and find out which component it is.
    ///
    /// # Errors
    /// It is no component of this contract, or imports more than types.
    pub fn load(path: &Path, contract: &'a Contract) -> Result<Self, LoadError> {
        let bytes = std::fs::read(path).map_err(|reason| LoadError::Unreadable {
            path: path.to_owned(),
            reason,
        })?;
        if bytes.starts_with(MODULE) {
            return Err(LoadError::Module(path.to_owned()));
        }
        if !bytes.starts_with(COMPONENT) {
            return Err(LoadError::NoComponent(path.to_owned()));
        }
        let engine = engine()?;
        let invalid = |error: wasmtime::Error| LoadError::Invalid {
            path: path.to_owned(),
            reason: format!("{error:#}"),
        };
        let component = wasmtime::component::Component::new(&engine, &bytes).map_err(invalid)?;
        check_imports(path, &engine, &component)?;
        let (name, interface, exports) = exported(path, &engine, &component, contract)?;
        check_functions(path, &engine, contract, interface, &exports)?;
        let pre = Linker::new(&engine)
            .instantiate_pre(&component)
            .map_err(invalid)?;
        Ok(Self {
            name,
            interface,
            engine,
            pre,
        })
    }

    /// Which of the contract's components it is.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name
    }

    pub(crate) fn instantiate(&self) -> wasmtime::Result<Instance<'a>> {
        let limits = StoreLimitsBuilder::new()
            .memory_size(MEMORY_LIMIT)
            .trap_on_grow_failure(true)
            .build();
        let mut store = Store::new(&self.engine, limits);
        store.limiter(|limits| limits);
        store.set_epoch_deadline(DEADLINE_TICKS);
        let instance = self.pre.instantiate(&mut store)?;
        Ok(Instance {
            interface: self.interface,
            store,
            instance,
        })
    }
}

impl Instance<'_> {
    /// A function by its name in the cases.
    pub(crate) fn function(&mut self, name: &str) -> Option<Func> {
        let exported = self.interface.functions.get(name)?.exported(name);
        let interface =
            self.instance
                .get_export_index(&mut self.store, None, &self.interface.name)?;
        let function =
            self.instance
                .get_export_index(&mut self.store, Some(&interface), &exported)?;
        self.instance.get_func(&mut self.store, function)
    }

    pub(crate) fn allow_time(&mut self) {
        self.store.set_epoch_deadline(DEADLINE_TICKS);
    }
}

fn engine() -> Result<Engine, LoadError> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    let engine = Engine::new(&config).map_err(|error| LoadError::Runtime(format!("{error:#}")))?;
    let ticking = engine.weak();
    std::thread::Builder::new()
        .name("epochs".into())
        .spawn(move || {
            while let Some(engine) = ticking.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(TICK);
            }
        })
        .map_err(|error| LoadError::Runtime(error.to_string()))?;
    Ok(engine)
}

fn check_imports(
    path: &Path,
    engine: &Engine,
    component: &wasmtime::component::Component,
) -> Result<(), LoadError> {
    let ty = component.component_type();
    for (name, import) in ty.imports(engine) {
        let other = match &import.ty {
            ComponentItem::Type(_) => None,
            ComponentItem::ComponentInstance(instance) => instance
                .exports(engine)
                .find(|(_, export)| !matches!(export.ty, ComponentItem::Type(_)))
                .map(|(export, _)| format!("{export} of {name}")),
            _ => Some(name.to_owned()),
        };
        if let Some(import) = other {
            return Err(LoadError::Imports {
                path: path.to_owned(),
                import,
            });
        }
    }
    Ok(())
}

/// The interface of the contract that a component exports.
fn exported<'a>(
    path: &Path,
    engine: &Engine,
    component: &wasmtime::component::Component,
    contract: &'a Contract,
) -> Result<(&'a str, &'a Interface, ComponentInstance), LoadError> {
    let ty = component.component_type();
    for (name, export) in ty.exports(engine) {
        let ComponentItem::ComponentInstance(instance) = export.ty else {
            continue;
        };
        let found = contract.interfaces().find(|(_, it)| it.name == name);
        if let Some((component, interface)) = found {
            return Ok((component, interface, instance));
        }
    }
    let names: Vec<&str> = ty.exports(engine).map(|(name, _)| name).collect();
    for (_, interface) in contract.interfaces() {
        let is_version = |name: &&&str| name.split('@').next() == Some(interface.unversioned());
        if let Some(exported) = names.iter().find(is_version) {
            return Err(LoadError::OtherVersion {
                path: path.to_owned(),
                exported: (*exported).to_owned(),
                known: interface.name.clone(),
            });
        }
    }
    let known: Vec<&str> = contract
        .interfaces()
        .map(|(_, it)| it.name.as_str())
        .collect();
    Err(LoadError::OtherInterface {
        path: path.to_owned(),
        exported: match names.is_empty() {
            true => "nothing".to_owned(),
            false => names.join(", "),
        },
        known: known.join(", "),
    })
}

fn check_functions(
    path: &Path,
    engine: &Engine,
    contract: &Contract,
    interface: &Interface,
    exports: &ComponentInstance,
) -> Result<(), LoadError> {
    for (name, function) in &interface.functions {
        let exported = function.exported(name);
        let export = exports.get_export(engine, &exported);
        let actual = match export.map(|it| it.ty) {
            Some(ComponentItem::ComponentFunc(it)) => {
                let parameters: Vec<String> = it.params().map(|(_, ty)| shape::of(&ty)).collect();
                let result = it.results().next();
                signature(&parameters, &shape::of_optional(result.as_ref()))
            }
            Some(_) => "no function".to_owned(),
            None => "not there".to_owned(),
        };
        let parameters = function.parameters.iter();
        let parameters: Vec<String> = parameters.map(|it| shape::expected(contract, it)).collect();
        let result = function.result.as_ref();
        let result = result.map_or_else(|| "_".into(), |it| shape::expected(contract, it));
        let expected = signature(&parameters, &result);
        if actual != expected {
            return Err(LoadError::OtherFunction {
                path: path.to_owned(),
                function: name.clone(),
                actual,
                expected,
            });
        }
    }
    Ok(())
}

fn signature(parameters: &[String], result: &str) -> String {
    format!("func({}) -> {result}", parameters.join(", "))
}
