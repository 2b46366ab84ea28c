//! Spin's interfaces, as far as the application uses them.

wasmtime::component::bindgen!({
    path: "wit",
    world: "spin",
    imports: { default: store | trappable },
    with: {
        "spin:postgres/postgres.connection": crate::postgres::Handle,
        "spin:sqlite/sqlite.connection": crate::database::Handle,
    },
});

pub(crate) use spin::postgres::postgres;
pub(crate) use spin::sqlite::sqlite;
pub(crate) use spin::variables::variables;
