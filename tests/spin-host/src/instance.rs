//! Instances: what each is given, and how long it is used.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use wasmtime::component::{GuestTaskId, Linker, ResourceTable};
use wasmtime::{Store, StoreContextMut};
use wasmtime_wasi::p2::OutputStream;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, ProxyPre, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
};
use wasmtime_wasi_http::p3::bindings::ServicePre;
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::application::Application;
use crate::bindings::{postgres, sqlite, variables};
use crate::database::{Database, Sqlite};
use crate::outbound::Loopback;
use crate::postgres::Postgres;
use crate::spin::Settings;
use crate::variables::Variables;

/// Spin's default: how many requests an instance answers in its life.
const REUSE: usize = 128;
/// Spin's default: how many requests an instance answers at once.
const CONCURRENT_REUSE: usize = 16;

/// An instance's own state.
pub(crate) struct State {
    pub(crate) table: ResourceTable,
    pub(crate) database: Database,
    pub(crate) variables: Arc<BTreeMap<String, String>>,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    loopback: Loopback,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.loopback,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}

/// Makes instances of an application.
pub(crate) struct Instances {
    application: Application,
    prepared: ServicePre<State>,
    settings: Settings,
    variables: Arc<BTreeMap<String, String>>,
    database: Database,
    log: MemoryOutputPipe,
}

impl Instances {
    pub(crate) fn new(
        application: Application,
        settings: Settings,
        database: Database,
        log: MemoryOutputPipe,
    ) -> wasmtime::Result<Self> {
        let mut linker = Linker::new(&application.engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        wasmtime_wasi::p3::add_to_linker(&mut linker)?;
        wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
        postgres::add_to_linker::<_, Postgres>(&mut linker, |state| state)?;
        sqlite::add_to_linker::<_, Sqlite>(&mut linker, |state| state)?;
        variables::add_to_linker::<_, Variables>(&mut linker, |state| state)?;
        Ok(Self {
            prepared: ServicePre::new(linker.instantiate_pre(&application.component)?)?,
            variables: Arc::new(settings.variables.clone()),
            application,
            settings,
            database,
            log,
        })
    }

    fn state(&self) -> wasmtime::Result<State> {
        let wasi = WasiCtxBuilder::new()
            .stderr(self.log.clone())
            .preopened_dir(&self.settings.files, "/", FsPerms::ReadOnly)?
            .build();
        Ok(State {
            table: ResourceTable::new(),
            database: self.database.clone(),
            variables: self.variables.clone(),
            wasi,
            http: WasiHttpCtx::new(),
            loopback: Loopback,
        })
    }
}

impl HandlerState for Instances {
    type StoreData = State;
    type WorkerExpiration = Unlimited;
    type WorkerState = Reuse;

    async fn instantiate(&self) -> wasmtime::Result<Instance<State, Unlimited, Reuse>> {
        let mut store = Store::new(&self.application.engine, self.state()?);
        let proxy = ProxyPre::P3(self.prepared.clone())
            .instantiate_async(&mut store)
            .await?;
        Ok(Instance {
            store,
            proxy,
            view: State::http,
            expiration: Unlimited,
            state: Reuse {
                log: self.log.clone(),
            },
        })
    }
}

/// No time limit for an instance, like Spin's default.
pub(crate) struct Unlimited;

impl WorkerExpiration for Unlimited {
    fn poll(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
        _status: WorkerStatus,
        _since: Instant,
    ) -> Poll<()> {
        Poll::Pending
    }
}

/// How often and how widely an instance is used.
pub(crate) struct Reuse {
    log: MemoryOutputPipe,
}

impl WorkerState for Reuse {
    type StoreData = State;
    type RequestData = ();

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        if total >= REUSE {
            ShouldAccept::Never
        } else if concurrent >= CONCURRENT_REUSE {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        _store: StoreContextMut<'_, State>,
        (): (),
        _task: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        Box::pin(std::future::pending())
    }

    fn drop(&self, _store: Store<State>, result: wasmtime::Result<()>) {
        if let Err(error) = result {
            let line = format!("an instance failed: {error:?}\n");
            // Fails if the log is full.
            let _ = self.log.clone().write(line.into());
        }
    }
}
