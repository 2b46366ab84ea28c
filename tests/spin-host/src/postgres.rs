//! `spin:postgres`: connections to servers on this machine, as far as the application uses them.

use std::error::Error as _;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::BytesMut;
use tokio_postgres::config::Host;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, NoTls};
use wasmtime::component::{Access, Accessor, FutureReader, HasData, Resource, StreamReader};

use crate::bindings::postgres::{
    self, Column, DbDataType, DbError, DbValue, Error, ParameterValue, QueryError,
};
use crate::instance::State;

/// What an instance holds of a connection.
#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct Handle(Arc<Client>);

type Rows = (Vec<Column>, Vec<Vec<DbValue>>);

async fn connect(address: &str) -> Result<Client, Error> {
    let failed = |error: tokio_postgres::Error| Error::ConnectionFailed(told(&error));
    let config: Config = address.parse().map_err(failed)?;
    let is_here = |host: &Host| match host {
        Host::Tcp(host) => host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback()),
        Host::Unix(_) => true,
    };
    if !config.get_hosts().iter().all(is_here) {
        return Err(Error::ConnectionFailed("the host is not allowed".into()));
    }
    let (client, connection) = config.connect(NoTls).await.map_err(failed)?;
    // It ends with the client; whoever asks it is told what became of it.
    tokio::spawn(async move { connection.await.ok() });
    Ok(client)
}

async fn query(
    client: &Client,
    statement: &str,
    parameters: &[ParameterValue],
) -> Result<Rows, Error> {
    let failed = |error: tokio_postgres::Error| Error::QueryFailed(query_error(&error));
    let prepared = client.prepare(statement).await.map_err(failed)?;
    let parameters: Vec<Parameter<'_>> = parameters.iter().map(Parameter).collect();
    let parameters: Vec<_> = parameters
        .iter()
        .map(|it| it as &(dyn ToSql + Sync))
        .collect();
    let rows = client.query(&prepared, &parameters).await.map_err(failed)?;
    let columns = prepared.columns().iter().map(|column| Column {
        name: column.name().to_owned(),
        data_type: data_type(column.type_()),
    });
    let rows = rows.iter().map(|row| {
        (0..row.len())
            .map(|column| load(row, column))
            .collect::<Result<Vec<_>, _>>()
    });
    let unreadable = |error: tokio_postgres::Error| Error::ValueConversionFailed(told(&error));
    let rows = rows.collect::<Result<_, _>>().map_err(unreadable)?;
    Ok((columns.collect(), rows))
}

fn data_type(kind: &Type) -> DbDataType {
    match *kind {
        Type::BOOL => DbDataType::Boolean,
        Type::INT4 => DbDataType::Int32,
        Type::INT8 => DbDataType::Int64,
        Type::TEXT => DbDataType::Str,
        Type::BYTEA => DbDataType::Binary,
        _ => DbDataType::Other(kind.name().to_owned()),
    }
}

fn load(row: &tokio_postgres::Row, column: usize) -> Result<DbValue, tokio_postgres::Error> {
    fn get<'a, T: FromSql<'a>>(
        row: &'a tokio_postgres::Row,
        column: usize,
        value: fn(T) -> DbValue,
    ) -> Result<DbValue, tokio_postgres::Error> {
        let found: Option<T> = row.try_get(column)?;
        Ok(found.map_or(DbValue::DbNull, value))
    }
    match row.columns().get(column).map(|it| it.type_().clone()) {
        Some(Type::BOOL) => get(row, column, DbValue::Boolean),
        Some(Type::INT4) => get(row, column, DbValue::Int32),
        Some(Type::INT8) => get(row, column, DbValue::Int64),
        Some(Type::TEXT) => get(row, column, DbValue::Str),
        Some(Type::BYTEA) => get(row, column, DbValue::Binary),
        _ => Ok(DbValue::Unsupported(Vec::new())),
    }
}

fn query_error(error: &tokio_postgres::Error) -> QueryError {
    match error.as_db_error() {
        Some(refused) => QueryError::DbError(DbError {
            as_text: told(error),
            severity: refused.severity().to_owned(),
            code: refused.code().code().to_owned(),
            message: refused.message().to_owned(),
            detail: refused.detail().map(str::to_owned),
            extras: Vec::new(),
        }),
        None => QueryError::Text(told(error)),
    }
}

fn told(error: &tokio_postgres::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

#[derive(Debug)]
struct Parameter<'a>(&'a ParameterValue);

impl ToSql for Parameter<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        // As in Spin, a value that is not of the statement's type is a mistake.
        fn put<T: ToSql>(
            value: &T,
            kind: &Type,
            out: &mut BytesMut,
        ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
            match T::accepts(kind) {
                true => value.to_sql(kind, out),
                false => Err(format!("a parameter is not of type {kind}").into()),
            }
        }
        match self.0 {
            ParameterValue::Int64(number) => put(number, kind, out),
            ParameterValue::Str(text) => put(text, kind, out),
            ParameterValue::Binary(bytes) => put(bytes, kind, out),
            ParameterValue::DbNull => Ok(IsNull::Yes),
            _ => Err("this Spin has no parameters of this type".into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// Gives the linker access to the state.
pub(crate) struct Postgres;

impl HasData for Postgres {
    type Data<'a> = &'a mut State;
}

impl postgres::Host for State {}
impl postgres::HostConnection for State {}

impl<T: Send> postgres::HostConnectionWithStore<T> for Postgres {
    async fn open_async(
        accessor: &Accessor<T, Self>,
        address: String,
    ) -> wasmtime::Result<Result<Resource<Handle>, Error>> {
        let client = match connect(&address).await {
            Ok(client) => client,
            Err(error) => return Ok(Err(error)),
        };
        accessor.with(|mut access| {
            let handle = Handle(Arc::new(client));
            Ok(Ok(access.get().table.push(handle)?))
        })
    }

    async fn query_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Handle>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> wasmtime::Result<
        Result<
            (
                Vec<Column>,
                StreamReader<Vec<DbValue>>,
                FutureReader<Result<(), Error>>,
            ),
            Error,
        >,
    > {
        let client = accessor.with(|mut access| -> wasmtime::Result<_> {
            let Handle(client) = access.get().table.get(&connection)?;
            Ok(client.clone())
        })?;
        let (columns, rows) = match query(&client, &statement, &parameters).await {
            Ok(result) => result,
            Err(error) => return Ok(Err(error)),
        };
        accessor.with(|mut access| {
            let rows = StreamReader::new(&mut access, rows)?;
            let end = FutureReader::new(&mut access, async { wasmtime::error::Ok(Ok(())) })?;
            Ok(Ok((columns, rows, end)))
        })
    }

    fn drop(mut access: Access<'_, T, Self>, connection: Resource<Handle>) -> wasmtime::Result<()> {
        access.get().table.delete(connection)?;
        Ok(())
    }
}
