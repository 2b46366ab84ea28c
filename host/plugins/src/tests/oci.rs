//! Layouts as others read them: by the types of `oci-spec`, and by the CNCF's text.

use std::path::{Path, PathBuf};

use oci_spec::image::{Descriptor, ImageIndex, ImageManifest, OciLayout};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::built;
use super::bundles::{LAST, bundle, change_last, check, components, owner, trust};
use crate::bundle::sha256;
use crate::{COMPONENTS, Flaw, LoadError, component_path, pack_folder, sign_folder};

fn packed(folder: &Path) -> TempDir {
    let outer = tempfile::tempdir().unwrap();
    pack_folder(folder, &layout(&outer)).unwrap();
    outer
}

fn layout(outer: &TempDir) -> PathBuf {
    outer.path().join("layout")
}

/// The bytes that a descriptor points to, if they are those.
fn blob(layout: &Path, descriptor: &Descriptor) -> Vec<u8> {
    let digest = descriptor.digest();
    let folder = layout.join("blobs").join(digest.algorithm().as_ref());
    let bytes = std::fs::read(folder.join(digest.digest())).unwrap();
    assert_eq!(sha256(&bytes), digest.digest());
    assert_eq!(u64::try_from(bytes.len()).unwrap(), descriptor.size());
    bytes
}

fn annotation<'a>(descriptor: &'a Descriptor, name: &str) -> &'a str {
    let annotations = descriptor.annotations().as_ref();
    annotations.and_then(|it| it.get(name)).unwrap()
}

/// The manifest of the artefact of this name, as `oras` finds it.
fn manifest(layout: &Path, name: &str) -> ImageManifest {
    let version = OciLayout::from_file(layout.join("oci-layout")).unwrap();
    assert_eq!(version.image_layout_version(), "1.0.0");
    let index = ImageIndex::from_file(layout.join("index.json")).unwrap();
    let mut named = index.manifests().iter();
    let named = named.find(|it| annotation(it, "org.opencontainers.image.ref.name") == name);
    let descriptor = named.unwrap();
    assert_eq!(
        descriptor.media_type().to_string(),
        "application/vnd.oci.image.manifest.v1+json"
    );
    ImageManifest::from_reader(blob(layout, descriptor).as_slice()).unwrap()
}

/// The components as they were built, signed.
fn signed_build() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in COMPONENTS {
        std::fs::copy(
            component_path(&built(), name),
            component_path(folder.path(), name),
        )
        .unwrap();
    }
    sign_folder(folder.path(), &owner()).unwrap();
    folder
}

#[test]
fn each_component_is_an_artefact_as_the_cncf_lays_it_out() {
    let folder = signed_build();
    let outer = packed(folder.path());
    for name in COMPONENTS {
        let manifest = manifest(&layout(&outer), name);
        let bytes = std::fs::read(component_path(folder.path(), name)).unwrap();
        // A consumer rejects more layers than one.
        let [layer] = manifest.layers().as_slice() else {
            panic!("{manifest:?}")
        };
        assert_eq!(layer.media_type().to_string(), "application/wasm");
        assert_eq!(blob(&layout(&outer), layer), bytes);

        let config = manifest.config();
        assert_eq!(
            config.media_type().to_string(),
            "application/vnd.wasm.config.v0+json"
        );
        let config: Value = serde_json::from_slice(&blob(&layout(&outer), config)).unwrap();
        assert_eq!(config["architecture"], "wasm");
        assert_eq!(config["os"], "wasip2");
        assert_eq!(
            config["layerDigests"],
            json!([format!("sha256:{}", sha256(&bytes))])
        );
        let export = config["component"]["exports"][0].as_str().unwrap();
        assert!(
            export.starts_with(&format!("chargetap:{name}/")),
            "{export}"
        );
        let import = config["component"]["imports"][0].as_str().unwrap();
        assert!(import.starts_with("chargetap:types/"), "{import}");
    }
}

#[test]
fn the_bundle_is_an_artefact_from_which_the_signed_folder_is_made_again() {
    let folder = bundle();
    let outer = packed(folder.path());
    let manifest = manifest(&layout(&outer), "bundle");
    assert_eq!(
        manifest.artifact_type().as_ref().unwrap().to_string(),
        "application/vnd.chargetap.bundle.v1"
    );
    assert_eq!(blob(&layout(&outer), manifest.config()), b"{}");
    let pulled = tempfile::tempdir().unwrap();
    for layer in manifest.layers() {
        let file = annotation(layer, "org.opencontainers.image.title");
        std::fs::write(pulled.path().join(file), blob(&layout(&outer), layer)).unwrap();
    }
    check(pulled.path(), &trust(&[owner()])).unwrap();
}

#[test]
fn the_same_folder_has_the_same_digests() {
    let folder = bundle();
    let [one, other] = [(); 2].map(|()| {
        let outer = packed(folder.path());
        std::fs::read(layout(&outer).join("index.json")).unwrap()
    });
    assert_eq!(one, other);
}

#[test]
fn what_is_not_as_it_was_signed_is_not_packed() {
    let outer = tempfile::tempdir().unwrap();
    let refusal = |folder: &Path| match pack_folder(folder, &layout(&outer)) {
        Err(LoadError::Refused { flaw, .. }) => flaw,
        other => panic!("{other:?}"),
    };
    assert_eq!(refusal(components().path()), Flaw::NoManifest);
    let folder = bundle();
    change_last(folder.path(), |bytes| *bytes.last_mut().unwrap() ^= 1);
    assert_eq!(refusal(folder.path()), Flaw::Altered);
    let folder = bundle();
    std::fs::remove_file(component_path(folder.path(), LAST)).unwrap();
    assert!(matches!(refusal(folder.path()), Flaw::Unreadable(_)));
    assert!(!layout(&outer).exists());
}

#[test]
fn what_is_there_is_not_written_over() {
    let folder = bundle();
    let outer = packed(folder.path());
    match pack_folder(folder.path(), &layout(&outer)) {
        Err(LoadError::Refused {
            path,
            flaw: Flaw::Unwritable(_),
        }) => assert_eq!(path, layout(&outer)),
        other => panic!("{other:?}"),
    }
}
