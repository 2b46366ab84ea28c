//! The store's database: PostgreSQL, or one that is compatible with it.
//!
//! Each statement is a transaction of its own on a connection of the pool, with the isolation level `serializable`: its
//! result is as if no other ran at the same time. Where that cannot be had, the database carries nothing out and says so,
//! and the statement is run again.

pub(crate) mod session;

use std::error::Error;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use chargetap_engine::platform::{DatabaseError, Row, Value};
use deadpool_postgres::{Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime};
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
/// How often a statement is run that others were in the way of.
const ATTEMPTS: u32 = 20;
/// The longest pause before the next time, for the first one, in milliseconds; it doubles up to 64 times.
const PAUSE: u64 = 4;
/// What every connection is made with. No statement takes longer, and no connection waits in a transaction.
const OPTIONS: &str = "-c default_transaction_isolation=serializable -c statement_timeout=30s \
                       -c lock_timeout=10s -c idle_in_transaction_session_timeout=30s";

/// A handle on the database; clones share it.
#[derive(Clone)]
pub struct Postgres {
    pool: Pool,
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
        let (mut config, server) = configuration(address, password, OPTIONS)?;
        // After a switchover the name may lead to a standby for a while.
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        let unusable = |reason: String| OpenError::Unusable {
            server: server.clone(),
            reason,
        };
        let manager = Manager::from_config(
            config,
            tls(),
            ManagerConfig {
                recycling_method: RecyclingMethod::Fast,
            },
        );
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(CONNECT_WITHIN))
            .create_timeout(Some(CONNECT_WITHIN))
            .build()
            .map_err(|error| unusable(error.to_string()))?;
        let opened = Self {
            pool,
            faults,
            commits: Arc::new(MinuteCount::new()),
        };
        let asked = opened.query("SELECT 1", Vec::new()).await;
        asked.map_err(|error| unusable(error.to_string()))?;
        Ok(opened)
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
        let text = statement.replace('?', "$");
        let writes = !statement.trim_start().starts_with("SELECT");
        if writes {
            self.faults.crash_point();
        }
        let mut attempt = 0;
        loop {
            match self.attempt(&text, &parameters).await {
                Err(Failure::InTheWay(_)) if attempt + 1 < ATTEMPTS => attempt += 1,
                Err(failure) => return Err(failure.into()),
                Ok(rows) => {
                    if writes {
                        self.commits.add();
                        self.faults.crash_point();
                    }
                    return Ok(rows);
                }
            }
            let longest = PAUSE << attempt.min(6);
            let pause = rand::rng().random_range(0..=longest);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    async fn attempt(&self, text: &str, parameters: &[Value]) -> Result<Vec<Row>, Failure> {
        let connection = self.pool.get().await.map_err(Failure::NotConnected)?;
        let types: Vec<Type> = parameters.iter().map(kind).collect();
        let prepared = connection.prepare_typed_cached(text, &types).await?;
        let parameters: Vec<Parameter<'_>> = parameters.iter().map(Parameter).collect();
        let parameters = parameters.iter().map(|it| it as &(dyn ToSql + Sync));
        let parameters: Vec<_> = parameters.collect();
        let rows = connection.query(&prepared, &parameters).await?;
        rows.iter().map(row).collect()
    }
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
    /// Nothing was carried out, because of what others did at the same time.
    InTheWay(tokio_postgres::Error),
    NotConnected(PoolError),
    Refused(tokio_postgres::Error),
    Unreadable(String),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        let in_the_way = [
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
        ];
        match error.code() {
            Some(code) if in_the_way.contains(code) => Self::InTheWay(error),
            _ => Self::Refused(error),
        }
    }
}

impl From<Failure> for DatabaseError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::InTheWay(error) => Self::Unavailable(told(&error)),
            Failure::NotConnected(error) => Self::Unavailable(told(&error)),
            Failure::Unreadable(reason) => Self::Unavailable(reason),
            Failure::Refused(error) => {
                // Class 23: a rule of the tables forbids it.
                let is_forbidden = error.code().is_some_and(|it| it.code().starts_with("23"));
                match is_forbidden {
                    true => Self::Constraint(told(&error)),
                    false => Self::Unavailable(told(&error)),
                }
            }
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
            Value::Text(text) => text.to_sql(kind, out),
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
