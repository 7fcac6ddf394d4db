//! A server that is trusted and speaks no LDAP.

use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    path::Path,
    sync::Arc,
};

/// A server with a certificate that is trusted (`server.pem` of the folder), which answers the first request with these bytes.
pub fn answering(folder: &Path, bytes: Vec<u8>) -> String {
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
