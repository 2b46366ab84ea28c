//! A proxy before PostgreSQL: it lets statements of the gateway fail in the ways in which servers and networks do.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// One in so many statements meets a failure.
const FAILURES: u32 = 40;
/// The number by which a client asks whether there is TLS, before it says who it is.
const TLS_REQUEST: [u8; 4] = 80_877_103_i32.to_be_bytes();

/// It ends with the runtime.
pub(crate) struct Proxy {
    address: SocketAddr,
    database: String,
    failures: Arc<Failures>,
}

/// What became of statements, by the kind of failure.
struct Failures {
    are_on: AtomicBool,
    /// Nothing comes through.
    is_cut: AtomicBool,
    random: Mutex<SmallRng>,
    in_the_way: AtomicU32,
    lost: AtomicU32,
    unanswered: AtomicU32,
}

/// What becomes of a statement.
#[derive(Clone, Copy)]
enum Fate {
    Answered,
    /// The server says that others were in the way, and does not carry it out.
    InTheWay,
    /// The connection ends before the server gets it.
    Lost,
    /// The connection ends after the server carried it out, before it can say so.
    Unanswered,
}

impl Proxy {
    /// A proxy before a database at an address of a [`Cluster`](super::Cluster). Nothing fails yet.
    pub(crate) async fn start(database: &str, seed: u64) -> Self {
        let (_, place) = database.split_once('@').unwrap();
        let (server, database) = place.split_once('/').unwrap();
        let server: SocketAddr = server.parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let failures = Arc::new(Failures {
            are_on: AtomicBool::new(false),
            is_cut: AtomicBool::new(false),
            random: Mutex::new(SmallRng::seed_from_u64(seed)),
            in_the_way: AtomicU32::new(0),
            lost: AtomicU32::new(0),
            unanswered: AtomicU32::new(0),
        });
        let of_connections = failures.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let failures = of_connections.clone();
                // A connection that is lost is what this is for.
                tokio::spawn(async move { pass_on(client, server, &failures).await });
            }
        });
        Self {
            address,
            database: database.to_owned(),
            failures,
        }
    }

    /// The address of the database behind it.
    pub(crate) fn database(&self) -> String {
        format!("postgres://chargetap@{}/{}", self.address, self.database)
    }

    /// Whether statements fail from now on.
    pub(crate) fn let_fail(&self, are_on: bool) {
        self.failures.are_on.store(are_on, Ordering::Relaxed);
    }

    /// Whether nothing comes through from now on.
    pub(crate) fn cut(&self, is_cut: bool) {
        self.failures.is_cut.store(is_cut, Ordering::Relaxed);
    }

    /// How many statements others were in the way of, were lost, and were carried out without an answer.
    pub(crate) fn failed(&self) -> [u32; 3] {
        let Failures {
            in_the_way,
            lost,
            unanswered,
            ..
        } = &*self.failures;
        [in_the_way, lost, unanswered].map(|it| it.load(Ordering::Relaxed))
    }
}

impl Failures {
    fn is_cut(&self) -> bool {
        self.is_cut.load(Ordering::Relaxed)
    }

    fn fate(&self) -> Fate {
        if !self.are_on.load(Ordering::Relaxed) {
            return Fate::Answered;
        }
        let mut random = self.random.lock().unwrap();
        if !random.random_ratio(1, FAILURES) {
            return Fate::Answered;
        }
        let (fate, count) = match random.random_range(0..3) {
            0 => (Fate::InTheWay, &self.in_the_way),
            1 => (Fate::Lost, &self.lost),
            _ => (Fate::Unanswered, &self.unanswered),
        };
        count.fetch_add(1, Ordering::Relaxed);
        fate
    }
}

/// Pass on what a client asks, one request after the other.
async fn pass_on(client: TcpStream, server: SocketAddr, failures: &Failures) -> io::Result<()> {
    if failures.is_cut() {
        return Ok(());
    }
    let mut client = BufReader::new(client);
    let mut server = BufReader::new(TcpStream::connect(server).await?);
    let mut first = untyped(&mut client).await?;
    if first.ends_with(&TLS_REQUEST) {
        server.write_all(&first).await?;
        client.write_u8(server.read_u8().await?).await?;
        first = untyped(&mut client).await?;
    }
    // Tests look into the database, too.
    let is_gateway = contains(&first, b"application_name\0chargetap\0");
    server.write_all(&first).await?;
    let answer = until_ready(&mut server).await?;
    client.write_all(&answer).await?;
    loop {
        let request = request(&mut client).await?;
        if failures.is_cut() {
            return Ok(());
        }
        let fate = match is_gateway && request.executes {
            true => failures.fate(),
            false => Fate::Answered,
        };
        if let Fate::InTheWay = fate {
            client.write_all(&in_the_way()).await?;
            continue;
        }
        if let Fate::Lost = fate {
            return Ok(());
        }
        server.write_all(&request.bytes).await?;
        let answer = until_ready(&mut server).await?;
        if let Fate::Unanswered = fate {
            return Ok(());
        }
        client.write_all(&answer).await?;
    }
}

/// What a client sends before it waits for an answer.
struct Request {
    bytes: Vec<u8>,
    /// A statement is to be carried out.
    executes: bool,
}

async fn request(client: &mut BufReader<TcpStream>) -> io::Result<Request> {
    let (mut bytes, mut executes) = (Vec::new(), false);
    loop {
        let (kind, message) = typed(client).await?;
        bytes.extend(message);
        match kind {
            b'E' => executes = true,
            // The end of a request, or a request of its own.
            b'S' | b'Q' => return Ok(Request { bytes, executes }),
            _ => {}
        }
    }
}

/// All that a server says until it waits for the next request.
async fn until_ready(server: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut answer = Vec::new();
    loop {
        let (kind, message) = typed(server).await?;
        answer.extend(message);
        if kind == b'Z' {
            return Ok(answer);
        }
    }
}

/// A message with a byte that says of which kind it is.
async fn typed(from: &mut (impl AsyncRead + Unpin)) -> io::Result<(u8, Vec<u8>)> {
    let kind = from.read_u8().await?;
    let mut message = vec![kind];
    message.extend(untyped(from).await?);
    Ok((kind, message))
}

/// A message without one: its length, which counts itself, and the rest.
async fn untyped(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let length = from.read_u32().await?;
    let mut message = length.to_be_bytes().to_vec();
    let rest = u64::from(length) - 4;
    let read = from.take(rest).read_to_end(&mut message).await?;
    match u64::try_from(read) == Ok(rest) {
        true => Ok(message),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// What a server answers to a statement of which the result would not be as if no other ran at the same time.
fn in_the_way() -> Vec<u8> {
    let error = b"SERROR\0VERROR\0C40001\0Mcould not serialize access\0\0";
    let mut answer = vec![b'E'];
    answer.extend(u32::try_from(error.len() + 4).unwrap().to_be_bytes());
    answer.extend(error);
    // It waits for the next request, and no transaction is open.
    answer.extend([b'Z', 0, 0, 0, 5, b'I']);
    answer
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|it| it == part)
}
