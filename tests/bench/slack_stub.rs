//! A Slack Web API that says `ok` to everything, so that the product starts and its worker is not held up.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::http::{content_length, head_length};

/// One answer with what the methods that a bot calls at its start give back.
const ANSWER: &str = r#"{"ok":true,"url":"https://meridian.slack.com/","team":"Meridian","user":"tandem",
"team_id":"T0MERIDIAN","user_id":"U0TANDEM","bot_id":"B0TANDEM","app_id":"A0TANDEM","is_enterprise_install":false,
"channel":"C0GENERAL","ts":"1700000000.000100","message":{"ts":"1700000000.000100","text":""},
"channels":[],"members":[],"messages":[],"has_more":false,"response_metadata":{"next_cursor":""}}"#;

/// Serves on a free port of the loopback for as long as the process lives; needs a `LocalSet`.
pub async fn start() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::task::spawn_local(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::task::spawn_local(serve(stream));
        }
    });
    Ok(address)
}

async fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = Vec::new();
    loop {
        let head = loop {
            if let Some(head) = head_length(&buffer) {
                break head;
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        let whole = head + content_length(&buffer[..head])?;
        while buffer.len() < whole {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        }
        buffer.drain(..whole);
        let length = ANSWER.len();
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{ANSWER}"
        );
        stream.write_all(answer.as_bytes()).await?;
    }
}
