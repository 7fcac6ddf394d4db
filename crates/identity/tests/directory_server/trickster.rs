//! Servers that are none: silent ones, ones that send garbage, ones that listen nowhere.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    time::Duration,
};

/// A server that takes connections, reads what comes and answers with these bytes; with none it stays silent.
pub fn answering(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream, bytes));
        }
    });
    format!("ldap://{address}")
}

fn answer(mut stream: TcpStream, bytes: &[u8]) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
    let mut buffer = [0; 512];
    let _ = stream.read(&mut buffer);
    if bytes.is_empty() {
        let _ = stream.read(&mut buffer);
        return;
    }
    let _ = stream.write_all(bytes);
    // Leaves the line open: who waits for more waits for nothing.
    let _ = stream.read(&mut buffer);
}

/// An address at which nobody listens.
pub fn nobody() -> String {
    format!("ldap://127.0.0.1:{}", super::free_port())
}
