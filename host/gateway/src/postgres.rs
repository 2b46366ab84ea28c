//! The store's database: PostgreSQL, or one that is compatible with it.
//!
//! Each statement is a transaction of its own on a connection of the pool, with the isolation level `serializable`: its
//! result is as if no other ran at the same time. Where that cannot be had, the database carries nothing out and says so,
//! and the statement is run again. So is, once, one that only reads and whose connection was lost.

pub(crate) mod session;

use std::error::Error;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use chargetap_engine::platform::{Database, DatabaseError, Dialect, Row, Value};
use chargetap_engine::postgres::{
    ATTEMPTS, ISOLATION, NOT_SERIALIZABLE, OPTIONS, Refusal, is_serializable, longest_pause,
    refusal, storable, with_numbered_parameters,
};
use deadpool_postgres::{
    BuildError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
};
use rand::RngExt as _;
use secrecy::{ExposeSecret as _, SecretString};
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::faults::Faults;
use crate::minute_count::MinuteCount;

/// How many connections there are at most.
const CONNECTIONS: usize = 16;
/// How long a caller waits for a connection, and a connection for being made.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// How long a server may be gone without a word before its connections count as lost.
const SILENT_FOR: Duration = Duration::from_secs(10);

/// A handle on the database; clones share it.
#[derive(Clone)]
pub struct Postgres {
    pool: Pool,
    /// A connection for what must not wait for the others.
    apart: Pool,
    faults: Arc<Faults>,
    commits: Arc<MinuteCount>,
}

/// The database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its address cannot be read.
    #[error("the address of the database cannot be read: {0}")]
    Address(String),
    /// It cannot be reached, or refuses the connection.
    #[error("the database {server} cannot be used: {reason}")]
    Unusable {
        /// Its host and name.
        server: String,
        /// Why not.
        reason: String,
    },
}

impl Postgres {
    /// Connect to the database at an address such as `postgres://user@host/name`.
    ///
    /// # Errors
    /// The address cannot be read, or the database cannot be used.
    pub async fn open(
        address: &str,
        password: Option<&SecretString>,
        faults: Arc<Faults>,
    ) -> Result<Self, OpenError> {
        let (config, server) = configuration(address, password, OPTIONS)?;
        let unusable = |reason: String| OpenError::Unusable {
            server: server.clone(),
            reason,
        };
        let pool = |connections| {
            let pool = pool(config.clone(), connections);
            pool.map_err(|error| unusable(error.to_string()))
        };
        let opened = Self {
            pool: pool(CONNECTIONS)?,
            apart: pool(1)?,
            faults,
            commits: Arc::new(MinuteCount::new()),
        };
        let asked = opened.query(ISOLATION, Vec::new()).await;
        let isolation = asked.map_err(|error| unusable(error.to_string()))?;
        if !is_serializable(&isolation) {
            return Err(unusable(NOT_SERIALIZABLE.into()));
        }
        Ok(opened)
    }

    /// The same database by a connection of its own, however busy the others are.
    pub(crate) fn apart(&self) -> Self {
        Self {
            pool: self.apart.clone(),
            ..self.clone()
        }
    }

    /// Make all connections anew that nobody uses: a server that is gone does not say so.
    pub(crate) fn reconnect(&self) {
        self.pool.retain(|_, _| false);
    }

    /// How many statements that write there were in the last whole minute.
    pub(crate) fn commits_per_minute(&self) -> u64 {
        self.commits.last_minute()
    }

    /// Run one statement; when this returns, what it wrote is on the disk of the database.
    ///
    /// # Errors
    /// Nothing was written, unless the connection was lost before the answer came.
    pub async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let text = with_numbered_parameters(statement);
        let writes = !statement.trim_start().starts_with("SELECT");
        if writes {
            self.faults.crash_point();
        }
        let mut attempt = 0;
        let mut is_read_again = false;
        loop {
            match self.attempt(&text, &parameters).await {
                Err(Failure::Refused(Refusal::InTheWay | Refusal::ReadOnly, _))
                    if attempt + 1 < ATTEMPTS =>
                {
                    attempt += 1;
                }
                // The connection was lost. A statement that only reads may run twice.
                Err(Failure::Refused(Refusal::Other, error))
                    if !writes && error.is_closed() && !is_read_again =>
                {
                    is_read_again = true;
                    attempt += 1;
                }
                Err(failure) => return Err(failure.into()),
                Ok(rows) => {
                    if writes {
                        self.commits.add();
                        self.faults.crash_point();
                    }
                    return Ok(rows);
                }
            }
            let pause = rand::rng().random_range(0..=longest_pause(attempt));
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    async fn attempt(&self, text: &str, parameters: &[Value]) -> Result<Vec<Row>, Failure> {
        let connection = self.pool.get().await.map_err(Failure::NotConnected)?;
        if is_definition(text) {
            // An index of a large table takes long. Both are one transaction.
            let unlimited = format!("SET LOCAL statement_timeout = 0; {text}");
            connection.batch_execute(&unlimited).await?;
            return Ok(Vec::new());
        }
        let ran = run(&connection, text, parameters).await;
        if let Err(Failure::Refused(Refusal::ReadOnly, _)) = ran {
            // It was made when the server took writes. One that is made anew leads to a server that does.
            drop(Object::take(connection));
        }
        ran
    }
}

async fn run(connection: &Object, text: &str, parameters: &[Value]) -> Result<Vec<Row>, Failure> {
    let types: Vec<Type> = parameters.iter().map(kind).collect();
    let prepared = connection.prepare_typed_cached(text, &types).await?;
    let parameters: Vec<Parameter<'_>> = parameters.iter().map(Parameter).collect();
    let parameters = parameters.iter().map(|it| it as &(dyn ToSql + Sync));
    let parameters: Vec<_> = parameters.collect();
    let rows = connection.query(&prepared, &parameters).await?;
    rows.iter().map(row).collect()
}

/// Whether a statement makes or changes a table. It has no parameters and answers nothing.
fn is_definition(statement: &str) -> bool {
    statement.starts_with("CREATE ") || statement.starts_with("ALTER ")
}

impl Database for Postgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        Self::query(self, statement, parameters).await
    }
}

