//! An application: components, put together and compiled.

use std::path::Path;

use wac_graph::types::{Package, WorldId};
use wac_graph::{CompositionGraph, EncodeOptions, NodeId};
use wasmtime::component::Component;
use wasmtime::{Config, Engine};

/// An application, ready to run. Its clones share what was compiled.
#[derive(Clone)]
pub struct Application {
    pub(crate) engine: Engine,
    pub(crate) component: Component,
}

impl Application {
    /// Compose a component with those that it depends on, each named by the interface that it
    /// provides, and compile the whole. As in Spin, no two may give interfaces of one package.
    ///
    /// # Errors
    /// A file cannot be read, or the components do not fit each other.
    pub fn compose<P: AsRef<Path>>(
        component: &Path,
        dependencies: &[(&str, P)],
    ) -> wasmtime::Result<Self> {
        let mut graph = CompositionGraph::new();
        let (main, world) = instantiate(&mut graph, "application", component)?;
        for (interface, path) in dependencies {
            let package = interface.split('/').next().unwrap_or_default();
            let (dependency, _) = instantiate(&mut graph, package, path.as_ref())?;
            let export = graph.alias_instance_export(dependency, interface)?;
            graph.set_instantiation_argument(main, interface, export)?;
        }
        let exports: Vec<String> = graph.types()[world].exports.keys().cloned().collect();
        for name in exports {
            let export = graph.alias_instance_export(main, &name)?;
            graph.export(export, name)?;
        }
        let bytes = graph.encode(EncodeOptions::default())?;

        let mut config = Config::new();
        config.wasm_component_model_async(true);
        let engine = Engine::new(&config)?;
        let component = Component::new(&engine, bytes)?;
        Ok(Self { engine, component })
    }
}

fn instantiate(
    graph: &mut CompositionGraph,
    package: &str,
    path: &Path,
) -> wasmtime::Result<(NodeId, WorldId)> {
    let package = Package::from_file(package, None, path, graph.types_mut())
        .map_err(|error| wasmtime::format_err!("{} is unusable: {error:#}", path.display()))?;
    let world = package.ty();
    let id = graph.register_package(package)?;
    Ok((graph.instantiate(id), world))
}
