//! The contract's WIT packages as WebAssembly, each with the documentation of its files: a component has none of it.

use anyhow::Context;
use wit_parser::Resolve;

use crate::shell::{root, write_changed};

/// The packages, by their folders in `wit/`. Each comes after those that it uses.
const PACKAGES: [&str; 5] = [
    "types",
    "callback-verifier",
    "session-orchestrator",
    "receipt-generator",
    "host",
];

/// Write them into `target/wit/`.
pub(crate) fn write() -> anyhow::Result<()> {
    let mut resolve = Resolve::default();
    for name in PACKAGES {
        let (package, _) = resolve.push_dir(root().join("wit").join(name))?;
        let bytes = wit_component::encode(&resolve, package)
            .with_context(|| format!("wit/{name} cannot be made WebAssembly"))?;
        let path = root().join("target/wit").join(name);
        write_changed(&path.with_extension("wasm"), &bytes)?;
    }
    Ok(())
}
