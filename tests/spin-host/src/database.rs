//! `spin:sqlite`: every instance's connection is the same one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use wasmtime::component::{Access, Accessor, FutureReader, HasData, Resource, StreamReader};

use crate::bindings::sqlite::{self, Error, RowResult};
use crate::instance::State;

/// The database that the application knows as `default`.
#[derive(Clone)]
pub(crate) struct Database(Arc<Mutex<Connection>>);

/// What an instance holds of the database.
#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct Handle(Database);

type Rows = (Vec<String>, Vec<RowResult>);

impl Database {
    pub(crate) fn new(connection: Connection) -> Self {
        Self(Arc::new(Mutex::new(connection)))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn execute(&self, statement: &str, parameters: Vec<sqlite::Value>) -> Result<Rows, Error> {
        let failed = |error: rusqlite::Error| Error::Io(error.to_string());
        let connection = self.lock();
        let mut statement = connection.prepare_cached(statement).map_err(failed)?;
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let rows = statement
            .query_map(params_from_iter(parameters.into_iter().map(store)), |row| {
                (0..columns.len())
                    .map(|column| row.get(column).map(load))
                    .collect::<Result<_, _>>()
                    .map(|values| RowResult { values })
            })
            .map_err(failed)?
            .collect::<Result<_, _>>()
            .map_err(failed)?;
        Ok((columns, rows))
    }
}

fn store(value: sqlite::Value) -> Value {
    match value {
        sqlite::Value::Null => Value::Null,
        sqlite::Value::Integer(number) => Value::Integer(number),
        sqlite::Value::Real(number) => Value::Real(number),
        sqlite::Value::Text(text) => Value::Text(text),
        sqlite::Value::Blob(bytes) => Value::Blob(bytes),
    }
}

fn load(value: Value) -> sqlite::Value {
    match value {
        Value::Null => sqlite::Value::Null,
        Value::Integer(number) => sqlite::Value::Integer(number),
        Value::Real(number) => sqlite::Value::Real(number),
        Value::Text(text) => sqlite::Value::Text(text),
        Value::Blob(bytes) => sqlite::Value::Blob(bytes),
    }
}

/// Gives the linker access to the state.
pub(crate) struct Sqlite;

impl HasData for Sqlite {
    type Data<'a> = &'a mut State;
}

impl sqlite::Host for State {}
impl sqlite::HostConnection for State {}

impl<T: Send> sqlite::HostConnectionWithStore<T> for Sqlite {
    async fn open_async(
        accessor: &Accessor<T, Self>,
        database: String,
    ) -> wasmtime::Result<Result<Resource<Handle>, Error>> {
        if database != "default" {
            return Ok(Err(Error::NoSuchDatabase));
        }
        accessor.with(|mut access| {
            let state = access.get();
            let handle = Handle(state.database.clone());
            Ok(Ok(state.table.push(handle)?))
        })
    }

    async fn execute_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Handle>,
        statement: String,
        parameters: Vec<sqlite::Value>,
    ) -> wasmtime::Result<
        Result<
            (
                Vec<String>,
                StreamReader<RowResult>,
                FutureReader<Result<(), Error>>,
            ),
            Error,
        >,
    > {
        let database = accessor.with(|mut access| -> wasmtime::Result<_> {
            let Handle(database) = access.get().table.get(&connection)?;
            Ok(database.clone())
        })?;
        // On another thread, as in Spin, so that the instance's other requests continue.
        let executed =
            tokio::task::spawn_blocking(move || database.execute(&statement, parameters)).await?;
        let (columns, rows) = match executed {
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
