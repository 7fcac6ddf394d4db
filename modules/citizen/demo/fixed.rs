//! What stands before the first request: categories, rules, templates, services, duties; and the tasks.

use super::{Maker, Thing, categories::CATEGORIES, text};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{Principal, Result, Value, desk::Edit, post};
use std::collections::HashMap;
use uuid::Uuid;

/// Days of the duty roster from today on.
const DUTY_DAYS: i64 = 7;

/// What was made, for the requests to refer to.
pub(super) struct Fixed {
    pub(super) categories: HashMap<&'static str, Uuid>,
    pub(super) records: usize,
}

/// Writes all of it.
pub(super) async fn write(maker: &Maker<'_>) -> Result<Fixed> {
    let mut levels: [Vec<(String, Edit)>; 2] = Default::default();
    let id = |code: &str| CATEGORIES.iter().position(|c| c.code == code).map(|i| maker.id(Thing::Category, i));
    for (index, row) in CATEGORIES.iter().enumerate() {
        let [public, anonymous, place, by_owner] = row.flags.map(Value::Bool);
        let values = [
            ("code", text(row.code)),
            ("title", text(row.title.0)),
            ("title_en", text(row.title.1)),
            ("parent", row.parent.and_then(id).map_or(Value::Null, Value::Reference)),
            ("unit", Value::Reference(maker.unit(row.unit)?)),
            ("service_hours", Value::Int(row.hours)),
            ("priority", text(row.priority)),
            ("public", public),
            ("anonymous", anonymous),
            ("needs_place", place),
            ("by_owner", by_owner),
            ("assignment", text(row.assignment)),
            ("keywords", text(row.keywords)),
            ("order", Value::Int(index as i64 * 10)),
        ];
        let level = usize::from(row.parent.is_some());
        levels[level].push(maker.insert("request_category", maker.id(Thing::Category, index), &values)?);
    }
    let operator = maker.operator(maker.now);
    let mut records = 0;
    for level in levels {
        records += level.len();
        maker.desk.change(&operator, level).await?;
    }
    let categories: HashMap<_, _> = CATEGORIES.iter().filter_map(|c| Some((c.code, id(c.code)?))).collect();
    let mut rest = rules(maker, &categories)?;
    rest.extend(templates(maker)?);
    rest.extend(services(maker)?);
    rest.extend(duties(maker)?);
    records += rest.len();
    maker.desk.change(&operator, rest).await?;
    Ok(Fixed { categories, records })
}

fn rules(maker: &Maker<'_>, categories: &HashMap<&'static str, Uuid>) -> Result<Vec<(String, Edit)>> {
    let category = |code: &str| categories.get(code).map_or(Value::Null, |id| Value::Reference(*id));
    let highways = [
        ("title", text("Karayollarının yolundaki işler")),
        ("category", category("roads")),
        ("owner", text("highways")),
        ("unit", Value::Reference(maker.unit("DIS-KGM")?)),
        ("order", Value::Int(10)),
    ];
    let information = [
        ("title", text("Bilgi edinme başvuruları")),
        ("kind", text("information_request")),
        ("unit", Value::Reference(maker.unit("BIDB-IKS")?)),
        ("order", Value::Int(5)),
    ];
    Ok(vec![
        maker.insert("routing_rule", maker.id(Thing::Rule, 0), &highways)?,
        maker.insert("routing_rule", maker.id(Thing::Rule, 1), &information)?,
    ])
}

/// Title, kind, outcome, ground, text, text in English.
type Template = (&'static str, Option<&'static str>, &'static str, Option<&'static str>, &'static str, &'static str);

