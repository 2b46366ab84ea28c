//! A database on a PostgreSQL of the tests' own.

use std::str::FromStr as _;
use std::sync::Arc;

use postgres_cluster::Cluster;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, NoTls};

use crate::platform::{DatabaseError, Row, Value};
use crate::postgres::{OPTIONS, Refusal, refusal, storable, with_numbered_parameters};

pub(crate) struct Server {
    client: Client,
    /// It ends with the last test that uses it.
    _cluster: Arc<Cluster>,
}

impl Server {
    /// A connection to a database without tables.
    pub(super) async fn connect() -> Self {
        let cluster = Cluster::shared();
        let mut config = Config::from_str(&cluster.fresh_database()).unwrap();
        let (client, connection) = config.options(OPTIONS).connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        Self {
            client,
            _cluster: cluster,
        }
    }

    pub(super) async fn execute(&self, statements: &str) -> Result<(), String> {
        let ran = self.client.batch_execute(statements).await;
        ran.map_err(|error| format!("{error:?}"))
    }

    pub(super) async fn texts(&self, query: &str) -> Vec<String> {
        let rows = self.client.query(query, &[]).await;
        let rows = rows.map_err(|error| format!("{error:?}")).unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// As the gateway does it, but once only.
    pub(super) async fn query(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let text = with_numbered_parameters(statement);
        self.run(&text, parameters).await.map_err(|error| {
            let code = error.code().map_or("", |code| code.code());
            let told = format!("{statement}: {error:?}");
            match refusal(code) {
                Refusal::Forbidden => DatabaseError::Constraint(told),
                _ => DatabaseError::Unavailable(told),
            }
        })
    }

    async fn run(
        &self,
        text: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        let types: Vec<Type> = parameters.iter().map(kind).collect();
        let prepared = self.client.prepare_typed(text, &types).await?;
        let kinds = prepared.params().iter();
        let parameters: Vec<_> = parameters.into_iter().zip(kinds).map(parameter).collect();
        let parameters: Vec<_> = parameters.iter().map(|it| it.as_ref() as _).collect();
        let rows = self.client.query(&prepared, &parameters).await?;
        Ok(rows.iter().map(row).collect())
    }
}

fn kind(value: &Value) -> Type {
    match value {
        Value::Null => Type::UNKNOWN,
        Value::Integer(_) => Type::INT8,
        Value::Text(_) => Type::TEXT,
        Value::Blob(_) => Type::BYTEA,
    }
}

fn parameter((value, kind): (Value, &Type)) -> Box<dyn ToSql + Sync + Send> {
    match value {
        Value::Integer(number) => Box::new(number),
        Value::Text(text) => Box::new(storable(&text).into_owned()),
        Value::Blob(bytes) => Box::new(bytes),
        Value::Null => match *kind {
            Type::INT8 => Box::new(None::<i64>),
            Type::INT4 => Box::new(None::<i32>),
            Type::BYTEA => Box::new(None::<Vec<u8>>),
            _ => Box::new(None::<String>),
        },
    }
}

fn row(row: &tokio_postgres::Row) -> Row {
    let columns = row.columns().iter().enumerate();
    columns
        .map(|(at, column)| {
            let value = match *column.type_() {
                Type::INT8 => row.get::<_, Option<i64>>(at).map(Value::Integer),
                Type::INT4 => {
                    let number: Option<i32> = row.get(at);
                    number.map(|number| Value::Integer(number.into()))
                }
                Type::BOOL => {
                    let truth: Option<bool> = row.get(at);
                    truth.map(|truth| Value::Integer(truth.into()))
                }
                Type::BYTEA => row.get::<_, Option<Vec<u8>>>(at).map(Value::Blob),
                // Anything but a text fails here.
                _ => row.get::<_, Option<String>>(at).map(Value::Text),
            };
            value.unwrap_or(Value::Null)
        })
        .collect()
}
