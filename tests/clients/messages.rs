//! Messages with servers of other makers: a citizen's mail lies in Dovecot and becomes a case, aiosmtpd takes the acknowledgement, the
//! answer by mail becomes a comment, and a browser's push service gets what somebody of the house is told.

use crate::{
    dovecot::{Dovecot, PASSWORD},
    harness::{ADMINISTRATOR, City},
    peers::peers,
};
use meydan_messages::Security;
use serde_json::{Value as Json, json};
use std::time::{Duration, Instant};

/// Where the mails go that are done, as Dovecot names its folder.
const DONE: &str = ".Yap&ATE-ld&ATE-";
/// How long a round may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn mail(head: &str, body: &str) -> Vec<u8> {
    format!(
        "From: =?utf-8?Q?Ay=C5=9Fe_=C3=87?= <ayse@ornek.example>\nTo: talep@ornek.bel.tr\nMIME-Version: 1.0\n{head}\n\n{body}"
    )
    .into_bytes()
}

pub fn until(what: &str, mut is: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The records of a register as the operator takes them out.
pub fn records(city: &City, register: &str) -> Vec<Json> {
    let file = city.path(&format!("{register}.geojson"));
    let _ = std::fs::remove_file(&file);
    city.ok(&["export", register, "--out", &file.display().to_string(), "--with-personal", "--reason", "e2e"]);
    let read: Json = serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("JSON");
    read["features"].as_array().expect("features").iter().map(|f| f["properties"].clone()).collect()
}

/// Somebody must answer for what no category says: a unit with the call centre.
pub fn call_centre(city: &City) {
    std::fs::write(city.path("unit.csv"), "code;name;kind\nALO;Alo 153;branch\n").expect("written");
    city.ok(&["import", "unit.csv", "--into", "unit", "--yes"]);
    std::fs::write(city.path("post.csv"), "title;role;birim;seats\nÇağrı görevlisi;call_centre_agent;ALO;3\n")
        .expect("written");
    city.ok(&["import", "post.csv", "--into", "post", "--lookup", "unit=birim:code", "--key", "none", "--yes"]);
}

#[test]
fn a_mail_becomes_a_case_is_acknowledged_and_goes_on_by_mail() {
    let mut peers = peers();
    let dovecot = Dovecot::start();
    let city = City::embedded();
    let boxed = dovecot.mailbox("127.0.0.1", Security::Tls);
    let configuration = format!(
        "[mail]\nhost = '127.0.0.1'\nport = {}\nuser = 'bilgi'\npassword = 'Gizli.2026!ş'\nfrom = 'Belediye <bilgi@ornek.bel.tr>'\n\
         ca_file = '{ca}'\n[push]\ncontact = 'mailto:bilgi@ornek.bel.tr'\nreach.allow_private = true\nreach.ca_file = '{ca}'\n\
         [notices]\nmailbox_every_s = 1\n[[mailbox]]\nhost = '127.0.0.1'\nport = {}\nuser = 'talep'\npassword = '{PASSWORD}'\n\
         done_folder = 'Yapıldı'\nown = ['talep@ornek.bel.tr']\nca_file = '{}'\n",
        peers.port("tls"),
        boxed.port,
        boxed.ca_file.expect("an authority").display(),
        ca = peers.ca().display(),
    );
    std::fs::write(city.path("meydan.toml"), configuration).expect("written");
    let parts = "Subject: =?utf-8?B?w4d1a3Vy?=\nMessage-ID: <ilk@ornek.example>\nContent-Type: multipart/mixed; boundary=b";
    let body = "--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nYolda çukur var.\n--b\n\
        Content-Type: application/pdf; name=ek.pdf\nContent-Disposition: attachment; filename=\"../ek.pdf\"\n\
        Content-Transfer-Encoding: base64\n\nJVBERi0xLjcK\n--b--\n";
    dovecot.deliver("01", &mail(parts, body));
    call_centre(&city);
    let server = city.serve();

    // The acknowledgement: to who wrote, below their mail, with the number that the case has.
    let acknowledged = peers.next();
    let cases = records(&city, "request");
    assert_eq!(cases.len(), 1);
    let case = &cases[0];
    assert_eq!((&case["channel"], &case["kind"]), (&json!("email"), &json!("request")));
    assert_eq!((&case["applicant_name"], &case["applicant_email"]), (&json!("Ayşe Ç"), &json!("ayse@ornek.example")));
    assert_eq!(case["description"], "Çukur\n\nYolda çukur var.");
    let digits = |text: &Json| text.as_str().expect("a text").chars().filter(char::is_ascii_digit).collect::<String>();
    let number = digits(&case["reference"]);
    assert_eq!(number.len(), 12);
    assert!(digits(&acknowledged["text"]).contains(&number), "{acknowledged}");
    let head = &acknowledged["headers"];
    assert_eq!((&acknowledged["to"], &acknowledged["user"]), (&json!(["ayse@ornek.example"]), &json!("bilgi")));
    assert_eq!((&head["In-Reply-To"], &head["Auto-Submitted"]), (&json!("<ilk@ornek.example>"), &json!("auto-generated")));
    assert_eq!(head["Reply-To"], "talep@ornek.bel.tr", "answers go where they are read: {head}");

    // Their answer, the first mail again, and a robot's answer to ours.
    let ours = head["Message-ID"].as_str().expect("an id");
    let answer = format!("Subject: Re: x\nMessage-ID: <iki@ornek.example>\nIn-Reply-To: {ours}");
    dovecot.deliver("02", &mail(&answer, "Hastane kavsagi."));
    dovecot.deliver("03", &mail(parts, body));
    dovecot.deliver("04", &mail(&format!("Subject: x\nIn-Reply-To: {ours}\nAuto-Submitted: auto-replied"), "Tatildeyim."));
    until("the mails are put away", || dovecot.holds(DONE).len() == 4);
    assert_eq!(records(&city, "request").len(), 1, "the same mail is the same request");
    let comments = records(&city, "comment");
    assert_eq!(comments.len(), 1, "{comments:?}");
    assert_eq!((&comments[0]["text"], &comments[0]["audience"]), (&json!("Hastane kavsagi."), &json!("applicant")));
    assert_eq!(comments[0]["whole"], case["id"]);
    let files = records(&city, "attachment");
    assert_eq!((files.len(), &files[0]["name"], &files[0]["kind"]), (1, &json!(".._ek.pdf"), &json!("document")));

    // Somebody of the house lets a browser be told; what they read in the program comes there, too.
    let key = server.get("/api/push").json()["public_key"].as_str().expect("a key").to_owned();
    let endpoint = format!("https://127.0.0.1:{}/push/200", peers.port("web"));
    let keys = json!({ "p256dh": peers.text("p256dh"), "auth": peers.text("auth") });
    let subscription = json!({ "endpoint": endpoint, "expirationTime": null, "keys": keys });
    assert_eq!(server.public().post("/api/push", &subscription).status, 401);
    assert_eq!(server.post("/api/push", &json!({ "endpoint": "http://127.0.0.1/", "keys": keys })).status, 400);
    assert_eq!(server.post("/api/push", &subscription).status, 204);
    let row =
        format!("subject,reason,status,who,created_at\nSize verildi,assigned,sent,{ADMINISTRATOR},2026-01-01T00:00:00Z\n");
    std::fs::write(city.path("notice.csv"), row).expect("written");
    std::fs::write(
        city.path("holding.csv"),
        format!("kim;ne;birim;valid_from\n{ADMINISTRATOR};Çağrı görevlisi;ALO;2026-01-01\n"),
    )
    .expect("written");
    let lookups = ["--lookup", "person=kim:login", "--lookup", "post=ne:title", "--lookup", "unit=birim:code"];
    city.ok(&[&["import", "holding.csv", "--into", "holding", "--key", "none", "--yes"], &lookups[..]].concat());
    city.ok(&["import", "notice.csv", "--into", "notice", "--lookup", "person=who:login", "--key", "none", "--yes"]);
    let pushed = peers.next();
    let told: Json = serde_json::from_str(pushed["plain"].as_str().expect("a text")).expect("JSON");
    assert_eq!((&told["title"], &pushed["key"]), (&json!("Size verildi"), &json!(key)));

    // Who has our mail from the applicant may answer it; theirs it isn't: somebody of the house judges.
    let forwarded = mail("Subject: Re: x\nMessage-ID: <bes@ornek.example>\nIn-Reply-To: REPLY", "Ben kapatabilirim.");
    let forwarded = String::from_utf8(forwarded).expect("text").replace("REPLY", ours).replace("ayse@ornek", "baskasi@ornek");
    dovecot.deliver("05", forwarded.as_bytes());
    let pushed = peers.next();
    let told: Json = serde_json::from_str(pushed["plain"].as_str().expect("a text")).expect("JSON");
    assert!(told["title"].as_str().expect("a title").starts_with("Başvuranın olmayan bir adresten yanıt geldi"), "{told}");
    until("it is put away", || dovecot.holds(DONE).len() == 5);
    let comments = records(&city, "comment");
    let theirs = comments.iter().find(|c| c["audience"] == "internal").expect("for the house");
    let said = theirs["text"].as_str().expect("a text");
    assert!(said.contains("baskasi@ornek.example") && said.ends_with("Ben kapatabilirim."), "{said}");
    assert_eq!((comments.len(), records(&city, "request").len()), (2, 1));

    // All of them are sent, none is left over, the doctor and the log have nothing to say.
    until("what was sent is written down", || {
        let notices = records(&city, "notice");
        notices.iter().all(|n| n["status"] == "sent" && n["failure"].is_null()) && notices.len() >= 3
    });
    let checks = city.json(&["doctor"])["checks"].as_array().expect("checks").clone();
    for name in ["timers", "notices", "case-files", "mailbox", "full-text"] {
        let found: Vec<_> = checks.iter().filter(|c| c["check"] == name).collect();
        assert!(found.len() == 1 && found[0]["status"] == "fine", "{name}: {found:?}");
    }
    city.ok(&["log", "verify"]);
}
