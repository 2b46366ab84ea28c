mod bundles;
mod cache;
mod hostile;
mod inspections;
mod oci;
mod replacement;

use std::cell::Cell;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use chargetap_contract::callback::{Endpoint, KeyInfo, Scheme};
use wasmtime::Store;
use wasmtime::component::{Component, ComponentNamedList, Instance, InstancePre, Lift, Linker};

use crate::cache::Cache;
use crate::files::Bundle;
use crate::limits::Limits;
use crate::load::Runtime;
use crate::pool::{Pool, World};
use crate::{COMPONENTS, ComponentFault, Components, EndpointKeys, LoadError, Plugins, Trust};

/// A component that does what it is told, good or bad.
const BEHAVIOURS: &str = include_str!("tests/behaviours.wat");

/// Counts how often its component is instantiated.
#[derive(Default)]
struct Behaviours {
    instances: Cell<u32>,
}

impl World for Behaviours {
    const NAME: &'static str = "behaviours";
    type Pre = InstancePre<Limits>;
    type Instance = Instance;

    fn prepare(pre: InstancePre<Limits>) -> wasmtime::Result<Self::Pre> {
        Ok(pre)
    }

    fn instantiate(
        &self,
        pre: &Self::Pre,
        store: &mut Store<Limits>,
    ) -> wasmtime::Result<Self::Instance> {
        self.instances.set(self.instances.get() + 1);
        pre.instantiate(store)
    }
}

/// Load it as a host does that keeps what it compiles in `cache`.
fn load(folder: &Path) -> Result<Pool<Behaviours>, LoadError> {
    let cache = Cache::open(&folder.join("cache")).unwrap();
    load_with(&Runtime::new()?, folder, Some(&cache))
}

fn load_with(
    runtime: &Runtime,
    folder: &Path,
    cache: Option<&Cache>,
) -> Result<Pool<Behaviours>, LoadError> {
    load_text(runtime, folder, cache, BEHAVIOURS)
}

fn load_text(
    runtime: &Runtime,
    folder: &Path,
    cache: Option<&Cache>,
    text: &str,
) -> Result<Pool<Behaviours>, LoadError> {
    let bytes = wat::parse_str(text).unwrap();
    std::fs::write(folder.join("behaviours.wasm"), bytes).unwrap();
    let bundle = Bundle::open(folder, &Trust::Unsigned)?;
    let component = bundle.component(Behaviours::NAME)?;
    runtime.load(&component, cache, Behaviours::default())
}

fn call(pool: &Pool<Behaviours>, name: &str) -> Result<(), ComponentFault> {
    answer::<()>(pool, name)
}

/// Call a function that answers.
fn answer<R>(pool: &Pool<Behaviours>, name: &str) -> Result<R, ComponentFault>
where
    R: ComponentNamedList + Lift + 'static,
{
    pool.call(|instance, store| {
        let function = instance.get_typed_func::<(), R>(&mut *store, name)?;
        function.call(&mut *store, ())
    })
}

#[test]
fn an_instance_is_used_again_after_a_good_call() {
    let folder = tempfile::tempdir().unwrap();
    let pool = load(folder.path()).unwrap();
    for _ in 0..3 {
        call(&pool, "fine").unwrap();
    }
    assert_eq!(pool.world().instances.get(), 1);
}

#[test]
fn the_three_components_import_no_function_and_need_nothing() {
    let folder = built();
    let engine = wasmtime::Engine::default();
    for name in COMPONENTS {
        let component = Component::from_file(&engine, folder.join(name).with_extension("wasm"));
        let component = component.unwrap();
        for (import, item) in component.component_type().imports(&engine) {
            assert!(
                import.starts_with("chargetap:types/"),
                "{name} imports {import}"
            );
            let wasmtime::component::types::ComponentItem::ComponentInstance(types) = item.ty
            else {
                panic!("{name}: {import} is no interface")
            };
            for (export, item) in types.exports(&engine) {
                let is_type = matches!(item.ty, wasmtime::component::types::ComponentItem::Type(_));
                assert!(is_type, "{name}: {import} has {export}");
            }
        }
        let mut store = Store::new(&engine, ());
        Linker::new(&engine)
            .instantiate(&mut store, &component)
            .unwrap();
    }
}

fn endpoints(secret: &str) -> Vec<EndpointKeys> {
    let endpoint = Endpoint {
        id: "payter".to_owned(),
        scheme: Scheme::CapabilityUrl,
        tolerance: None,
    };
    let key = KeyInfo {
        id: "2026".to_owned(),
        not_before: None,
        not_after: None,
    };
    vec![(endpoint, vec![(key, secret.into())])]
}

#[test]
fn a_weak_key_is_named_and_not_shown() {
    let endpoints = endpoints("short-canary");
    let cache = built().with_file_name("components-cache");
    let error = Plugins::load(&built(), &Trust::Unsigned, &cache, endpoints)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("2026") && !error.contains("canary"),
        "{error}"
    );
}

#[test]
fn a_cache_that_others_may_write_to_costs_time_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o777)).unwrap();
    let endpoints = endpoints("a key of more than thirty-two bytes");
    let plugins = Plugins::load(&built(), &Trust::Unsigned, folder.path(), endpoints).unwrap();
    assert_eq!(plugins.claimed_terminal("nonsense").unwrap(), None);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

fn built() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/components");
    assert!(
        folder.join("callback-verifier.wasm").is_file(),
        "the components are not built: run `cargo xtask build`, or all with `cargo xtask test`"
    );
    folder
}
