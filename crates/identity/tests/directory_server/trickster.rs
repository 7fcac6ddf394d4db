//! Servers that are none: silent ones, ones that send garbage, ones that listen nowhere.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::Arc,
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

/// A server with a certificate that is trusted (`server.pem` of the folder), which answers the first request with these bytes.
pub fn trusted(folder: &Path, bytes: Vec<u8>) -> String {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
    let certificate = CertificateDer::from_pem_file(folder.join("server.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).expect("a key");
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("they fit");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (config, bytes) = (Arc::clone(&config), bytes.clone());
            std::thread::spawn(move || {
                let mut tls = rustls::ServerConnection::new(config).expect("a connection");
                let mut line = rustls::Stream::new(&mut tls, &mut stream);
                let mut buffer = [0; 512];
                let _ = line.read(&mut buffer);
                let _ = line.write_all(&bytes);
                let _ = line.read(&mut buffer);
            });
        }
    });
    format!("ldaps://{address}")
}

/// An address at which nobody listens.
pub fn nobody() -> String {
    format!("ldap://127.0.0.1:{}", super::free_port())
}
