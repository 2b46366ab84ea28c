//! The packages that are built say what their files say.

use wit_component::WitPrinter;
use wit_parser::{PackageId, Resolve};

use crate::{unedited, wit};

/// In an order in which tools can read them.
const PACKAGES: [&str; 5] = [
    "types",
    "callback-verifier",
    "session-orchestrator",
    "receipt-generator",
    "host",
];

fn printed(resolve: &Resolve, package: PackageId) -> String {
    let mut printer = WitPrinter::default();
    printer.print(resolve, package, &[]).unwrap();
    printer.output.to_string()
}

#[test]
fn a_built_package_says_what_its_files_say_with_the_documentation() {
    let files = unedited(&wit());
    let mut built = Resolve::default();
    for name in PACKAGES {
        let path = wit().join("../target/wit").join(name);
        let path = path.with_extension("wasm");
        assert!(
            path.is_file(),
            "{name} is not built: run `cargo xtask build`, or all with `cargo xtask test`"
        );
        let (package, _) = built.push_path(path).unwrap();
        let text = printed(&built, package);
        let package = files.package_names[&built.packages[package].name];
        assert_eq!(text, printed(&files, package), "{name}");
        assert!(text.starts_with("/// "), "{text}");
    }
}
