//! A running application.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::MutexGuard;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use http_body_util::BodyExt;
use rusqlite::Connection;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi_http::Error;
use wasmtime_wasi_http::handler::ProxyHandler;

use crate::application::Application;
use crate::database::Database;
use crate::instance::Instances;

/// The most that an application may log, in bytes.
const LOG: usize = 16 * 1024 * 1024;

/// What an application is given.
pub struct Settings {
    /// The folder that the application sees as its whole file system.
    pub files: PathBuf,
    /// The values of its variables.
    pub variables: BTreeMap<String, String>,
}

/// A running application. It ends when dropped.
pub struct Spin {
    url: String,
    database: Database,
    log: MemoryOutputPipe,
    _server: JoinSet<()>,
}

impl Spin {
    /// Run an application on an empty database in memory, and serve it.
    ///
    /// # Errors
    /// The application needs what this Spin does not have, or the listener is unusable.
    pub fn start(
        application: &Application,
        settings: Settings,
        listener: TcpListener,
    ) -> wasmtime::Result<Self> {
        let url = format!("http://{}", listener.local_addr()?);
        let database = Database::new(Connection::open_in_memory()?);
        let log = MemoryOutputPipe::new(LOG);
        let instances =
            Instances::new(application.clone(), settings, database.clone(), log.clone())?;
        let router = Router::new()
            .fallback(answer)
            .with_state(ProxyHandler::new(instances));
        let listener = listener.tap_io(|stream| {
            // Without it, answers are only slower.
            let _ = stream.set_nodelay(true);
        });
        let mut server = JoinSet::new();
        server.spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                eprintln!("the server ended: {error}");
            }
        });
        Ok(Self {
            url,
            database,
            log,
            _server: server,
        })
    }

    /// Where it serves, such as `http://127.0.0.1:40001`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The connection that the instances share; they wait while it is held.
    pub fn database(&self) -> MutexGuard<'_, Connection> {
        self.database.lock()
    }

    /// What the application wrote to its standard error.
    #[must_use]
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&self.log.contents()).into_owned()
    }
}

async fn answer(State(handler): State<ProxyHandler<Instances>>, request: Request) -> Response {
    let request = request.map(|body| {
        body.map_err(|error| Error::InternalError(Some(error.to_string())))
            .boxed_unsync()
    });
    match handler.handle((), request).await {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            eprintln!("a request failed: {error:?}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
