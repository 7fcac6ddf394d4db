//! A small HTTP server whose answers a test makes up.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::Arc,
    time::Duration,
};

pub struct Request {
    pub method: String,
    /// Path with query.
    pub path: String,
    pub headers: String,
    pub body: String,
}

pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// Waits so long before each piece of the body.
    pub drip: Option<Duration>,
}

impl Answer {
    pub fn json(status: u16, json: &serde_json::Value) -> Self {
        Self::of(status, "application/json", json.to_string())
    }

    pub fn html(status: u16, text: &str) -> Self {
        Self::of(status, "text/html; charset=utf-8", text)
    }

    pub fn of(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![("content-type", kind.to_owned())], body: body.into(), drip: None }
    }
}

/// Serves until the process ends; its address.
pub fn serve(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || one(stream, answer.as_ref()));
        }
    });
    address
}

fn one(mut stream: TcpStream, answer: &dyn Fn(&Request) -> Answer) -> Option<()> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    let head = loop {
        let n = stream.read(&mut piece).ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&piece[..n]);
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break end;
        }
    };
    let headers = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let length: usize = headers
        .lines()
        .find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length:").and_then(|v| v.trim().parse().ok()))
        .unwrap_or(0);
    while bytes.len() < head + 4 + length {
        let n = stream.read(&mut piece).ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&piece[..n]);
    }
    let body = String::from_utf8_lossy(&bytes[head + 4..]).into_owned();
    let mut line = headers.lines().next()?.split(' ');
    let request = Request { method: line.next()?.to_owned(), path: line.next()?.to_owned(), headers: headers.clone(), body };
    let told = answer(&request);
    let mut text = format!("HTTP/1.1 {} Told\r\nconnection: close\r\ncontent-length: {}\r\n", told.status, told.body.len());
    for (name, value) in &told.headers {
        text += &format!("{name}: {value}\r\n");
    }
    stream.write_all((text + "\r\n").as_bytes()).ok()?;
    match told.drip {
        None => stream.write_all(&told.body).ok()?,
        Some(wait) => {
            for byte in told.body {
                std::thread::sleep(wait);
                stream.write_all(&[byte]).ok()?;
            }
        }
    }
    Some(())
}
