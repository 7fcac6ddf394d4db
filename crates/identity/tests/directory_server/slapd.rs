//! OpenLDAP's slapd.

use super::{Authority, PASSWORD, Running, SEARCHER_PASSWORD, folder, free_port, password_file, run};
use std::{
    fmt::Write as _,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::{Command, Stdio},
};

/// Where it keeps everything.
pub const BASE: &str = "dc=bel,dc=tr";
const ADMIN: &str = "cn=admin,dc=bel,dc=tr";
const ADMIN_PASSWORD: &str = "Yonetici.2026!x";
const SEARCHER: &str = "cn=arayan,ou=hizmet,dc=bel,dc=tr";

/// A running slapd with the people of [`story`].
pub struct Slapd {
    pub folder: tempfile::TempDir,
    pub running: Running,
    ldaps: u16,
    ldap: u16,
}

impl Slapd {
    /// Starts one with a certificate of its own authority.
    pub fn start() -> Self {
        let folder = folder();
        let path = folder.path();
        let authority = Authority(path);
        authority.make();
        authority.certify("server", "IP:127.0.0.1,DNS:localhost", "2");
        std::fs::create_dir(path.join("db")).expect("made");
        let config = config().replace("{folder}", &path.display().to_string());
        std::fs::write(path.join("slapd.conf"), config).expect("written");
        std::fs::write(path.join("story.ldif"), story()).expect("written");
        run(Command::new("/usr/sbin/slapadd").current_dir(path).args(["-q", "-f", "slapd.conf", "-l", "story.ldif"]));
        let (ldaps, ldap) = (free_port(), free_port());
        let running = serve(&path.join("slapd.conf"), ldaps, ldap);
        let slapd = Self { folder, running, ldaps, ldap };
        // Through the server, so that its overlay writes memberOf.
        slapd.change(GROUPS);
        slapd
    }

    /// Applies LDIF as its administrator.
    pub fn change(&self, ldif: &str) {
        let path = self.folder.path().join("change.ldif");
        std::fs::write(&path, ldif).expect("written");
        run(Command::new("ldapmodify")
            .env("LDAPTLS_CACERT", self.ca())
            .args(["-x", "-H", &self.ldaps(), "-D", ADMIN, "-w", ADMIN_PASSWORD, "-f"])
            .arg(&path));
    }

    /// What the real client of OpenLDAP finds.
    pub fn search(&self, filter: &str, attribute: &str) -> String {
        run(Command::new("ldapsearch").env("LDAPTLS_CACERT", self.ca()).args([
            "-x",
            "-LLL",
            "-H",
            &self.ldaps(),
            "-D",
            ADMIN,
            "-w",
            ADMIN_PASSWORD,
            "-b",
            BASE,
            filter,
            attribute,
        ]))
    }

    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// TLS from the first byte.
    pub fn ldaps(&self) -> String {
        format!("ldaps://127.0.0.1:{}", self.ldaps)
    }

    /// TLS after StartTLS.
    pub fn ldap(&self) -> String {
        format!("ldap://127.0.0.1:{}", self.ldap)
    }

    /// The section `[ldap]` for people under a base.
    pub fn settings(&self, url: &str, base: &str, more: &str) -> String {
        let password = password_file(self.folder.path(), SEARCHER_PASSWORD);
        format!(
            "urls = [\"{url}\"]\nbase = \"{base}\"\nca_file = \"{}\"\nbind_dn = \"{SEARCHER}\"\nbind_password_file = \"{}\"\ntimeout_s = 2\n\
             disabled_filter = \"(employeeType=pasif)\"\n{more}\n",
            self.ca().display(),
            password.display(),
        )
    }
}