#[rustfmt::skip]
const TEMPLATES: &[Template] = &[
    ("Onarıldı", None, "solved", None, "Sayın {name}, {number} sayılı başvurunuzda bildirdiğiniz sorun {date} tarihinde {unit} ekiplerince giderilmiştir. Bilgilerinize sunarız.", "Dear {name}, the matter of your request {number} was settled on {date} by {unit}."),
    ("Programa alındı", None, "planned", None, "Sayın {name}, {number} sayılı başvurunuz yerinde incelenmiş, iş {unit} bakım programına alınmıştır. Tamamlandığında bilgi verilecektir.", "Dear {name}, your request {number} was examined on the spot and is in the programme of {unit}. We shall tell you when it is done."),
    ("Yerinde bulunamadı", None, "not_found", None, "Sayın {name}, {number} sayılı başvurunuz için {date} tarihinde yerinde inceleme yapılmış, bildirilen sorun bulunamamıştır. Yeri tarif ederseniz yeniden bakılacaktır.", "Dear {name}, we looked for the matter of your request {number} on {date} and did not find it. If you describe the place we shall look again."),
    ("Görevimizde değil, gönderildi", None, "forwarded", None, "Sayın {name}, {number} sayılı başvurunuzun konusu kurumumuzun görevinde olmadığından yetkili kuruma gönderilmiştir (3071 md. 5, 4982 md. 8).", "Dear {name}, the matter of your request {number} is not within our powers; it was sent on to the authority concerned."),
    ("Bilgi verildi", Some("information_request"), "informed", None, "Sayın {name}, {number} sayılı bilgi edinme başvurunuzda istenen bilgi ve belgeler ekte sunulmuştur.", "Dear {name}, what you asked for in your information request {number} is enclosed."),
    ("Ret: özel hayat", Some("information_request"), "refused", Some("4982_21"), "Sayın {name}, {number} sayılı başvurunuzda istenen bilgi, ilgili kişinin izni olmadığından 4982 sayılı Kanunun 21. maddesi gereğince verilememektedir.", "Dear {name}, what you asked for in your request {number} concerns the private life of others who have not consented (law no. 4982, article 21)."),
    ("Ret: ayrı çalışma gerektirir", Some("information_request"), "refused", Some("4982_7"), "Sayın {name}, {number} sayılı başvurunuzda istenen bilgi ayrı ya da özel bir çalışma gerektirdiğinden 4982 sayılı Kanunun 7. maddesi gereğince verilememektedir.", "Dear {name}, what you asked for in your request {number} would need separate or special work (law no. 4982, article 7)."),
    ("Dilekçe: gereği yapıldı", Some("petition"), "informed", None, "Sayın {name}, {number} sayılı dilekçeniz {unit} tarafından incelenmiş olup sonuç bilgilerinize sunulur.", "Dear {name}, your petition {number} was examined by {unit}; this is the result."),
];

fn templates(maker: &Maker<'_>) -> Result<Vec<(String, Edit)>> {
    let option = |code: Option<&str>| code.map_or(Value::Null, text);
    let rows = TEMPLATES.iter().enumerate();
    rows.map(|(index, (title, kind, resolution, ground, tr, en))| {
        let values = [
            ("title", text(*title)),
            ("kind", option(*kind)),
            ("resolution", text(*resolution)),
            ("ground", option(*ground)),
            ("body", text(*tr)),
            ("body_en", text(*en)),
        ];
        maker.insert("answer_template", maker.id(Thing::Template, index), &values)
    })
    .collect()
}

/// Code, unit, title, title in English, hours, documents.
#[rustfmt::skip]
const SERVICES: &[(&str, &str, &str, &str, &str, &str)] = &[
    ("alo-153", "BIDB-IKS-153", "Alo 153 Çözüm Merkezi", "Alo 153 solution centre", "24/7", ""),
    ("bilgi-edinme", "BIDB-IKS", "Bilgi edinme başvurusu", "Information requests", "Mo-Fr 08:00-12:00,13:00-17:00", "Kimlik, imzalı başvuru"),
    ("numarataj", "BIDB-AKS-NUM", "Adres ve numarataj belgesi", "Address certificates", "Mo-Fr 08:00-12:00,13:00-17:00", "Kimlik, tapu"),
    ("su-aboneligi", "SKI", "Su aboneliği", "Water subscription", "Mo-Fr 08:00-17:00", "Kimlik, DASK poliçesi, tapu ya da kira sözleşmesi"),
    ("su-arizasi", "SKI-AR", "Su ve kanal arızası", "Water and sewer faults", "24/7", ""),
    ("ulasim-karti", "UDB-TT", "Öğrenci ve 65 yaş ulaşım kartı", "Transport cards", "Mo-Sa 08:30-18:00", "Kimlik, fotoğraf, öğrenci belgesi"),
    ("agac-budama", "PBB-YA", "Ağaç budama ve fidan", "Pruning and saplings", "Mo-Fr 08:00-17:00", ""),
    ("kazi-izni", "FIB-YB", "Yol kazı izni", "Permits to dig up a road", "Mo-Fr 08:00-12:00,13:00-17:00", "Dilekçe, proje"),
    ("zabita", "ZDB-DE", "Zabıta nöbet masası", "Municipal police desk", "24/7", ""),
];

