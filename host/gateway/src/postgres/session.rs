//! One connection of its own to PostgreSQL, for a copy: what it reads is of one moment, and nobody ends it meanwhile.

use std::pin::Pin;

use chargetap_engine::platform::{Database, DatabaseError, Dialect, Row, Value};
use chargetap_engine::postgres::with_numbered_parameters;
use futures_util::{Stream, StreamExt as _};
use secrecy::SecretString;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::{Failure, OpenError, Parameter, configuration, kind, row, tls, told};

/// A copy may take long, and waits for the other database in between.
const OPTIONS: &str =
    "-c statement_timeout=0 -c lock_timeout=10s -c idle_in_transaction_session_timeout=0";

/// Rows on their way from the server.
pub(crate) type RowStream = Pin<Box<dyn Stream<Item = Result<Row, DatabaseError>> + Send>>;

/// A connection.
pub(crate) struct Session {
    client: Client,
}

impl Session {
    /// Connect to the database at an address such as `postgres://user@host/name`.
    ///
    /// # Errors
    /// The address cannot be read, or the database cannot be used.
    pub(crate) async fn open(
        address: &str,
        password: Option<&SecretString>,
    ) -> Result<Self, OpenError> {
        let (config, server) = configuration(address, password, OPTIONS)?;
        let connected = config.connect(tls()).await;
        let (client, connection) = connected.map_err(|error| OpenError::Unusable {
            server,
            reason: told(&error),
        })?;
        tokio::spawn(async {
            if let Err(error) = connection.await {
                tracing::error!(error = told(&error), "the connection to the database ended");
            }
        });
        Ok(Self { client })
    }

    /// From here on every statement sees what is committed now, whatever is written meanwhile, and none writes.
    pub(crate) async fn hold_moment(&self) -> Result<(), DatabaseError> {
        // It is the first statement that takes the moment.
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SELECT 1";
        let begun = self.client.batch_execute(begin).await;
        begun.map_err(|error| Failure::from(error).into())
    }

    /// Run one statement.
    pub(crate) async fn run(
        &self,
        statement: &str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, DatabaseError> {
        let mut rows = Vec::new();
        let mut stream = self.stream(statement, parameters).await?;
        while let Some(row) = stream.next().await {
            rows.push(row?);
        }
        Ok(rows)
    }

    /// The rows of a statement, as the server sends them: no more are held here than are asked for.
    pub(crate) async fn stream(
        &self,
        statement: &str,
        parameters: &[Value],
    ) -> Result<RowStream, DatabaseError> {
        let parameters: Vec<(Parameter<'_>, Type)> = parameters
            .iter()
            .map(|value| (Parameter(value), kind(value)))
            .collect();
        let statement = with_numbered_parameters(statement);
        let rows = self.client.query_typed_raw(&statement, parameters).await;
        let rows = rows.map_err(|error| DatabaseError::from(Failure::from(error)))?;
        let rows = rows.map(|found| {
            let found = found.map_err(Failure::from);
            found
                .and_then(|found| row(&found))
                .map_err(DatabaseError::from)
        });
        // Whoever reads in batches asks once more after the last row.
        Ok(Box::pin(rows.fuse()))
    }
}

impl Database for Session {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        self.run(statement, &parameters).await
    }
}