fn serve(config: &std::path::Path, ldaps: u16, ldap: u16) -> Running {
    let urls = format!("ldaps://127.0.0.1:{ldaps} ldap://127.0.0.1:{ldap}");
    let mut running = Running::start(
        Command::new("/usr/sbin/slapd")
            .arg("-f")
            .arg(config)
            .args(["-h", &urls, "-d", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    );
    for port in [ldaps, ldap] {
        running.listens(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    running
}

fn config() -> String {
    format!(
        "include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile {{folder}}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
TLSCACertificateFile {{folder}}/ca.pem
TLSCertificateFile {{folder}}/server.pem
TLSCertificateKeyFile {{folder}}/server.key
security simple_bind=128
database mdb
maxsize 268435456
suffix \"{BASE}\"
directory {{folder}}/db
rootdn \"{ADMIN}\"
rootpw {ADMIN_PASSWORD}
dbnosync
index objectClass,uid,employeeType eq
limits dn.exact=\"{SEARCHER}\" size.soft=500 size.hard=500 size.prtotal=unlimited
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact=\"{SEARCHER}\" read by * none
overlay memberof
memberof-dangling ignore
"
    )
}

/// A person's entry.
fn person(ou: &str, uid: &str, first: &str, last: &str, more: &str) -> String {
    format!(
        "dn: uid={uid},ou={ou},{BASE}\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {first} {last}\ngivenName: {first}\nsn: {last}\n\
         mail: p{}@bel.example\nuserPassword: {PASSWORD}\n{more}\n",
        uid.chars().map(|c| (u32::from(c) % 36).to_string()).collect::<String>(),
    )
}

/// People of the information technology department, and two thousand more.
fn story() -> String {
    let mut out = format!("dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Belediye\ndc: bel\n\n");
    for ou in ["hizmet", "kisiler", "kalabalik", "gruplar"] {
        let _ = writeln!(out, "dn: ou={ou},{BASE}\nobjectClass: organizationalUnit\nou: {ou}\n");
    }
    let _ = writeln!(
        out,
        "dn: {SEARCHER}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: arayan\nuserPassword: {SEARCHER_PASSWORD}\n"
    );
    for (uid, first, last, more) in [
        ("ayse.yilmaz", "Ayşe", "Yılmaz", ""),
        ("ışıl.güneş", "Işıl", "Güneş", ""),
        ("jürgen.müller", "Jürgen", "Müller", ""),
        ("istanbullu", "İbrahim", "İstanbulluoğlu", ""),
        ("pasif.kisi", "Pasif", "Kişi", "employeeType: pasif\n"),
        ("parantez(1)", "Yıldız*", "Ters\\Bölü", ""),
        ("cift", "Çift", "Bir", ""),
    ] {
        out.push_str(&person("kisiler", uid, first, last, more));
    }
    for n in 0..2000 {
        out.push_str(&person("kalabalik", &format!("k{n:04}"), "Kalabalık", &format!("Kişi{n:04}"), ""));
    }
    out
}

/// Three groups within each other, three in a ring, one whose name needs escapes.
const GROUPS: &str = r"dn: cn=derin-3,ou=gruplar,dc=bel,dc=tr
changetype: add
objectClass: groupOfNames
cn: derin-3
member: uid=ışıl.güneş,ou=kisiler,dc=bel,dc=tr

dn: cn=derin-2,ou=gruplar,dc=bel,dc=tr
changetype: add
objectClass: groupOfNames
cn: derin-2
member: cn=derin-3,ou=gruplar,dc=bel,dc=tr
member: uid=jürgen.müller,ou=kisiler,dc=bel,dc=tr

dn: cn=derin-1,ou=gruplar,dc=bel,dc=tr
changetype: add
objectClass: groupOfNames
cn: derin-1
member: CN=Derin-2, OU=gruplar, DC=bel, DC=tr
member: uid=pasif.kisi,ou=kisiler,dc=bel,dc=tr

dn: cn=halka-a,ou=gruplar,dc=bel,dc=tr
changetype: add
objectClass: groupOfNames
cn: halka-a
member: cn=halka-b,ou=gruplar,dc=bel,dc=tr

dn: cn=halka-b,ou=gruplar,dc=bel,dc=tr
changetype: add
objectClass: groupOfNames
cn: halka-b
member: cn=halka-c,ou=gruplar,dc=bel,dc=tr
member: uid=ayse.yilmaz,ou=kisiler,dc=bel,dc=tr

dn: cn=halka-c,ou=gruplar,dc=bel,dc=tr
changetype: add
objectClass: groupOfNames
cn: halka-c
member: cn=halka-a,ou=gruplar,dc=bel,dc=tr
member: uid=istanbullu,ou=kisiler,dc=bel,dc=tr

dn: cn=Müdür\, vekil (CBS),ou=gruplar,dc=bel,dc=tr
changetype: add
objectClass: groupOfNames
cn: Müdür, vekil (CBS)
member: uid=parantez(1),ou=kisiler,dc=bel,dc=tr
";
