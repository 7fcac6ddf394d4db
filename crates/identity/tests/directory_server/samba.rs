//! Samba as an Active Directory domain controller. Its LDAP ports can't be chosen, so it gets a loopback address of its own; that
//! and its identity need root.

use super::{Authority, PASSWORD, Running, SEARCHER_PASSWORD, folder, password_file, run};
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Where it keeps everything.
pub const BASE: &str = "DC=belediye,DC=test";

/// A running domain controller.
pub struct Samba {
    pub folder: tempfile::TempDir,
    pub running: Running,
    address: Ipv4Addr,
}

/// An address of 127/8 that no other test process has.
fn address() -> Ipv4Addr {
    let [.., a, b] = std::process::id().to_be_bytes();
    Ipv4Addr::new(127, 200, a, b.clamp(1, 254))
}

impl Samba {
    /// Provisions a domain and starts its LDAP service.
    pub fn start() -> Self {
        let folder = folder();
        let path = folder.path();
        let address = address();
        let authority = Authority(path);
        authority.make();
        authority.certify("server", &format!("IP:{address}"), "2");
        let target = path.join("domain");
        std::fs::create_dir_all(target.join("cache")).expect("made");
        let admin = format!("--adminpass={SEARCHER_PASSWORD}");
        run(Command::new("samba-tool")
            .args(["domain", "provision", "--realm=BELEDIYE.TEST", "--domain=BELEDIYE", "--server-role=dc"])
            .args(["--dns-backend=NONE", "--host-name=dc1", "--option=server services=ldap", &admin])
            .arg(format!("--host-ip={address}"))
            .arg(format!("--targetdir={}", target.display())));
        std::fs::write(path.join("smb.conf"), config(path, address)).expect("written");
        let mut running = Running::start(
            Command::new("samba")
                .arg("-s")
                .arg(path.join("smb.conf"))
                .args(["-F", "--no-process-group", "-M", "single", "--debug-stdout", "-d0"])
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        );
        running.listens(SocketAddr::from((address, 636)));
        let samba = Self { folder, running, address };
        samba.people();
        samba
    }

    /// `samba-tool` on this domain.
    pub fn tool(&self, arguments: &[&str]) -> String {
        run(Command::new("samba-tool").args(arguments).arg("-s").arg(self.folder.path().join("smb.conf")))
    }

    /// Applies LDIF to its database.
    pub fn change(&self, ldif: &str) {
        let path = self.folder.path().join("change.ldif");
        std::fs::write(&path, ldif).expect("written");
        run(Command::new("ldapmodify")
            .env("LDAPTLS_CACERT", self.ca())
            .args(["-x", "-H", &self.ldaps(), "-D", "Administrator@belediye.test", "-w", SEARCHER_PASSWORD, "-f"])
            .arg(&path));
    }

    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    pub fn ldaps(&self) -> String {
        format!("ldaps://{}", self.address)
    }

    pub fn ldap(&self) -> String {
        format!("ldap://{}", self.address)
    }

    /// The section `[ldap]`.
    pub fn settings(&self, url: &str, more: &str) -> String {
        let password = password_file(self.folder.path(), SEARCHER_PASSWORD);
        format!(
            "urls = [\"{url}\"]\nkind = \"active_directory\"\nbase = \"{BASE}\"\nca_file = \"{}\"\n\
             bind_dn = \"CN=Administrator,CN=Users,{BASE}\"\nbind_password_file = \"{}\"\ntimeout_s = 5\n{more}\n",
            self.ca().display(),
            password.display(),
        )
    }

    fn people(&self) {
        let mut ldif = String::from("version: 1\n\n");
        let password = unicode_password(self.folder.path());
        for (account, first, last, control, more) in [
            ("ayse.yilmaz", "Ayşe", "Yılmaz", 512, ""),
            ("isil.gunes", "Işıl", "Güneş", 512, ""),
            ("IBRAHIM.I", "İbrahim", "İstanbulluoğlu", 512, ""),
            ("pasif.kisi", "Pasif", "Kişi", 514, ""),
            // 2020-01-01.
            ("suresi.dolan", "Süresi", "Dolan", 512, "accountExpires: 132223104000000000\n"),
            ("parola.degis", "Parola", "Değiş", 512, "pwdLastSet: 0\n"),
        ] {
            // What isn't ASCII is written as itself: ldapmodify reads UTF-8.
            ldif.push_str(&format!(
                "dn: CN={first} {last},CN=Users,{BASE}\nchangetype: add\nobjectClass: user\nsAMAccountName: {account}\n\
                 userPrincipalName: {account}@belediye.test\ngivenName: {first}\nsn: {last}\ndisplayName: {first} {last}\n\
                 unicodePwd:< file://{}\nuserAccountControl: {control}\n{more}\n",
                password.display()
            ));
        }
        ldif.push_str(GROUPS);
        self.change(&ldif);
    }
}

/// Writes the password in quotes and UTF-16, as Active Directory wants it.
fn unicode_password(folder: &Path) -> PathBuf {
    let bytes: Vec<u8> = format!("\"{PASSWORD}\"").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let path = folder.join("password.utf16");
    std::fs::write(&path, bytes).expect("written");
    path
}

fn config(path: &Path, address: Ipv4Addr) -> String {
    let domain = path.join("domain");
    let domain = domain.display();
    let path = path.display();
    format!(
        "[global]
 bind interfaces only = yes
 interfaces = {address}/8
 cache directory = {domain}/cache
 lock directory = {domain}
 pid directory = {domain}
 ncalrpc dir = {domain}/ncalrpc
 private dir = {domain}/private
 state directory = {domain}/state
 log file = {path}/log
 netbios name = DC1
 realm = BELEDIYE.TEST
 workgroup = BELEDIYE
 server role = active directory domain controller
 server services = ldap
 dcerpc endpoint servers =
 tls cafile = {path}/ca.pem
 tls certfile = {path}/server.pem
 tls keyfile = {path}/server.key
[sysvol]
 path = {domain}/state/sysvol
"
    )
}

/// Three groups within each other, two in a ring.
const GROUPS: &str = "dn: CN=Derin 3,CN=Users,DC=belediye,DC=test
changetype: add
objectClass: group
sAMAccountName: derin3
member: CN=Işıl Güneş,CN=Users,DC=belediye,DC=test

dn: CN=Derin 2,CN=Users,DC=belediye,DC=test
changetype: add
objectClass: group
sAMAccountName: derin2
member: CN=Derin 3,CN=Users,DC=belediye,DC=test

dn: CN=Müdürler\\, CBS (1),CN=Users,DC=belediye,DC=test
changetype: add
objectClass: group
sAMAccountName: mudurler
member: CN=Derin 2,CN=Users,DC=belediye,DC=test
member: CN=Pasif Kişi,CN=Users,DC=belediye,DC=test

dn: CN=Halka A,CN=Users,DC=belediye,DC=test
changetype: add
objectClass: group
sAMAccountName: halkaa
member: CN=Ayşe Yılmaz,CN=Users,DC=belediye,DC=test

dn: CN=Halka B,CN=Users,DC=belediye,DC=test
changetype: add
objectClass: group
sAMAccountName: halkab
member: CN=Halka A,CN=Users,DC=belediye,DC=test

dn: CN=Halka A,CN=Users,DC=belediye,DC=test
changetype: modify
add: member
member: CN=Halka B,CN=Users,DC=belediye,DC=test
";
