//! A server that plays whoever has lists: a plain address, Crossbeam, PartnerTap. It remembers what it was asked.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::Value;

/// One request.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `GET /list.csv?page=2`
    pub line: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
}

impl Answer {
    pub fn ok(body: impl Into<Bytes>) -> Self {
        Self { status: 200, headers: Vec::new(), body: body.into() }
    }

    pub fn json(body: &Value) -> Self {
        Self::ok(body.to_string())
    }

    pub fn status(status: u16) -> Self {
        Self { status, ..Self::ok("") }
    }

    pub fn with(mut self, header: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((header, value.into()));
        self
    }
}

type Reply = Box<dyn FnMut(&Asked) -> Answer + Send>;

#[derive(Clone)]
pub struct ListServer {
    pub url: String,
    listener: Arc<Mutex<Option<TcpListener>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
    reply: Arc<Mutex<Reply>>,
}

impl ListServer {
    /// Has its address and answers once it serves.
    pub fn bound(reply: impl FnMut(&Asked) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            listener: Arc::new(Mutex::new(Some(listener))),
            asked: Arc::default(),
            reply: Arc::new(Mutex::new(Box::new(reply))),
        }
    }

    /// Serves as long as the runtime lives.
    pub fn serve(&self) {
        let listener = self.listener.lock().unwrap().take().unwrap();
        let router = Router::new().fallback(answer).with_state(self.clone());
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
    }

    /// Answers so from now on.
    pub fn replies(&self, reply: impl FnMut(&Asked) -> Answer + Send + 'static) {
        *self.reply.lock().unwrap() = Box::new(reply);
    }

    /// What was asked since the last time that this was called.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    /// The same, a line each.
    pub fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

async fn answer(State(at): State<ListServer>, request: Request) -> Response {
    let line = format!("{} {}", request.method(), request.uri());
    let headers = request.headers().clone();
    let body = to_bytes(request.into_body(), 1024 * 1024).await.unwrap();
    let asked = Asked { line, headers, body: String::from_utf8_lossy(&body).into_owned() };
    let answer = (at.reply.lock().unwrap())(&asked);
    at.asked.lock().unwrap().push(asked);
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(answer.body.into()).unwrap()
}
