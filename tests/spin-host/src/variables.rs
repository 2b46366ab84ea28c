//! `spin:variables`.

use wasmtime::component::{Accessor, HasData};

use crate::bindings::variables::{self, Error};
use crate::instance::State;

/// Gives the linker access to the state.
pub(crate) struct Variables;

impl HasData for Variables {
    type Data<'a> = &'a mut State;
}

impl variables::Host for State {}

impl<T: Send> variables::HostWithStore<T> for Variables {
    async fn get(
        accessor: &Accessor<T, Self>,
        name: String,
    ) -> wasmtime::Result<Result<String, Error>> {
        let value = accessor.with(|mut access| access.get().variables.get(&name).cloned());
        Ok(value.ok_or(Error::Undefined(name)))
    }
}
