//! Confirmation codes by SMS, through a gateway that checks the signature by Python's library: they reach who they are for, and are
//! written down nowhere. Staff get what they are told by e-mail, each in their language, and in the morning what is due.

use crate::{
    harness::{City, Server, foreign, python, visitor::Visitor},
    messages::{call_centre, records, until},
    peers::{Peers, peers},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use meydan_kernel::calendar::Calendar;
use serde_json::{Value as Json, json};
use std::process::Command;

const SENT: &str = "+905327654321";
/// Every value in every table of a store in which a code stands by itself.
const SEARCH: &str = r#"
import re, sqlite3, sys
store, code = sys.argv[1:]
alone = re.compile(rb"(?<![0-9A-Za-z])" + code.encode() + rb"(?![0-9A-Za-z])")
connection = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
tables = [n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'") if not n.startswith("rtree_")]
found = {t for t in tables for row in connection.execute(f'SELECT * FROM "{t}"') for v in row
         if isinstance(v, (str, bytes)) and alone.search(v.encode() if isinstance(v, str) else v)}
print(len(tables), sorted(found))
"#;

fn write(city: &City, name: &str, text: &str) {
    std::fs::write(city.path(name), text).expect("written");
}

/// A gateway that answers by a status.
fn gateway(city: &City, peers: &Peers, status: u16) {
    let (port, secret, ca) = (peers.port("web"), peers.text("secret"), peers.ca().display().to_string());
    let url = format!("https://localhost:{port}/sms/{status}");
    write(
        city,
        "meydan.toml",
        &format!("[sms]\nurl = '{url}'\nsecret = '{secret}'\nreach.allow_private = true\nreach.ca_file = '{ca}'\n"),
    );
}

/// An instant so many minutes ahead, as `serve_at` takes it.
fn ahead(minutes: i64) -> String {
    (Timestamp::now() + SignedDuration::from_mins(minutes)).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn confirmation(city: &City) -> Vec<Json> {
    records(city, "notice").into_iter().filter(|n| n["reason"] == "confirmation").collect()
}

fn ask(person: &mut Visitor) {
    let asked = person.fill("/basvuru/takip/kod", "/basvuru/takip/kod", &[("go", "send")]);
    assert_eq!((asked.status, asked.header("location")), (303, "/basvuru/takip/kod?sent=1"), "{}", asked.text());
}

/// What came by the gateway.
fn came(peers: &mut Peers) -> String {
    let sms = peers.next();
    assert_eq!((&sms["verified"], &sms["body"]["to"]), (&json!(true), &json!(SENT)), "{sms}");
    sms["body"]["text"].as_str().expect("a text").to_owned()
}

#[test]
fn a_code_goes_by_sms_and_is_written_down_nowhere() {
    let mut peers = peers();
    let city = City::embedded();
    call_centre(&city);
    let row = format!(
        "external_id,kind,channel,applicant_name,applicant_phone,description\nA-1,request,desk,Deneme Kişi,{SENT},Durak\n"
    );
    write(&city, "request.csv", &row);
    city.ok(&["import", "request.csv", "--into", "request", "--yes"]);
    let number = records(&city, "request")[0]["reference"].as_str().expect("a number").to_owned();
    // The gateway is busy; when it takes messages again the code is of no use any more.
    gateway(&city, &peers, 503);
    let server = city.serve();
    let mut person = Visitor::of(&server);
    assert_eq!(person.fill("/basvuru/takip", "/basvuru/takip", &[("no", &number)]).status, 303);
    ask(&mut person);
    until("the gateway is asked", || confirmation(&city).iter().any(|n| n["attempts"] == 1 && n["failure"].is_string()));
    let waits = &confirmation(&city)[0];
    assert!(waits["body"].as_str().expect("a text").contains("kodunuz: {code}\n"), "the place only: {waits}");
    drop(server);
    gateway(&city, &peers, 200);
    let server = city.serve_at(&ahead(15));
    let acknowledged = came(&mut peers);
    assert!(acknowledged.contains("Başvurunuz alındı"), "the code is over, the acknowledgement isn't: {acknowledged}");
    until("the notice is closed", || confirmation(&city)[0]["status"] == "failed");
    let why = confirmation(&city)[0]["failure"].clone();
    assert!(why.as_str().expect("a reason").starts_with("code-over: "), "{why}");
    // A new one comes, and proves who they are.
    let cookies = person.cookies;
    let mut person = Visitor::of(&server);
    person.cookies = cookies;
    ask(&mut person);
    let said = came(&mut peers);
    let code: String = said.chars().filter(char::is_ascii_digit).take(6).collect();
    assert!(said.starts_with(&format!("Doğrulama kodunuz: {code}\n")), "{said}");
    let sheet = "/basvuru/takip/kod?sent=1";
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(person.fill(sheet, "/basvuru/takip/kod", &[("go", "check"), ("code", wrong)]).status, 400);
    assert_eq!(person.fill(sheet, "/basvuru/takip/kod", &[("go", "check"), ("code", &code)]).status, 303);
    assert!(person.get("/basvuru/takip").text().contains("action=\"/basvuru/takip/yaz\""), "they may write now");
    until("what was sent is written down", || confirmation(&city).iter().any(|n| n["status"] == "sent"));
    let sent = confirmation(&city).into_iter().find(|n| n["status"] == "sent").expect("sent");
    nowhere(&city, server, sent["id"].as_str().expect("an id"), &code);
}

/// In no export, no version, no entry of the log, no secret, no line of the journal.
fn nowhere(city: &City, server: Server, notice: &str, code: &str) {
    let alone = |text: &str| text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == code);
    for register in ["notice", "request", "comment", "security_event"] {
        assert!(!records(city, register).iter().any(|r| alone(&r.to_string())), "{register}");
    }
    let history = server.get(&format!("/api/records/notice/{notice}/history"));
    assert!(!alone(&history.text()));
    drop(server);
    let journal = std::fs::read_to_string(city.path("server.log")).expect("a journal");
    assert!(!alone(&journal), "{journal}");
    let told = foreign(Command::new(python()).args(["-c", SEARCH, &city.store, code]));
    let (tables, found) = told.trim().split_once(' ').expect("a count");
    assert!(tables.parse::<u32>().expect("a number") > 30, "{told}");
    assert_eq!(found, "[]", "tables that hold the code");
    city.ok(&["log", "verify"]);
}

/// The first working day from tomorrow on.
fn next_working_day() -> Date {
    let catalogue = meydan_kernel::catalogue::load(&meydan_modules::sources()).expect("no fault");
    let calendar = Calendar::new(&catalogue.calendar, &[]);
    let mut day = meydan_kernel::post::day(Timestamp::now());
    loop {
        day = day.tomorrow().expect("in range");
        if calendar.is_working_day(day) {
            return day;
        }
    }
}

/// A unit with two people, one of whom reads English.
fn office(city: &City) {
    write(city, "unit.csv", "code;name;kind\nYOL;Yol Bakım;branch\n");
    write(city, "post.csv", "title;role;birim;seats\nEkip;field_team;YOL;3\n");
    write(
        city,
        "person.csv",
        "first_name;last_name;login;email;language;status\nDerya;Deneme;derya;derya@ornek.bel.tr;en;active\nCem;Deneme;cem;cem@ornek.bel.tr;;active\n",
    );
    write(city, "holding.csv", "kim;ne;birim;valid_from\nderya;Ekip;YOL;2026-01-01\ncem;Ekip;YOL;2026-01-01\n");
    city.ok(&["import", "unit.csv", "--into", "unit", "--yes"]);
    city.ok(&["import", "post.csv", "--into", "post", "--lookup", "unit=birim:code", "--key", "none", "--yes"]);
    city.ok(&["import", "person.csv", "--into", "person", "--key", "login", "--yes"]);
    let lookups = ["--lookup", "person=kim:login", "--lookup", "post=ne:title", "--lookup", "unit=birim:code"];
    city.ok(&[&["import", "holding.csv", "--into", "holding", "--key", "none", "--yes"], &lookups[..]].concat());
}

#[test]
fn staff_are_told_by_mail_in_their_language_and_each_morning_what_is_due() {
    let mut peers = peers();
    let city = City::embedded();
    office(&city);
    let settings = |staff: &str| {
        let port = peers.port("plain");
        format!(
            "[mail]\nhost = '127.0.0.1'\nport = {port}\nsecurity = 'none'\nfrom = 'Belediye <bilgi@ornek.bel.tr>'\n[notices]\nemail_staff = {staff}\n"
        )
    };
    let (at_once, digest) = (settings("true"), settings("'digest'"));
    write(&city, "meydan.toml", &at_once);
    let server = city.serve();
    let today = meydan_kernel::post::day(Timestamp::now());
    write(&city, "task.csv", &format!("title,due_on,kimde,birim\nRögar,{today},derya,YOL\nKaldırım,{today},cem,YOL\n"));
    let lookups = ["--lookup", "assignee=kimde:login", "--lookup", "unit=birim:code"];
    city.ok(&[&["import", "task.csv", "--into", "task", "--key", "none", "--yes"], &lookups[..]].concat());
    let mut mails = |count: usize| {
        let mut all: Vec<(String, String, String)> = (0..count)
            .map(|_| {
                let mail = peers.next();
                let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
                (text(&mail["to"][0]), text(&mail["headers"]["Subject"]), text(&mail["text"]))
            })
            .collect();
        all.sort();
        all
    };
    // Each is given one, and is told of the other's in the unit.
    let told = mails(4);
    let subjects: Vec<(&str, &str)> = told.iter().map(|(to, subject, _)| (to.as_str(), subject.as_str())).collect();
    let wanted = [
        ("cem@ornek.bel.tr", "Biriminize geldi: Rögar"),
        ("cem@ornek.bel.tr", "Size verildi: Kaldırım"),
        ("derya@ornek.bel.tr", "Given to you: Rögar"),
        ("derya@ornek.bel.tr", "New in your unit: Kaldırım"),
    ];
    assert_eq!(subjects, wanted);
    // Killed before, the house would send them once more.
    until("they are written down", || records(&city, "notice").iter().all(|n| n["status"] == "sent"));
    drop(server);
    // The next working day at half past eight in the city: what is due, to each theirs, once.
    write(&city, "meydan.toml", &digest);
    let morning = |minute: u32| format!("{} 05:{minute}:00", next_working_day());
    let server = city.serve_at(&morning(30));
    let told = mails(2);
    let due = today.strftime("%d.%m.%Y").to_string();
    for ((to, subject, text), (who, said, title)) in told.iter().zip([
        ("cem@ornek.bel.tr", "Süresi dolan ve yaklaşan işleriniz (1)", "Kaldırım"),
        ("derya@ornek.bel.tr", "Your cases that are overdue or due soon (1)", "Rögar"),
    ]) {
        assert_eq!((to.as_str(), subject.as_str()), (who, said));
        assert!(text.starts_with(&due) && text.contains(title) && text.trim().lines().count() == 1, "{text}");
    }
    until("they are written down", || {
        records(&city, "notice").iter().filter(|n| n["reason"] == "digest" && n["status"] == "sent").count() == 2
    });
    drop(server);
    let digests = || records(&city, "notice").iter().filter(|n| n["reason"] == "digest").count();
    let server = city.serve_at(&morning(40));
    // A task of this moment is seen by the same round that would make digests: after its mail-less notice is there, none came.
    write(&city, "more.csv", "title,kimde,birim\nBordür,cem,YOL\n");
    city.ok(&[&["import", "more.csv", "--into", "task", "--key", "none", "--yes"], &lookups[..]].concat());
    until("the house has told of it", || records(&city, "notice").iter().any(|n| n["subject"] == "Size verildi: Bordür"));
    assert_eq!(digests(), 2, "once a day");
    drop(server);
}
