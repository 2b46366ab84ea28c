//! A signed folder as an OCI image layout, from which `oras` pushes to any registry.
//!
//! Each component is an artefact of its own, as the CNCF's *Wasm OCI Artifact layout* has it: `wkg` and runtimes pull
//! it from there. One more is the folder as a whole, with the manifest and its signature: `oras pull` makes the folder
//! again. Nothing in them tells the time of packing, so the same folder has the same digests.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::bundle::{MANIFEST, Manifest, SIGNATURE, sha256};
use crate::error::{Flaw, LoadError};
use crate::files::{Bundle, Component, component_path, part};
use crate::worlds::COMPONENTS;

/// The name of the artefact that is the folder as a whole.
const BUNDLE: &str = "bundle";

const BUNDLE_TYPE: &str = "application/vnd.chargetap.bundle.v1";
const EMPTY_TYPE: &str = "application/vnd.oci.empty.v1+json";
const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
const WASM_CONFIG_TYPE: &str = "application/vnd.wasm.config.v0+json";
const WASM_TYPE: &str = "application/wasm";

/// The annotation by which `oras` finds an artefact in a layout.
const REF_NAME: &str = "org.opencontainers.image.ref.name";
/// The annotation with the file's name of a layer.
const TITLE: &str = "org.opencontainers.image.title";
const VERSION: &str = "org.opencontainers.image.version";

/// An artefact of a layout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Artefact {
    /// Its name in the layout: a component's, or `bundle`.
    pub name: String,
    /// The version of the component; of the bundle, that of the contract.
    pub version: String,
    /// The digest of its manifest, such as `sha256:…`.
    pub digest: String,
}

/// Pack a signed folder into a new folder, which becomes an OCI image layout. Who signed it is not looked at: whoever
/// loads it does that.
///
/// # Errors
/// The folder is not signed, a component is not the one that was signed or cannot be used, or the layout cannot be
/// written.
pub fn pack_folder(folder: &Path, layout: &Path) -> Result<Vec<Artefact>, LoadError> {
    let path = folder.join(MANIFEST);
    let manifest = part(&path, Flaw::NoManifest)?;
    let signature = part(&folder.join(SIGNATURE), Flaw::NoSignature)?;
    let listed = Manifest::read(&manifest).map_err(|flaw| flaw.of(&path))?;
    let contract = listed.contract.clone();
    let bundle = Bundle {
        folder,
        manifest: Some(listed),
    };
    let components = COMPONENTS.map(|name| Ok((name, bundle.component(name)?)));
    let components: Vec<_> = components.into_iter().collect::<Result<_, LoadError>>()?;

    let pack = || {
        let mut packing = Packing::new(layout)?;
        let mut files = vec![
            packing.file(MANIFEST, "application/json", &manifest)?,
            packing.file(SIGNATURE, "text/plain", &signature)?,
        ];
        for (name, component) in &components {
            files.push(packing.component(name, component)?);
        }
        let empty = packing.blob(EMPTY_TYPE, b"{}")?;
        packing.artefact(BUNDLE, &contract, Some(BUNDLE_TYPE), empty, files)?;
        packing.finish()
    };
    pack().map_err(|error: std::io::Error| Flaw::Unwritable(error.to_string()).of(layout))
}

/// The descriptor of a blob: its type, digest and size.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: &'static str,
    digest: String,
    size: usize,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageManifest {
    schema_version: u32,
    media_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_type: Option<&'static str>,
    config: Descriptor,
    layers: Vec<Descriptor>,
    annotations: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Index<'a> {
    schema_version: u32,
    media_type: &'static str,
    manifests: &'a [Descriptor],
}

/// What the CNCF's layout says of a component.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WasmConfig<'a> {
    /// Required. The time of packing would give the same component another digest each time.
    created: &'static str,
    architecture: &'static str,
    /// The layout prescribes this for every component, whatever it imports.
    os: &'static str,
    layer_digests: [&'a str; 1],
    component: Links<'a>,
}

#[derive(Serialize)]
struct Links<'a> {
    exports: &'a [String],
    imports: Vec<&'a str>,
}

struct Packing<'a> {
    layout: &'a Path,
    manifests: Vec<Descriptor>,
    artefacts: Vec<Artefact>,
}

impl<'a> Packing<'a> {
    fn new(layout: &'a Path) -> std::io::Result<Self> {
        fs::create_dir(layout)?;
        fs::create_dir_all(layout.join("blobs/sha256"))?;
        fs::write(
            layout.join("oci-layout"),
            r#"{"imageLayoutVersion":"1.0.0"}"#,
        )?;
        Ok(Self {
            layout,
            manifests: Vec::new(),
            artefacts: Vec::new(),
        })
    }

    fn blob(&self, media_type: &'static str, bytes: &[u8]) -> std::io::Result<Descriptor> {
        let sha256 = sha256(bytes);
        fs::write(self.layout.join("blobs/sha256").join(&sha256), bytes)?;
        Ok(Descriptor {
            media_type,
            digest: format!("sha256:{sha256}"),
            size: bytes.len(),
            annotations: BTreeMap::new(),
        })
    }

    /// A blob that becomes a file again when it is pulled.
    fn file(
        &self,
        name: &str,
        media_type: &'static str,
        bytes: &[u8],
    ) -> std::io::Result<Descriptor> {
        let mut file = self.blob(media_type, bytes)?;
        file.annotations.insert(TITLE, name.to_owned());
        Ok(file)
    }

    /// Add the artefact of a component, and return its layer.
    fn component(&mut self, name: &str, component: &Component) -> std::io::Result<Descriptor> {
        let inspection = &component.inspection;
        let file = component_path(Path::new(""), name);
        let layer = self.file(&file.to_string_lossy(), WASM_TYPE, &component.bytes)?;
        let imports = inspection.imports.iter().map(|it| it.name.as_str());
        let config = WasmConfig {
            created: "1970-01-01T00:00:00Z",
            architecture: "wasm",
            os: "wasip2",
            layer_digests: [&layer.digest],
            component: Links {
                exports: &inspection.exports,
                imports: imports.collect(),
            },
        };
        let config = self.blob(WASM_CONFIG_TYPE, &serde_json::to_vec(&config)?)?;
        let version = inspection.version.as_deref().unwrap_or_default();
        self.artefact(name, version, None, config, vec![layer.clone()])?;
        Ok(layer)
    }

    fn artefact(
        &mut self,
        name: &str,
        version: &str,
        artifact_type: Option<&'static str>,
        config: Descriptor,
        layers: Vec<Descriptor>,
    ) -> std::io::Result<()> {
        let manifest = ImageManifest {
            schema_version: 2,
            media_type: MANIFEST_TYPE,
            artifact_type,
            config,
            layers,
            annotations: BTreeMap::from([(VERSION, version.to_owned())]),
        };
        let mut manifest = self.blob(MANIFEST_TYPE, &serde_json::to_vec(&manifest)?)?;
        self.artefacts.push(Artefact {
            name: name.to_owned(),
            version: version.to_owned(),
            digest: manifest.digest.clone(),
        });
        manifest.annotations.insert(REF_NAME, name.to_owned());
        self.manifests.push(manifest);
        Ok(())
    }

    /// Without its index, a layout that could not be written as a whole is none.
    fn finish(self) -> std::io::Result<Vec<Artefact>> {
        let index = Index {
            schema_version: 2,
            media_type: INDEX_TYPE,
            manifests: &self.manifests,
        };
        fs::write(self.layout.join("index.json"), serde_json::to_vec(&index)?)?;
        Ok(self.artefacts)
    }
}
