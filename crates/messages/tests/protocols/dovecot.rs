//! A real Dovecot with its own folder, ports and users; it needs no root, and ends with the test.

use crate::peers::{certificate, free_port};
use meydan_messages::{Secret, Security, inbox::Mailbox};
use std::{
    net::TcpStream,
    os::unix::fs::{MetadataExt as _, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// How long it may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// `nobody`, `nogroup`.
const NOBODY: (u32, u32) = (65534, 65534);
pub const PASSWORD: &str = "Kutu.2026!ğ";

pub struct Dovecot {
    folder: tempfile::TempDir,
    imap: u16,
    imaps: u16,
    child: Child,
}

impl Dovecot {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        certificate(folder.path());
        let (imap, imaps) = (free_port(), free_port());
        std::fs::write(folder.path().join("users"), format!("talep:{{PLAIN}}{PASSWORD}\n")).expect("written");
        std::fs::write(folder.path().join("dovecot.conf"), config(&folder, imap, imaps)).expect("written");
        let (uid, gid) = owner(&folder);
        let mut command = Command::new("setpriv");
        if std::fs::metadata(folder.path()).expect("a folder").uid() == 0 {
            give(folder.path(), (uid, gid));
            command.args([&format!("--reuid={uid}"), &format!("--regid={gid}"), "--clear-groups"]);
        }
        let child = command
            .args(["/usr/sbin/dovecot", "-F"])
            .arg("-c")
            .arg(folder.path().join("dovecot.conf"))
            .stdout(Stdio::null())
            .spawn()
            .expect("Dovecot (apt: dovecot-imapd)");
        let mut dovecot = Self { folder, imap, imaps, child };
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", imaps)).is_err() {
            let log = dovecot.log();
            assert!(dovecot.child.try_wait().expect("asked").is_none(), "Dovecot ended: {log}");
            assert!(began.elapsed() < PATIENCE, "Dovecot doesn't listen: {log}");
            sleep(Duration::from_millis(20));
        }
        dovecot
    }

    /// The mailbox; over 127.0.0.2 the server tells that it can neither MOVE nor SASL-IR.
    pub fn mailbox(&self, host: &str, security: Security) -> Mailbox {
        Mailbox {
            host: host.into(),
            port: if security == Security::Tls { self.imaps } else { self.imap },
            security,
            user: "talep".into(),
            password: Secret::new(PASSWORD),
            folder: "INBOX".into(),
            done_folder: Some("Yapıldı".into()),
            own: vec!["talep@ornek.bel.tr".into()],
            ca_file: Some(self.folder.path().join("ca.pem")),
        }
    }

    /// A mail comes, as maildir's rules want it: made whole in `tmp`, then moved, since the server may take it from `new` at once.
    pub fn deliver(&self, name: &str, mail: &[u8]) {
        let [made, new] = ["tmp", "new"].map(|part| self.maildir().join(part));
        for folder in [&made, &new] {
            std::fs::create_dir_all(folder).expect("a folder");
        }
        let file = made.join(format!("17000000{name}.M1P1.test"));
        std::fs::write(&file, mail).expect("written");
        if std::fs::metadata(&file).expect("a file").uid() == 0 {
            give(&self.folder.path().join("mail"), owner(&self.folder));
        }
        std::fs::rename(&file, new.join(file.file_name().expect("a name"))).expect("moved");
    }

    /// How many mails are in a folder (`""`, `.Yap&ATE-ld&ATE-`), and with which flags.
    pub fn holds(&self, folder: &str) -> Vec<String> {
        let mut out = Vec::new();
        for part in ["cur", "new"] {
            let entries = std::fs::read_dir(self.maildir().join(folder).join(part)).into_iter().flatten().flatten();
            out.extend(entries.map(|e| e.file_name().to_string_lossy().into_owned()));
        }
        out.sort();
        out
    }

    fn maildir(&self) -> PathBuf {
        self.folder.path().join("mail/talep")
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // It ends its own children when it is asked to.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("{}", self.log());
        }
    }
}

/// Who runs it: who runs the test, but Dovecot reads no mail as root.
fn owner(folder: &tempfile::TempDir) -> (u32, u32) {
    let folder = std::fs::metadata(folder.path()).expect("a folder");
    if folder.uid() == 0 { NOBODY } else { (folder.uid(), folder.gid()) }
}

/// Gives all in a folder to who runs it.
fn give(path: &Path, (uid, gid): (u32, u32)) {
    chown(path, Some(uid), Some(gid)).expect("given");
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        give(&entry.path(), (uid, gid));
    }
}

/// All its processes run as one user, without a jail.
fn config(folder: &tempfile::TempDir, imap: u16, imaps: u16) -> String {
    let ((uid, gid), dir) = (owner(folder), folder.path().display());
    let name = |database: &str, id: u32| {
        let text = std::fs::read_to_string(database).expect("names");
        let line = text.lines().find(|l| l.split(':').nth(2) == Some(&id.to_string())).expect("a name").to_owned();
        line.split(':').next().unwrap_or_default().to_owned()
    };
    let (user, group) = (name("/etc/passwd", uid), name("/etc/group", gid));
    format!(
        "protocols = imap\nbase_dir = {dir}/run\nstate_dir = {dir}/run\nlog_path = {dir}/log\nlisten = 127.0.0.1, 127.0.0.2\n\
         default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}\n\
         first_valid_uid = {uid}\nfirst_valid_gid = {gid}\nmail_location = maildir:{dir}/mail/%u\n\
         ssl = yes\nssl_cert = <{dir}/server.pem\nssl_key = <{dir}/server.key\ndisable_plaintext_auth = yes\n\
         passdb {{\n driver = passwd-file\n args = {dir}/users\n}}\n\
         userdb {{\n driver = static\n args = uid={uid} gid={gid} home={dir}/mail/%u\n}}\n\
         service imap-login {{\n chroot =\n process_min_avail = 0\n inet_listener imap {{\n  port = {imap}\n }}\n\
          inet_listener imaps {{\n  port = {imaps}\n  ssl = yes\n }}\n}}\n\
         service anvil {{\n chroot =\n}}\n\
         local 127.0.0.2 {{\n protocol imap {{\n  imap_capability = IMAP4rev1 UIDPLUS\n }}\n}}\n"
    )
}
