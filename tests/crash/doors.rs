//! One address for any number of processes: connections go to one that lives, in turn.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

/// The doors that are open, and whose turn it is.
#[derive(Clone, Default)]
pub struct Doors(Arc<Mutex<(Vec<SocketAddr>, usize)>>);

impl Doors {
    /// Listens; gives its address. It ends with the runtime.
    pub async fn serve(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let doors = self.clone();
        tokio::spawn(async move {
            loop {
                let Ok((mut from, _)) = listener.accept().await else {
                    // Out of open files, for now: whoever comes later must get in.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                };
                let doors = doors.clone();
                tokio::spawn(async move {
                    if let Some(mut to) = doors.connect().await {
                        let _ = copy_bidirectional(&mut from, &mut to).await;
                    }
                });
            }
        });
        address
    }

    /// Another process is ready.
    pub fn open(&self, door: SocketAddr) {
        self.0.lock().unwrap().0.push(door);
    }

    async fn connect(&self) -> Option<TcpStream> {
        loop {
            let door = {
                let (doors, turn) = &mut *self.0.lock().unwrap();
                *turn += 1;
                *doors.get(turn.checked_rem(doors.len())?)?
            };
            match TcpStream::connect(door).await {
                Ok(stream) => return Some(stream),
                // Whoever was there is gone.
                Err(_) => self.0.lock().unwrap().0.retain(|d| *d != door),
            }
        }
    }
}
