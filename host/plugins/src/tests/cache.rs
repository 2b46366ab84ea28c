//! Which compiled code is trusted.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use super::{call, load, load_with};
use crate::cache::{Cache, CacheError};
use crate::load::Runtime;

/// A name of the length that all have.
const ENTRY: &str = "entry-a";
const OTHER_ENTRY: &str = "entry-b";

fn entry(folder: &Path) -> PathBuf {
    let entries = std::fs::read_dir(folder.join("cache")).unwrap();
    let entries: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    let [entry] = entries.as_slice() else {
        panic!("{entries:?}")
    };
    entry.clone()
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

#[test]
fn what_was_compiled_is_taken_from_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    call(&load(folder.path()).unwrap(), "fine").unwrap();
    let entry = entry(folder.path());
    let written = entry.metadata().unwrap().modified().unwrap();
    call(&load(folder.path()).unwrap(), "fine").unwrap();
    assert_eq!(entry.metadata().unwrap().modified().unwrap(), written);
}

#[test]
fn a_damaged_cache_is_not_trusted() {
    let folder = tempfile::tempdir().unwrap();
    load(folder.path()).unwrap();
    let entry = entry(folder.path());
    let whole = std::fs::read(&entry).unwrap();
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    std::fs::write(&entry, &damaged).unwrap();
    let pool = load(folder.path()).unwrap();
    call(&pool, "fine").unwrap();
    assert_eq!(
        std::fs::read(entry).unwrap(),
        whole,
        "it was compiled again"
    );
}

#[test]
fn what_another_host_compiled_is_not_trusted() {
    let [here, elsewhere] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    load(here.path()).unwrap();
    load(elsewhere.path()).unwrap();
    let entry = entry(here.path());
    let own = std::fs::read(&entry).unwrap();
    let planted = elsewhere
        .path()
        .join("cache")
        .join(entry.file_name().unwrap());
    let planted = std::fs::read(planted).unwrap();
    assert_ne!(planted, own, "the two hosts have different keys");
    std::fs::write(&entry, planted).unwrap();
    call(&load(here.path()).unwrap(), "fine").unwrap();
    assert_eq!(std::fs::read(entry).unwrap(), own, "it was compiled again");
}

#[test]
fn an_entry_counts_under_its_own_name_only() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(&folder.path().join("cache")).unwrap();
    cache.store(ENTRY, b"old code").unwrap();
    assert_eq!(cache.load(ENTRY).unwrap(), b"old code");
    let path = |name| folder.path().join("cache").join(name);
    std::fs::copy(path(ENTRY), path(OTHER_ENTRY)).unwrap();
    assert_eq!(cache.load(OTHER_ENTRY), None);
}

#[test]
fn the_key_lies_beside_the_folder_and_only_its_owner_can_read_it() {
    let folder = tempfile::tempdir().unwrap();
    Cache::open(&folder.path().join("cache/")).unwrap();
    let key = folder.path().join("cache.key").metadata().unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
    assert_eq!(key.len(), 32);
    let cache = folder.path().join("cache").metadata().unwrap();
    assert_eq!(cache.permissions().mode() & 0o777, 0o700);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn hosts_that_start_at_once_have_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache");
    let caches: Vec<Cache> = std::thread::scope(|scope| {
        let opening: Vec<_> = (0..8).map(|_| scope.spawn(|| Cache::open(&path))).collect();
        let opened = opening.into_iter().map(|it| it.join().unwrap().unwrap());
        opened.collect()
    });
    caches[0].store(ENTRY, b"code").unwrap();
    for cache in caches {
        assert_eq!(cache.load(ENTRY).unwrap(), b"code");
    }
}

#[test]
fn a_folder_that_others_may_write_to_is_refused_until_they_may_not() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    std::fs::create_dir(&cache).unwrap();
    for mode in [0o770, 0o702, 0o777] {
        set_mode(&cache, mode);
        let error = Cache::open(&cache).err().unwrap();
        assert!(matches!(error, CacheError::Open(_)), "{mode:o}: {error}");
        let advice = format!("`chmod go-w {}`", cache.display());
        assert!(error.to_string().contains(&advice), "{error}");
    }
    set_mode(&cache, 0o755);
    assert!(Cache::open(&cache).is_ok());
}

#[test]
fn a_key_that_others_may_read_or_write_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    Cache::open(&cache).unwrap();
    for mode in [0o640, 0o604, 0o620] {
        set_mode(&folder.path().join("cache.key"), mode);
        let error = Cache::open(&cache).err().unwrap();
        assert!(
            matches!(error, CacheError::OpenKey { .. }),
            "{mode:o}: {error}"
        );
    }
}

#[test]
fn a_key_of_another_length_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("cache.key");
    std::fs::write(&key, "").unwrap();
    set_mode(&key, 0o600);
    let error = Cache::open(&folder.path().join("cache")).err().unwrap();
    assert!(matches!(error, CacheError::NoKey(_)), "{error}");
}

#[test]
fn what_belongs_to_another_user_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let foreign = match rustix::process::geteuid().is_root() {
        true => {
            let cache = folder.path().join("cache");
            std::fs::create_dir(&cache).unwrap();
            chown(&cache, Some(65_534), None).unwrap();
            cache
        }
        // It is root's, and nothing is made in it.
        false => PathBuf::from("/usr"),
    };
    let error = Cache::open(&foreign).err().unwrap();
    assert!(matches!(error, CacheError::Foreign(_)), "{error}");
}

#[test]
fn without_a_cache_everything_is_compiled_and_works() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::new().unwrap();
    call(&load_with(&runtime, folder.path(), None).unwrap(), "fine").unwrap();
}

#[test]
fn a_cache_that_would_be_copied_with_the_components_is_refused() {
    let parent = tempfile::tempdir().unwrap();
    let components = parent.path().join("components");
    std::fs::create_dir(&components).unwrap();
    // Somebody else's, with the key that makes it good.
    Cache::open(&components.join("cache")).unwrap();
    for inside in [
        "components/cache",
        "components",
        "components/../components/other",
    ] {
        let refused = Cache::apart_from(&components, &parent.path().join(inside));
        assert!(matches!(refused, Err(CacheError::InBundle(_))), "{inside}");
    }
    let beside = parent.path().join("components-cache");
    assert!(Cache::apart_from(&components, &beside).is_ok());
}
