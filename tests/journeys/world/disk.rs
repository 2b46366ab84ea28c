//! The disk under the gateway's database, which can lose power, be full, be read-only and be slow.
//!
//! `disk.c` is loaded into the gateway in place of the system's own writing and syncing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rand::RngExt;
use rand::rngs::SmallRng;

/// The files of a database, as `disk.c` numbers them.
const SUFFIXES: [&str; 3] = ["", "-wal", "-journal"];
/// What a disk writes as a whole, in bytes.
const SECTOR: usize = 512;
/// The length of a record's head.
const HEAD: usize = 24;

/// How a disk is.
#[derive(Clone, Copy, Default)]
pub(crate) struct DiskSetup {
    /// It says that it has synced, and has not.
    pub(crate) forgets: bool,
    /// How long a sync takes, in milliseconds.
    pub(crate) sync_takes_ms: u32,
}

/// What keeps anything from being written.
#[derive(Clone, Copy)]
pub(crate) enum DiskFault {
    Full,
    ReadOnly,
}

pub(super) struct Disk {
    setup: DiskSetup,
    database: PathBuf,
    library: PathBuf,
    log: PathBuf,
    /// What each file had when power was last there for the first time.
    kept: [Option<Vec<u8>>; 3],
}

/// A change of a file that is not synced.
enum Change<'a> {
    Write(usize, &'a [u8]),
    Truncate(usize),
}

impl Disk {
    pub(super) fn new(database: &Path, setup: DiskSetup) -> Self {
        let folder = database.parent().unwrap();
        let library = folder.join("disk.so");
        let source =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/journeys/world/disk.c");
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .args([&library, &source])
            .arg("-ldl")
            .output()
            .unwrap();
        assert!(compiled.status.success(), "{compiled:?}");
        Self {
            setup,
            database: database.to_owned(),
            library,
            log: folder.join("disk.log"),
            kept: Default::default(),
        }
    }

    /// Have a gateway write to this disk.
    pub(super) fn put_under(&self, gateway: &mut Command) {
        gateway
            .env("LD_PRELOAD", &self.library)
            .env("DISK_DATABASE", &self.database)
            .env("DISK_LOG", &self.log)
            .env("DISK_SYNC_MS", self.setup.sync_takes_ms.to_string());
        if self.setup.forgets {
            gateway.env("DISK_FORGETS", "1");
        }
    }

    /// Let nothing be written, or mend that.
    pub(super) fn set_fault(&self, fault: DiskFault, is_there: bool) {
        let name = match fault {
            DiskFault::Full => "full",
            DiskFault::ReadOnly => "read-only",
        };
        let switch = self.log.with_extension(format!("log.{name}"));
        match is_there {
            true => fs::write(switch, "").unwrap(),
            false => fs::remove_file(switch).unwrap(),
        }
    }

    /// The power goes. What was synced is there when it comes back, and of everything else some sectors or other.
    pub(super) fn lose_power(&mut self, random: &mut SmallRng) {
        let log = fs::read(&self.log).unwrap();
        let mut pending: [Vec<Change>; 3] = Default::default();
        let mut rest = log.as_slice();
        // The last record may be cut off: what it is about was not done then.
        while let Some((operation, file, offset, bytes)) = record(&mut rest) {
            let (kept, pending) = (&mut self.kept[file], &mut pending[file]);
            match operation {
                1 => pending.push(Change::Write(offset, bytes)),
                2 => pending.push(Change::Truncate(offset)),
                3 => pending
                    .drain(..)
                    .for_each(|change| change.make(kept, || true)),
                4 => {
                    pending.clear();
                    *kept = None;
                }
                _ => panic!("operation {operation}"),
            }
        }
        for (kept, pending) in self.kept.iter_mut().zip(pending) {
            for change in pending {
                change.make(kept, || random.random());
            }
        }
        for (suffix, kept) in SUFFIXES.iter().zip(&self.kept) {
            let path = self.file(suffix);
            match kept {
                Some(bytes) => fs::write(path, bytes).unwrap(),
                None => drop(fs::remove_file(path)),
            }
        }
        // It was in memory only.
        drop(fs::remove_file(self.file("-shm")));
        fs::write(&self.log, "").unwrap();
    }

    fn file(&self, suffix: &str) -> PathBuf {
        let mut name = self.database.clone().into_os_string();
        name.push(suffix);
        name.into()
    }
}

impl Change<'_> {
    /// Make the parts of the change that are chosen.
    fn make(self, file: &mut Option<Vec<u8>>, mut is_chosen: impl FnMut() -> bool) {
        let file = file.get_or_insert_default();
        match self {
            Self::Write(offset, bytes) => {
                let mut at = offset;
                let mut rest = bytes;
                while !rest.is_empty() {
                    let sector = (SECTOR - at % SECTOR).min(rest.len());
                    let (now, later) = rest.split_at(sector);
                    if is_chosen() {
                        if file.len() < at + sector {
                            file.resize(at + sector, 0);
                        }
                        file[at..at + sector].copy_from_slice(now);
                    }
                    at += sector;
                    rest = later;
                }
            }
            Self::Truncate(length) if is_chosen() => file.resize(length, 0),
            Self::Truncate(_) => {}
        }
    }
}

/// Take a record from the log: what was done, to which file, where, and what was written.
fn record<'a>(log: &mut &'a [u8]) -> Option<(u32, usize, usize, &'a [u8])> {
    let (head, rest) = log.split_at_checked(HEAD)?;
    let short = |at: usize| u32::from_ne_bytes(head[at..at + 4].try_into().unwrap());
    let long = |at: usize| usize::from_ne_bytes(head[at..at + 8].try_into().unwrap());
    let (bytes, rest) = rest.split_at_checked(long(16))?;
    *log = rest;
    Some((short(0), short(4) as usize, long(8), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_made_by_sectors() {
        let mut file = Some(vec![1; 600]);
        let mut second = false;
        let other = || std::mem::replace(&mut second, true);
        Change::Write(500, &[2; 200]).make(&mut file, other);
        let file = file.unwrap();
        assert_eq!(file.len(), 700);
        assert!(file[..512].iter().all(|byte| *byte == 1));
        assert!(file[512..].iter().all(|byte| *byte == 2));
    }
}