/// Connections, each of which is made once it is needed.
fn pool(config: tokio_postgres::Config, connections: usize) -> Result<Pool, BuildError> {
    let manager = Manager::from_config(
        config,
        tls(),
        ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        },
    );
    Pool::builder(manager)
        .max_size(connections)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(CONNECT_WITHIN))
        .create_timeout(Some(CONNECT_WITHIN))
        .build()
}

/// What connections are made with, and how people name the database.
fn configuration(
    address: &str,
    password: Option<&SecretString>,
    options: &str,
) -> Result<(tokio_postgres::Config, String), OpenError> {
    let unreadable = |error: tokio_postgres::Error| OpenError::Address(error.to_string());
    let mut config = tokio_postgres::Config::from_str(address).map_err(unreadable)?;
    if let Some(password) = password {
        config.password(password.expose_secret());
    }
    config.options(options);
    // Of several servers one takes writes, and after a switchover a name may lead to another one for a while.
    config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    config.application_name("chargetap");
    // Of several servers, the last one is to be reached in time, too.
    let servers = u32::try_from(config.get_hosts().len().max(1)).unwrap_or(u32::MAX);
    config.connect_timeout(CONNECT_WITHIN / servers);
    config.tcp_user_timeout(SILENT_FOR);
    config.keepalives_idle(SILENT_FOR);
    config.keepalives_interval(SILENT_FOR / 5);
    config.keepalives_retries(3);
    let server = format!(
        "{} at {:?}",
        config.get_dbname().unwrap_or_default(),
        config.get_hosts()
    );
    Ok((config, server))
}

/// TLS as the address asks for it, with the certificates that the system trusts.
fn tls() -> MakeRustlsConnect {
    let mut roots = rustls::RootCertStore::empty();
    // One that cannot be read is not needed by most.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    // Fails only if a cryptography provider is already installed, which is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = rustls::ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    MakeRustlsConnect::new(config)
}

/// Why a statement was not carried out, or is not known to have been.
enum Failure {
    NotConnected(PoolError),
    Refused(Refusal, tokio_postgres::Error),
    Unreadable(String),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        let code = error.code().map_or("", SqlState::code);
        Self::Refused(refusal(code), error)
    }
}

impl From<Failure> for DatabaseError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotConnected(error) => Self::Unavailable(told(&error)),
            Failure::Unreadable(reason) => Self::Unavailable(reason),
            Failure::Refused(Refusal::Forbidden, error) => Self::Constraint(told(&error)),
            Failure::Refused(_, error) => Self::Unavailable(told(&error)),
        }
    }
}

/// An error with what led to it.
fn told(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told
}

/// What a parameter is declared as; of nothing, the database finds out what it would be.
fn kind(value: &Value) -> Type {
    match value {
        Value::Null => Type::UNKNOWN,
        Value::Integer(_) => Type::INT8,
        Value::Text(_) => Type::TEXT,
        Value::Blob(_) => Type::BYTEA,
    }
}

#[derive(Debug)]
struct Parameter<'a>(&'a Value);

impl ToSql for Parameter<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Integer(number) => number.to_sql(kind, out),
            Value::Text(text) => storable(text).to_sql(kind, out),
            Value::Blob(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn row(row: &tokio_postgres::Row) -> Result<Row, Failure> {
    let columns = row.columns().iter().enumerate();
    columns
        .map(|(at, column)| {
            let kind = column.type_();
            let value = match *kind {
                Type::INT8 => row.try_get::<_, Option<i64>>(at)?.map(Value::Integer),
                Type::INT4 => {
                    let number = row.try_get::<_, Option<i32>>(at)?;
                    number.map(|number| Value::Integer(number.into()))
                }
                Type::BOOL => {
                    let truth = row.try_get::<_, Option<bool>>(at)?;
                    truth.map(|truth| Value::Integer(truth.into()))
                }
                Type::TEXT => row.try_get::<_, Option<String>>(at)?.map(Value::Text),
                Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(at)?.map(Value::Blob),
                _ => {
                    let reason = format!("the database answers with a column of type {kind}");
                    return Err(Failure::Unreadable(reason));
                }
            };
            Ok(value.unwrap_or(Value::Null))
        })
        .collect()
}