fn services(maker: &Maker<'_>) -> Result<Vec<(String, Edit)>> {
    let rows = SERVICES.iter().enumerate();
    rows.map(|(index, (code, unit, title, title_en, hours, documents))| {
        let values = [
            ("code", text(*code)),
            ("title", text(*title)),
            ("title_en", text(*title_en)),
            ("unit", Value::Reference(maker.unit(unit)?)),
            ("hours", text(*hours)),
            ("hours_text", text(if *hours == "24/7" { "Her zaman" } else { "Mesai günlerinde" })),
            ("documents", if documents.is_empty() { Value::Null } else { text(*documents) }),
            ("phone", text(format!("+904620001{index:03}"))),
        ];
        maker.insert("service", maker.id(Thing::Service, index), &values)
    })
    .collect()
}

fn duties(maker: &Maker<'_>) -> Result<Vec<(String, Edit)>> {
    let unit = maker.unit("ZDB-DE")?;
    let persons = [maker.login("fikret.ozdal")?, maker.login("alper.kunt")?, maker.login("zeki.pehlivan")?];
    let today = post::begins(post::day(maker.now));
    let mut rows = Vec::new();
    for day in 0..DUTY_DAYS {
        let begins = later(today, day * 24);
        let person = persons.get(day as usize % persons.len()).copied().unwrap_or_default();
        let values = [
            ("unit", Value::Reference(unit)),
            ("person", Value::Reference(person)),
            ("begins_at", Value::Timestamp(begins)),
            ("ends_at", Value::Timestamp(later(begins, 24))),
            ("note", text("24 saat nöbet")),
        ];
        rows.push(maker.insert("duty_roster", maker.id(Thing::Duty, day as usize), &values)?);
    }
    Ok(rows)
}

/// So many hours later, cut to whole seconds.
pub(super) fn later(at: Timestamp, hours: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(at)
}

/// Title, kind, giver, unit, days from today on which it is due, transition gone already.
#[rustfmt::skip]
const TASKS: &[(&str, &str, &str, &str, i64, bool)] = &[
    ("Aylık çözüm merkezi raporunun hazırlanması", "task", "sule.ozkaya", "BIDB-IKS-153", 5, true),
    ("Kış bakım planının gözden geçirilmesi", "coordination", "kadir.bozkurt", "FIB-YB", 12, false),
    ("Okul önlerindeki yaya geçitlerinin denetlenmesi", "field", "filiz.gursoy", "UDB-TT", -4, true),
    ("Valilik yazısına yanıt hazırlanması", "paper", "kadir.bozkurt", "FIB-YB", 1, false),
    ("Şebeke haritasının güncellenmesi", "task", "levent.saygin", "SKI-AR", 20, true),
    ("Oyun alanlarının güvenlik denetimi", "order", "nuray.basaran", "PBB-YA", 8, false),
    ("Konteyner yerleşiminin haritaya işlenmesi", "coordination", "haluk.erten", "CKD-TA", -1, false),
    ("Çağrı merkezi eğitim notlarının yenilenmesi", "task", "sule.ozkaya", "BIDB-IKS-153", 15, false),
];

/// Writes the tasks; how many.
pub(super) async fn tasks(maker: &Maker<'_>, operator: &Principal) -> Result<usize> {
    for (index, (title, kind, giver, unit, days, begun)) in TASKS.iter().enumerate() {
        let given = maker.login(giver)?;
        let at = later(maker.now, -24 * (3 + index as i64));
        let due = post::day(later(maker.now, days * 24));
        let id = maker.id(Thing::Task, index);
        let unit = maker.unit(unit)?;
        let values =
            [("title", text(*title)), ("kind", text(*kind)), ("unit", Value::Reference(unit)), ("due_on", Value::Date(due))];
        maker.desk.change(&maker.person(given, at)?, vec![maker.insert("task", id, &values)?]).await?;
        let worker = crate::work::holders::workers(&maker.directory, unit, operator.today()).first().copied();
        if let Some(worker) = worker.filter(|_| *begun) {
            let edit = Edit::Proceed { id, expected: None, transition: "take".to_owned(), set: Vec::new(), at: None };
            maker.desk.change(&maker.person(worker, later(at, 5))?, vec![("task".to_owned(), edit)]).await?;
        }
    }
    Ok(TASKS.len())
}
