//! The store's own checks in the words of both languages, with what to do where one is not met.

use super::{Check, Status};
use meydan_kernel::{Bilingual, Store};

/// A check of the store (the end of its name): titles and advice.
struct Words {
    name: &'static str,
    title: (&'static str, &'static str),
    advice: (&'static str, &'static str),
    /// Not met, it is a warning only.
    warning: bool,
}

const TAMPERED: (&str, &str) = (
    "Sunucuyu durdurun, `meydan log verify` ile ilk bozuk yeri bulun, `meydan restore` ile son yedekten geri dönün.",
    "Stop the server, find the first broken place with `meydan log verify`, go back to the last backup with `meydan restore`.",
);

const KNOWN: &[Words] = &[
    Words {
        name: "sqlite quick_check",
        title: ("Dosyanın bütünlüğü", "Integrity of the file"),
        advice: TAMPERED,
        warning: false,
    },
    Words { name: "log without gaps", title: ("Defterde boşluk", "Gaps in the log"), advice: TAMPERED, warning: false },
    Words { name: "log-gapless", title: ("Defterde boşluk", "Gaps in the log"), advice: TAMPERED, warning: false },
    Words { name: "number of records", title: ("kayıt sayısı", "number of records"), advice: TAMPERED, warning: false },
    Words {
        name: "versions and log entries",
        title: ("sürümler ve defter girdileri", "versions and log entries"),
        advice: TAMPERED,
        warning: false,
    },
    Words { name: "R-tree", title: ("konum dizini", "spatial index"), advice: TAMPERED, warning: false },
    Words {
        name: "write-ahead log",
        title: ("Ön yazma günlüğü", "Write-ahead log"),
        advice: (
            "Dosyayı uzun süredir açık tutan bir program var (QGIS gibi): kapatın.",
            "A program (such as QGIS) has held the file open for long: close it.",
        ),
        warning: true,
    },
    Words {
        name: "server",
        title: ("Veritabanı sunucusu", "Database server"),
        advice: (
            "PostgreSQL 15 ya da yenisi, PostGIS 3.3 ya da yenisi gerekir.",
            "PostgreSQL 15 or newer and PostGIS 3.3 or newer are needed.",
        ),
        warning: false,
    },
    Words {
        name: "durability",
        title: ("Kalıcılık ayarları", "Durability settings"),
        advice: (
            "postgresql.conf: fsync, full_page_writes ve synchronous_commit açık olmalı; yoksa elektrik kesintisinde kayıt yitirilir.",
            "postgresql.conf: fsync, full_page_writes and synchronous_commit must be on, or a power cut loses records.",
        ),
        warning: false,
    },
    Words {
        name: "guards",
        title: ("Tabloların korunması", "Guards of the tables"),
        advice: (
            "Adı geçen tablolar defterin arkasından değiştirilebiliyor: meydan_guard tetikleyicilerini açın, sonra `meydan log verify`.",
            "The tables named can be changed behind the log's back: enable their meydan_guard triggers, then `meydan log verify`.",
        ),
        warning: false,
    },
    Words {
        name: "read-role",
        title: ("Salt okunur rol", "Read-only role"),
        advice: (
            "QGIS ve raporlama için rolü bir yönetici açmalı; komutlar yukarıda.",
            "An administrator has to make the role for QGIS and reports; the commands are above.",
        ),
        warning: true,
    },
    Words {
        name: "read-role-rights",
        title: ("Salt okunur rolün yetkileri", "Rights of the read-only role"),
        advice: (
            "Adı geçen tablolar kişisel veri ya da iz kaydı içeriyor: sahibi REVOKE ALL ON … FROM meydan_read komutunu vermeli.",
            "The tables named hold personal data or journals: their owner has to run REVOKE ALL ON … FROM meydan_read.",
        ),
        warning: true,
    },
    Words {
        name: "long-transactions",
        title: ("Uzun süren işlemler", "Long transactions"),
        advice: (
            "pg_stat_activity ile bulun ve sonlandırın: eski sürümlerin temizlenmesini engellerler.",
            "Find and end them by pg_stat_activity: they keep old row versions from being cleaned up.",
        ),
        warning: true,
    },
];

/// Words of the store's details, longest first where one is in another.
const DETAILS: &[(&str, &str)] = &[
    ("all tables are guarded", "bütün tablolar korunuyor"),
    ("only what is open", "yalnız kişisel veri içermeyen kütükleri okuyor"),
    ("older than 10 min", "işlem 10 dakikadan uzun"),
    (" counted", " sayılan"),
    (" there", " bulunan"),
    (" geometries", " geometri"),
    (" boxes", " kutu"),
    (" versions", " sürüm"),
    (" records", " kayıt"),
    (" entries", " girdi"),
    ("head ", "sonu "),
    (" bytes", " bayt"),
    ("no role ", "böyle bir rol yok: "),
];

/// Asks the store.
pub(super) async fn look(store: &dyn Store) -> Vec<Check> {
    match store.checks().await {
        Ok(found) => found.into_iter().map(|(name, fine, detail)| told(&name, fine, detail)).collect(),
        Err(error) => vec![Check::failed("store", ("Veri deposu", "Store"), &error)],
    }
}

fn told(name: &str, fine: bool, detail: String) -> Check {
    let (register, end) = name.split_once(": ").map_or((None, name), |(register, end)| (Some(register), end));
    let words = KNOWN.iter().find(|w| w.name == end);
    let titles = words.map_or((end, end), |w| w.title);
    let title = |text: &str| register.map_or_else(|| text.to_owned(), |r| format!("{r}: {text}"));
    let turkish = DETAILS.iter().fold(detail.clone(), |text, (en, tr)| text.replace(en, tr));
    let status = match (fine, words.is_some_and(|w| w.warning)) {
        (true, _) => Status::Fine,
        (false, true) => Status::Warning,
        (false, false) => Status::Broken,
    };
    let advice = words.filter(|_| !fine).map(|w| Bilingual::new(w.advice.0, w.advice.1));
    Check {
        name: name.to_owned(),
        title: Bilingual::new(title(titles.0), title(titles.1)),
        status,
        detail: Bilingual::new(turkish, detail),
        advice,
    }
}
