//! The store's database, by the address that the configuration gives it.

use std::path::Path;
use std::sync::Arc;

use chargetap_engine::config::DatabaseAddress;
use chargetap_engine::platform::{DatabaseError, Dialect, Row, Value};

use crate::faults::Faults;
use crate::postgres::{self, Postgres};
use crate::secrets::{self, SecretError};
use crate::sqlite::{self, Sqlite};

/// A handle on the database; clones share it.
#[derive(Clone)]
pub enum StoreDatabase {
    /// A file of this gateway's own.
    Sqlite(Sqlite),
    /// A server.
    Postgres(Postgres),
}

/// The database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot.
    #[error(transparent)]
    Sqlite(#[from] sqlite::OpenError),
    /// The server cannot be used.
    #[error(transparent)]
    Postgres(#[from] postgres::OpenError),
    /// Its password is missing.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

impl StoreDatabase {
    /// Open the database. A relative path is taken from `folder`.
    ///
    /// # Errors
    /// It cannot be opened, or is in use.
    pub async fn open(
        address: &DatabaseAddress,
        folder: &Path,
        faults: Arc<Faults>,
    ) -> Result<Self, OpenError> {
        match address {
            DatabaseAddress::File(file) => {
                let opened = Sqlite::open(&folder.join(file), faults)?;
                Ok(Self::Sqlite(opened))
            }
            DatabaseAddress::Postgres { url, password } => {
                let password = password.as_ref();
                let password = password.map(|source| secrets::read(source, folder));
                let opened = Postgres::open(url, password.transpose()?.as_ref(), faults).await?;
                Ok(Self::Postgres(opened))
            }
        }
    }

    /// In which words it is spoken to.
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// How many statements wrote something in the last whole minute.
    pub(crate) fn commits_per_minute(&self) -> u64 {
        match self {
            Self::Sqlite(database) => database.commits_per_minute(),
            Self::Postgres(database) => database.commits_per_minute(),
        }
    }

    /// Run one statement; when this returns, what it wrote is on a disk.
    ///
    /// # Errors
    /// Nothing was written, unless a connection was lost before the answer came.
    pub(crate) async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        match self {
            Self::Sqlite(database) => database.query(statement, parameters).await,
            Self::Postgres(database) => database.query(statement, parameters).await,
        }
    }
}
