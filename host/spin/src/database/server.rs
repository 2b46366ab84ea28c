//! PostgreSQL, or a database that is compatible with it: on a connection of this instance.
//!
//! Each statement is a transaction of its own, serializable, and is run again where others were in its way.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use chargetap_engine::platform::{DatabaseError, Row, Value};
use chargetap_engine::postgres::{self, Refusal};
use spin_sdk::pg::{Connection, DbValue, Error, ParameterValue, PgError, QueryError};
use spin_sdk::wasip3::random::random::get_random_u64;

/// What else a connection is made with: of several servers one takes writes, and one that is gone does not say so.
const PARAMETERS: &str = "application_name=chargetap&target_session_attrs=read-write&connect_timeout=5\
                          &tcp_user_timeout=10&keepalives_idle=10&keepalives_interval=2&keepalives_retries=3";

pub(crate) struct Server {
    /// With the options of every connection. It holds the password.
    address: String,
    /// Absent until the first statement, and after one that was lost.
    connection: RefCell<Option<Rc<Connection>>>,
}

impl Server {
    pub(super) fn new(address: &str) -> Result<Self, DatabaseError> {
        let address = address.trim();
        let unusable = |reason: &str| DatabaseError::Unavailable(reason.to_owned());
        let (scheme, place) = address.split_once("://").unwrap_or_default();
        if !matches!(scheme, "postgres" | "postgresql") {
            return Err(unusable(
                "database_url is no address such as postgres://user@host/name",
            ));
        }
        // Otherwise a part of the password would be taken for the server's name, and told in errors.
        let user = place.rsplit_once('@').map(|(user, _)| user);
        if user.is_some_and(|user| user.contains(['@', '/', '?'])) {
            return Err(unusable(
                "in database_url, characters of the password such as @, / and ? are to be percent-encoded",
            ));
        }
        let joint = if place.contains('?') { '&' } else { '?' };
        let options = postgres::OPTIONS.replace(' ', "%20").replace('=', "%3D");
        Ok(Self {
            address: format!("{address}{joint}options={options}&{PARAMETERS}"),
            connection: RefCell::new(None),
        })
    }

    pub(super) async fn query(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let statement = postgres::with_typed_parameters(statement, &parameters);
        let mut attempt = 0;
        loop {
            match self.attempt(&statement, &parameters).await {
                Err(Failure::Refused(Refusal::InTheWay | Refusal::ReadOnly, _))
                    if attempt + 1 < postgres::ATTEMPTS =>
                {
                    attempt += 1;
                    let pause = get_random_u64() % (postgres::longest_pause(attempt) + 1);
                    spin_sdk::time::sleep(Duration::from_millis(pause)).await;
                }
                Err(failure) => return Err(failure.into()),
                Ok(rows) => return Ok(rows),
            }
        }
    }

    async fn attempt(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, Failure> {
        let rows = self.rows(statement, parameters).await;
        // Another one may lead to a server that takes the statement.
        if let Err(Failure::Lost(_) | Failure::Refused(Refusal::ReadOnly, _)) = rows {
            self.connection.take();
        }
        rows
    }

    async fn rows(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, Failure> {
        let connection = self.connection().await?;
        rows(&connection, statement, parameters).await
    }

    async fn connection(&self) -> Result<Rc<Connection>, Failure> {
        if let Some(connection) = self.connection.borrow().as_ref() {
            return Ok(connection.clone());
        }
        let opened = Rc::new(Connection::open(&*self.address).await?);
        let isolation = rows(&opened, postgres::ISOLATION, &[]).await?;
        if !postgres::is_serializable(&isolation) {
            return Err(Failure::Unreadable(postgres::NOT_SERIALIZABLE.to_owned()));
        }
        self.connection.replace(Some(opened.clone()));
        Ok(opened)
    }
}

async fn rows(
    connection: &Connection,
    statement: &str,
    parameters: &[Value],
) -> Result<Vec<Row>, Failure> {
    let parameters: Vec<ParameterValue> = parameters.iter().map(parameter).collect();
    let mut result = connection.query(statement, parameters).await?;
    let mut rows = Vec::new();
    while let Some(row) = result.rows().next().await {
        let row: Result<Row, Failure> = row.into_iter().map(value).collect();
        rows.push(row?);
    }
    // Only at its end is it known whether it was carried out.
    result.result().await?;
    Ok(rows)
}

/// Why a statement was not carried out, or is not known to have been.
enum Failure {
    Refused(Refusal, String),
    Lost(String),
    /// Of no use, whatever is asked.
    Unreadable(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::PgError(error) => error.into(),
            Error::Decode(reason) => Self::Unreadable(reason),
        }
    }
}

impl From<PgError> for Failure {
    fn from(error: PgError) -> Self {
        match error {
            PgError::QueryFailed(QueryError::DbError(error)) => {
                // What else it says has values of the row.
                let reason = format!("{} ({})", error.message, error.code);
                Self::Refused(postgres::refusal(&error.code), reason)
            }
            PgError::QueryFailed(QueryError::Text(reason))
            | PgError::ConnectionFailed(reason)
            | PgError::Other(reason) => Self::Lost(reason),
            PgError::BadParameter(reason) | PgError::ValueConversionFailed(reason) => {
                Self::Unreadable(reason)
            }
        }
    }
}

impl From<Failure> for DatabaseError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(Refusal::Forbidden, reason) => Self::Constraint(reason),
            Failure::Refused(_, reason) | Failure::Lost(reason) | Failure::Unreadable(reason) => {
                Self::Unavailable(reason)
            }
        }
    }
}

fn parameter(value: &Value) -> ParameterValue {
    match value {
        Value::Null => ParameterValue::DbNull,
        Value::Integer(number) => ParameterValue::Int64(*number),
        Value::Text(text) => ParameterValue::Str(postgres::storable(text).into_owned()),
        Value::Blob(bytes) => ParameterValue::Binary(bytes.clone()),
    }
}

fn value(value: DbValue) -> Result<Value, Failure> {
    match value {
        DbValue::DbNull => Ok(Value::Null),
        DbValue::Int64(number) => Ok(Value::Integer(number)),
        DbValue::Int32(number) => Ok(Value::Integer(number.into())),
        DbValue::Boolean(truth) => Ok(Value::Integer(truth.into())),
        DbValue::Str(text) => Ok(Value::Text(text)),
        DbValue::Binary(bytes) => Ok(Value::Blob(bytes)),
        _ => Err(Failure::Unreadable(
            "the database answers with a column of a type that the store has not".into(),
        )),
    }
}
