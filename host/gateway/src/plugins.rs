//! `chargetap plugins`: sign the components, pack them for registries, and look at them. Nothing is compiled.

use std::path::{Path, PathBuf};

use chargetap_fleet::api::ComponentState;
use chargetap_plugins::{
    Artefact, Bundle, COMPONENTS, Component, LoadError, Trust, pack_folder, sign_folder,
};
use clap::{Args, Subcommand};

use crate::bundles::{component_state, component_states};
use crate::fleet::listing::listing;
use crate::fleet::output;
use crate::fleet::table::{Column, table};
use crate::{cli, trust};

const HOW: &str = "\
Make a key once, and keep it where components are built and never on a gateway's machine:

    openssl ecparam -name prime256v1 -genkey -noout |
        openssl pkcs8 -topk8 -nocrypt -out plugins.key.pem
    openssl pkey -in plugins.key.pem -pubout -out plugins.pub.pem

Sign what was built, and copy the folder as a whole to the gateway's machine:

    chargetap plugins sign components --key plugins.key.pem

Have the gateway know the key, in its configuration:

    [server]
    keys = [\"plugins.pub.pem\"]

A gateway that runs takes another folder without a restart: copy it beside the one that runs, as components.next where \
that is components, and see `chargetap fleet plugins`.

To change to another key, name both there and restart the gateway, sign with the new one from then on, and remove the \
old one once every folder is signed with the new one. A key that is lost is replaced in the same way; one that was \
stolen is removed at once. A bundle stays good for as long as its key is named: to have an older one refused, change \
the key.

The signature is ECDSA with P-256 over the SHA-256 of bundle.json, DER-encoded, in base64. `openssl dgst -sha256` makes \
and verifies it as well, and `cosign sign-blob --key` writes the same form.";

/// The arguments of `chargetap plugins`.
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub(crate) struct PluginsArgs {
    #[command(subcommand)]
    verb: Verb,
    /// Print JSON, for scripts.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Sign the components in a folder: write bundle.json and bundle.json.sig into it.
    ///
    /// bundle.json has the version of the contract, and of each component name, version, size and SHA-256.
    /// bundle.json.sig is its signature. What a gateway would refuse before it compiles it is not signed.
    ///
    /// `chargetap plugins --help` says how to make a key.
    Sign {
        /// The folder with the three components.
        folder: PathBuf,
        /// The file with the private key: P-256 in PEM (PKCS#8).
        #[arg(long, value_name = "PRIVATE.pem")]
        key: PathBuf,
    },
    /// Check a folder as a gateway that knows this key does before it compiles anything.
    ///
    /// The error names the file and the reason: there is no signature, somebody else signed, or a component was cut
    /// off or changed, has another version of the contract, or imports a function.
    Verify {
        /// The folder with the three components.
        folder: PathBuf,
        /// The file with the public key: P-256 in PEM.
        #[arg(long, value_name = "PUBLIC.pem")]
        key: PathBuf,
    },
    /// Pack a signed folder for registries: write it as an OCI image layout.
    ///
    /// Each component is an artefact of its own, as the CNCF's Wasm OCI Artifact layout has it: `wkg` pulls it. One more,
    /// `bundle`, is the folder as a whole, with its signature: `oras pull` makes the folder again. Push them by
    /// `oras cp --from-oci-layout`.
    ///
    /// What was changed after it was signed is not packed. Who signed it, `verify` checks, and each gateway.
    Pack {
        /// The folder with the three components, signed.
        folder: PathBuf,
        /// The folder to write, which must not be there yet.
        #[arg(long, value_name = "LAYOUT")]
        oci: PathBuf,
    },
    /// List the components of a gateway, and what keeps it from taking them.
    ///
    /// Of a configuration, its folder and its keys count. Of a folder, only the components are checked, and not whether
    /// somebody signed them: `verify` does that.
    List {
        /// The gateway's configuration, or a folder with components.
        #[arg(value_name = "CONFIG|FOLDER", default_value = "chargetap.toml")]
        of: PathBuf,
    },
    /// Show what a WebAssembly file says of itself: name, versions, size, SHA-256, imports and exports.
    ///
    /// Every file will do, also one that no gateway would take. Nothing of it is compiled or executed.
    Inspect {
        /// The file.
        #[arg(value_name = "FILE.wasm")]
        file: PathBuf,
    },
}

const COLUMNS: &[Column] = &[
    ("NAME", "/name"),
    ("VERSION", "/version"),
    ("CONTRACT", "/contract"),
    ("BYTES", "/size"),
    ("PROBLEM", "/problem"),
];

/// Run a command and print its result.
pub(crate) fn run(args: PluginsArgs) -> anyhow::Result<()> {
    let (json, text) = match args.verb {
        Verb::Sign { folder, key } => {
            let manifest = sign_folder(&folder, &trust::private_key(&key)?)?;
            let text = format!(
                "{}: signed. Copy the folder as a whole to the gateway, and have its configuration name the public \
                 key: `chargetap plugins --help` says how.\n",
                folder.display()
            );
            (serde_json::to_value(manifest)?, text)
        }
        Verb::Verify { folder, key } => {
            let trust = Trust::Keys(vec![trust::public_key(&key)?]);
            let bundle = Bundle::open(&folder, &trust)?;
            let rows = COMPONENTS.map(|name| {
                let component = bundle.component(name)?;
                Ok(component_state(name, Some(component.inspection), None))
            });
            let rows: Vec<ComponentState> = rows.into_iter().collect::<Result<_, LoadError>>()?;
            let text = format!(
                "{}: good, and signed by the owner of {}\n",
                folder.display(),
                key.display()
            );
            (serde_json::to_value(rows)?, text)
        }
        Verb::Pack { folder, oci } => {
            let artefacts = pack_folder(&folder, &oci)?;
            let layout = oci.display();
            let mut text = format!("{layout}: packed. Push what you need:\n\n");
            for Artefact { name, version, .. } in &artefacts {
                text += &format!(
                    "    oras cp --from-oci-layout {layout}:{name} REGISTRY/chargetap/{name}:{version}\n"
                );
            }
            (serde_json::to_value(artefacts)?, text)
        }
        Verb::List { of } => {
            let rows = serde_json::to_value(list_of(&of)?)?;
            let items = rows.as_array().map(Vec::as_slice).unwrap_or_default();
            let text = table(COLUMNS, items, output::width());
            (rows, text)
        }
        Verb::Inspect { file } => {
            let shown = serde_json::to_value(Component::read(&file)?.inspection)?;
            let text = listing(&shown);
            (shown, text)
        }
    };
    match args.json {
        true => output::text(&format!("{json}\n")),
        false => output::text(&text),
    }
}

/// The components of a configuration, or of a folder.
fn list_of(of: &Path) -> anyhow::Result<Vec<ComponentState>> {
    if of.is_dir() {
        return Ok(component_states(of, &Trust::Unsigned));
    }
    let server = cli::read_unchecked(of)?.server;
    let folder = cli::folder_of(of);
    let trust = trust::read(&server.trust, folder)?;
    Ok(component_states(&folder.join(&server.components), &trust))
}
