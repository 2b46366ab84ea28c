//! Calls to a gateway that the test plays.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::super::client::Client;
use super::super::invocation::Invocation;
use super::super::{act, list};
use super::matches;

const OK: &str = "HTTP/1.1 204 No Content\r\n\r\n";
/// The connection ends without an answer.
const LOST: &str = "";

/// A gateway with one answer for each connection, and the requests that it got.
async fn gateway(answers: Vec<String>) -> (Client, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let received = requests.clone();
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = String::new();
            while !is_whole(&request) {
                let mut bytes = [0; 4096];
                let length = stream.read(&mut bytes).await.unwrap();
                request += std::str::from_utf8(&bytes[..length]).unwrap();
            }
            received.lock().unwrap().push(request);
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (Client::new(&url, Some("ctp_1".into())).unwrap(), requests)
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else {
        return false;
    };
    let length = header(head, "content-length").map_or(0, |it| it.parse().unwrap());
    body.len() >= length
}

fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let lines = request.lines().filter_map(|line| line.split_once(": "));
    let mut named = lines.filter(|(it, _)| it.eq_ignore_ascii_case(name));
    named.next().map(|(_, value)| value)
}

fn json(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n{headers}\r\n{body}"
    )
}

#[tokio::test]
async fn a_post_whose_answer_is_lost_is_repeated_with_the_same_key() {
    let (client, requests) = gateway(vec![LOST.into(), OK.into()]).await;
    let matches = matches(&["terminal", "store", "P-1"]).unwrap();
    act(&client, &Invocation::new(&matches).unwrap())
        .await
        .unwrap();
    let requests = requests.lock().unwrap();
    assert!(
        requests[0].starts_with("POST /api/v1/terminals/P-1/store "),
        "{}",
        requests[0]
    );
    assert_eq!(header(&requests[0], "authorization"), Some("Bearer ctp_1"));
    let keys: Vec<_> = requests
        .iter()
        .map(|it| header(it, "idempotency-key").unwrap())
        .collect();
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0], keys[1]);
}

#[tokio::test]
async fn a_gateway_is_asked_once_how_it_is() {
    let (client, requests) = gateway(vec![LOST.into(), OK.into()]).await;
    assert!(client.status().await.is_err());
    let requests = requests.lock().unwrap();
    assert_eq!(requests.len(), 1);
    assert!(
        requests[0].starts_with("GET /api/v1/status "),
        "{}",
        requests[0]
    );
}

#[tokio::test]
async fn a_put_replaces_the_fetched_version_only_and_is_not_repeated() {
    let there = r#"{"key":"n","details":{"customer":"acme","name":"North","address":"1"}}"#;
    let there = json("200 OK", "ETag: \"7\"\r\n", there);
    let (client, requests) = gateway(vec![there, LOST.into(), OK.into()]).await;
    let matches = matches(&["site", "put", "n", "--name", "South"]).unwrap();
    let error = act(&client, &Invocation::new(&matches).unwrap())
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("look before you do it again"),
        "{error}"
    );
    let requests = requests.lock().unwrap();
    assert_eq!(requests.len(), 2);
    assert!(
        requests[0].starts_with("GET /api/v1/sites/n "),
        "{}",
        requests[0]
    );
    assert!(
        requests[1].starts_with("PUT /api/v1/sites/n "),
        "{}",
        requests[1]
    );
    assert_eq!(header(&requests[1], "if-match"), Some("\"7\""));
    let (_, body) = requests[1].split_once("\r\n\r\n").unwrap();
    assert_eq!(body, r#"{"address":"1","customer":"acme","name":"South"}"#);
}

#[tokio::test]
async fn a_new_record_is_put_without_a_version() {
    let nothing = r#"{"title":"a","detail":"b"}"#;
    let nothing = json("404 Not Found", "", nothing);
    let (client, requests) = gateway(vec![nothing, OK.into()]).await;
    let matches = matches(&["site", "put", "n", "--name", "South"]).unwrap();
    act(&client, &Invocation::new(&matches).unwrap())
        .await
        .unwrap();
    assert_eq!(header(&requests.lock().unwrap()[1], "if-match"), None);
}

#[tokio::test]
async fn a_list_is_followed_to_its_end() {
    let first = json("200 OK", "", r#"{"items":[{"key":"a"}],"next":"a/1"}"#);
    let second = json("200 OK", "", r#"{"items":[{"key":"b"}],"next":null}"#);
    let (client, requests) = gateway(vec![first, second]).await;
    let matches = matches(&["site", "list", "--customer", "acme"]).unwrap();
    let all = list(&client, &Invocation::new(&matches).unwrap())
        .await
        .unwrap();
    assert_eq!(
        serde_json::to_string(&all).unwrap(),
        r#"[{"key":"a"},{"key":"b"}]"#
    );
    let requests = requests.lock().unwrap();
    let line = "GET /api/v1/sites?customer=acme&after=a%2F1&limit=200 ";
    assert!(requests[1].starts_with(line), "{}", requests[1]);
}

#[tokio::test]
async fn a_limit_is_passed_on() {
    let first = json("200 OK", "", r#"{"items":[{"key":"a"}],"next":"a"}"#);
    let (client, requests) = gateway(vec![first]).await;
    let matches = matches(&["site", "list", "--limit", "1"]).unwrap();
    let all = list(&client, &Invocation::new(&matches).unwrap())
        .await
        .unwrap();
    assert_eq!(all.len(), 1);
    assert!(requests.lock().unwrap()[0].starts_with("GET /api/v1/sites?limit=1 "));
}

#[tokio::test]
async fn an_unreachable_gateway_is_reported_with_its_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::new(&url, Some("ctp_secret".into())).unwrap();
    let matches = matches(&["due", "list"]).unwrap();
    let error = act(&client, &Invocation::new(&matches).unwrap())
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains(&url) && error.contains("--url"), "{error}");
    assert!(!error.contains("ctp_secret"), "{error}");
}

#[tokio::test]
async fn without_a_token_no_request_is_sent() {
    let client = Client::new("http://127.0.0.1:1", None).unwrap();
    let matches = matches(&["due", "list"]).unwrap();
    let error = act(&client, &Invocation::new(&matches).unwrap())
        .await
        .unwrap_err();
    assert!(
        error.to_string().starts_with("a token is needed"),
        "{error}"
    );
}
