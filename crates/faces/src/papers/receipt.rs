//! The receipt: what somebody takes home who came to the desk, or gets back for a letter.

use super::{answer::title, applicants, heading, instant, is_shown, language, law, text, unprintable};
use crate::{App, Problem, pages::format};
use meydan_kernel::{Bilingual, Error, Lang, Principal, Record, Register, Value, case::readable, post::day};
use meydan_paper::{Paragraph, Sheet, Ticket};

/// The receipt of a request, for the house and for who bears its number.
///
/// # Errors
/// `no-receipt` for who may not see the number; `unprintable`.
pub(crate) async fn receipt(
    app: &App,
    principal: &Principal,
    register: &Register,
    request: &Record,
    lang: Option<Lang>,
    base: &str,
) -> Result<Vec<u8>, Problem> {
    let number = text(register, request, "reference");
    if number.is_empty() || !is_shown(register, request, "reference") {
        let error = Error::not_found(
            "no-receipt",
            "Bu başvurunun alındı belgesi size açık değil.",
            "This request's receipt is not open to you.",
        );
        return Err(error.into());
    }
    let directory = app.desk.directory().await?;
    let lang = lang.unwrap_or_else(|| applicants(register, request));
    let say = |tr: &str, en: &str| Bilingual::new(tr, en).get(lang).to_owned();
    let received = instant(register, request, "received_at").unwrap_or(principal.now);
    let kind = text(register, request, "kind");
    let coded = |list: &str, field: &str| title(app, list, text(register, request, field)).map(|t| t.get(lang).to_owned());
    let unit = match request.value(register, "unit") {
        Some(Value::Reference(id)) => directory.unit(*id).map(|u| u.name.clone()),
        _ => None,
    };
    let due = instant(register, request, "due_at").map(|due| format::day(lang, due));
    let name = text(register, request, "applicant_name");
    let rows = [
        (say("Tür", "Kind"), coded("request_kind", "kind")),
        (say("Konu", "Subject"), Some(text(register, request, "subject").to_owned())),
        (say("Yer", "Place"), Some(text(register, request, "address").to_owned())),
        (say("Başvuran", "Applicant"), Some(name.to_owned())),
        (say("Kanal", "Channel"), coded("request_channel", "channel").filter(|_| is_shown(register, request, "channel"))),
        (say("Alındığı gün ve saat", "Received"), Some(format!("{} {}", format::day(lang, received), format::hour(received)))),
        (say("İlgili birim", "Unit"), unit),
        (say("Son gün", "Last day"), due),
    ];
    let rows = rows.into_iter().filter_map(|(label, value)| Some((label, value.filter(|v| !v.is_empty())?))).collect();
    let sheet = Sheet {
        language: language(lang),
        institution: heading::lines(app, &directory, register, request, lang),
        title: say("BAŞVURU ALINDI BELGESİ", "RECEIPT OF A REQUEST"),
        date: Some(day(received)),
        ticket: Some(Ticket {
            label: say("Başvuru numaranız", "Your request number"),
            number: readable(number),
            url: Some(format!("{base}/basvuru/takip")),
            note: say(
                "Başvurunuzu bu numarayla Alo 153'ten ya da karekoddaki adresten izleyebilirsiniz. Numarayı başkasıyla paylaşmayın.",
                "With this number you can follow your request on Alo 153 or at the address in the code. Share it with nobody.",
            ),
        }),
        intro: vec![
            Paragraph::Text(say(
                "Başvurunuz aşağıdaki bilgilerle kayda alınmış ve ilgili birime iletilmiştir.",
                "Your request was registered as follows and passed to the unit concerned.",
            )),
            Paragraph::Rows(rows),
        ],
        table: None,
        closing: law::term(kind).map(|t| Paragraph::Text(t.get(lang).to_owned())).into_iter().collect(),
        signatory: None,
        footer: heading::footer(base),
        landscape: false,
        draft: false,
    };
    Ok(meydan_paper::sheet(&sheet).map_err(|e| unprintable(&e))?)
}
