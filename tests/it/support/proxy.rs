//! A proxy that changes the heads of requests, or answers itself: as people set theirs up.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;

/// What the proxy does with the head of a request.
pub type Edit = fn(String) -> Result<String, String>;

/// Starts one in front of `target`; its address. `Err` is the whole answer of the proxy itself.
pub async fn start(listener: TcpListener, target: SocketAddr, edit: Edit) {
    let tasks = TaskTracker::new();
    while let Ok((stream, _)) = listener.accept().await {
        tasks.spawn(pass(stream, target, edit));
    }
}

async fn pass(mut client: TcpStream, target: SocketAddr, edit: Edit) -> Option<()> {
    let mut seen = Vec::new();
    let end = loop {
        let mut part = [0; 4096];
        let length = client.read(&mut part).await.ok().filter(|length| *length > 0)?;
        seen.extend_from_slice(&part[..length]);
        if let Some(at) = seen.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
    };
    let head = String::from_utf8_lossy(&seen[..end]).into_owned();
    match edit(head) {
        Ok(head) => {
            let mut server = TcpStream::connect(target).await.ok()?;
            server.write_all(head.as_bytes()).await.ok()?;
            server.write_all(&seen[end..]).await.ok()?;
            copy_bidirectional(&mut client, &mut server).await.ok()?;
        }
        Err(answer) => {
            client.write_all(answer.as_bytes()).await.ok()?;
            // The client may still be sending; it shall read the answer.
            let mut rest = vec![0; 1 << 16];
            while client.read(&mut rest).await.is_ok_and(|length| length > 0) {}
        }
    }
    Some(())
}
