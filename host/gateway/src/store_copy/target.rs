//! The database into which a store is copied, by one copy at a time.

use std::path::Path;

use chargetap_engine::EngineError;
use chargetap_engine::config::DatabaseAddress;
use chargetap_engine::copies::{self, CopyState};

use super::connection::{ConnectError, Connection, session};
use crate::database_file::DatabaseFile;
use crate::postgres::session::Session;

/// A database that takes a copy.
pub(crate) struct Target {
    pub(super) connection: Connection,
    /// What keeps other copies out of a server's database. Who opens a file has a lock, or a name that nobody knows.
    keeper: Option<Session>,
}

impl Target {
    /// Open a database, to write to it. A file, which nobody else may use, is made if it is not there.
    pub(crate) async fn open(
        address: &DatabaseAddress,
        folder: &Path,
    ) -> Result<Self, ConnectError> {
        let keeper = match address {
            DatabaseAddress::File(_) => None,
            DatabaseAddress::Postgres { url, password } => {
                Some(session(url, password.as_ref(), folder).await?)
            }
        };
        Ok(Self {
            connection: Connection::open(address, folder).await?,
            keeper,
        })
    }

    /// What it is before the copy.
    pub(crate) async fn state(&self) -> Result<CopyState, EngineError> {
        copies::state(&self.connection).await
    }

    /// Keep other copies out for as long as this value lives. The tables are there.
    pub(super) async fn claim(&self) -> Result<(), EngineError> {
        match &self.keeper {
            Some(keeper) => copies::claim(keeper).await,
            None => Ok(()),
        }
    }
}

impl From<DatabaseFile> for Target {
    /// A file that nobody else uses.
    fn from(file: DatabaseFile) -> Self {
        Self {
            connection: Connection::File(file),
            keeper: None,
        }
    }
}
