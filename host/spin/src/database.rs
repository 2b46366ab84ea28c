//! The store's database: one statement at a time.

mod file;
mod server;

use chargetap_engine::platform::{DatabaseError, Dialect, Row, Value};

use self::file::File;
use self::server::Server;

/// The database that the store is in.
pub(crate) enum Store {
    /// SQLite, as Spin provides it.
    File(File),
    /// PostgreSQL.
    Server(Server),
}

impl Store {
    /// Open it: PostgreSQL at an address such as `postgres://user:password@host/name`, or SQLite if that is empty.
    pub(crate) async fn open(address: &str) -> Result<Self, DatabaseError> {
        Ok(match address {
            "" => Self::File(File::open().await?),
            address => Self::Server(Server::new(address)?),
        })
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::File(_) => Dialect::Sqlite,
            Self::Server(_) => Dialect::Postgres,
        }
    }

    pub(crate) async fn query(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        match self {
            Self::File(file) => file.query(statement, parameters).await,
            Self::Server(server) => server.query(statement, parameters).await,
        }
    }
}
