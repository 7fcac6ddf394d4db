//! The answer as an official letter.

use super::{REQUEST, applicants, heading, instant, is_shown, keep, language, law, signed, text, unprintable};
use crate::{App, Problem};
use meydan_kernel::{Bilingual, Error, Lang, Principal, Record, Register, case::readable, post::day};
use meydan_paper::{Letter, Paragraph, Verification};
use std::sync::Arc;

/// The letter of a request's answer, for who may read it. The applicant (the bearer of the number) gets it when the answer is given; the
/// house gets a draft before. What is given is kept, in the applicant's language; `lang` is for drafts.
///
/// # Errors
/// `no-answer` if there is none, or none for who asks; `unprintable`; those of the store.
pub(crate) async fn official_answer(
    app: &App,
    principal: &Principal,
    register: &Arc<Register>,
    request: &Record,
    lang: Option<Lang>,
    base: &str,
) -> Result<Vec<u8>, Problem> {
    let bearer = principal.bears().is_some_and(|case| case.register() == REQUEST && case.id() == request.id);
    let given = is_given(register, request);
    // The letter bears the applicant's name: who sees it masked elsewhere doesn't see it here.
    let theirs = is_shown(register, request, "applicant_name") && principal.standing().is_some();
    if text(register, request, "answer").is_empty() || !is_shown(register, request, "answer") || !(theirs || bearer && given) {
        return Err(no_answer().into());
    }
    if given {
        return Ok(keep::letter(app, principal, register, request.id, base).await?);
    }
    let lang = lang.unwrap_or_else(|| applicants(register, request));
    let letter = compose(app, principal, register, request, lang, base).await?;
    Ok(meydan_paper::letter(&Letter { draft: true, signatory: None, ..letter }).map_err(|e| unprintable(&e))?)
}

/// True if the answer was given: approved, or needing no approval.
pub(super) fn is_given(register: &Register, request: &Record) -> bool {
    instant(register, request, "answered_at").is_some() && instant(register, request, "closed_at").is_some()
}

/// The letter, as whoever asks sees the request and its history.
pub(super) async fn compose(
    app: &App,
    principal: &Principal,
    register: &Arc<Register>,
    request: &Record,
    lang: Lang,
    base: &str,
) -> Result<Letter, Error> {
    let directory = app.desk.directory().await?;
    let number = text(register, request, "reference");
    let received = instant(register, request, "received_at").unwrap_or(principal.now);
    let signatory = match is_given(register, request) {
        true => signed::signatory(register, &directory, &app.desk.history(principal, register, request.id).await?),
        false => None,
    };
    let date = instant(register, request, "answered_at").filter(|_| is_given(register, request)).unwrap_or(principal.now);
    let paper = language(lang);
    let asked = day(received);
    let reference = match lang {
        Lang::Tr => format!("{} tarihli ve {} numaralı başvurunuz.", turkish(asked), readable(number)),
        Lang::En => format!("Your request no. {} of {}.", readable(number), crate::pages::format::date(Lang::En, asked)),
    };
    let say = |tr: &str, en: &str| Bilingual::new(tr, en).get(lang).to_owned();
    Ok(Letter {
        language: paper,
        institution: heading::lines(app, &directory, register, request, lang),
        number: file_number(&directory, register, request, number),
        date: day(date),
        subject: subject(app, register, request, lang),
        addressee: addressee(register, request, lang),
        references: vec![reference],
        body: body(app, register, request, lang),
        closing: say("Bilgilerinizi rica ederim.", "Yours sincerely,"),
        signatory,
        enclosures: Vec::new(),
        distribution: meydan_paper::Distribution::default(),
        footer: meydan_paper::Footer {
            verification: Some(Verification {
                text: say(
                    "Bu yazının aslı, başvuru numaranızla aşağıdaki adreste görülebilir.",
                    "The original of this letter can be seen at this address with your request number.",
                ),
                code: Some(readable(number)),
                url: format!("{base}/basvuru/takip"),
            }),
            ..heading::footer(base)
        },
        draft: false,
    })
}

fn turkish(day: jiff::civil::Date) -> String {
    format!("{:02}.{:02}.{:04}", day.day(), day.month(), day.year())
}

/// Unit, file plan, number of the case.
fn file_number(directory: &meydan_kernel::post::Directory, register: &Register, request: &Record, number: &str) -> String {
    let unit = match request.value(register, "unit") {
        Some(meydan_kernel::Value::Reference(id)) => directory.unit(*id).map(|u| u.code.as_str()).unwrap_or_default(),
        _ => "",
    };
    [unit, law::FILE_PLAN, number].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("-")
}

fn subject(app: &App, register: &Register, request: &Record, lang: Lang) -> String {
    let written = text(register, request, "subject");
    if !written.is_empty() {
        return written.to_owned();
    }
    title(app, "request_kind", text(register, request, "kind"))
        .map_or_else(|| "Başvurunuz".to_owned(), |t| t.get(lang).to_owned())
}

/// Title of a code.
pub(super) fn title(app: &App, list: &str, code: &str) -> Option<Bilingual> {
    app.desk.catalogue().code_lists.get(list)?.get(code).map(|c| c.title.clone())
}

fn addressee(register: &Register, request: &Record, lang: Lang) -> Vec<String> {
    let name = signed::written(text(register, request, "applicant_name"));
    let named = match (lang, name.is_empty()) {
        (Lang::Tr, false) => format!("Sayın {name}"),
        (Lang::Tr, true) => "Sayın Başvuru Sahibi".to_owned(),
        (Lang::En, false) => name,
        (Lang::En, true) => "Dear applicant".to_owned(),
    };
    let address = text(register, request, "applicant_address");
    std::iter::once(named).chain((!address.is_empty()).then(|| address.to_owned())).collect()
}

fn body(app: &App, register: &Register, request: &Record, lang: Lang) -> Vec<Paragraph> {
    let lead = Bilingual::new("İlgide kayıtlı başvurunuz incelenmiştir.", "We have examined the request referred to above.");
    let mut parts =
        vec![Paragraph::Text(lead.get(lang).to_owned()), Paragraph::Text(text(register, request, "answer").to_owned())];
    if let Some(ground) = title(app, "refusal_ground", text(register, request, "refusal_ground")) {
        parts.push(Paragraph::Text(law::ground(&ground).get(lang).to_owned()));
    }
    let remedies = law::remedies(text(register, request, "kind"), text(register, request, "resolution"));
    if !remedies.is_empty() {
        let said = remedies.iter().map(|r| format!("{} ({})", r.text.get(lang), r.source.get(lang)));
        parts.push(Paragraph::Text(law::remedies_lead().get(lang).to_owned()));
        parts.push(Paragraph::List(said.collect()));
    }
    parts
}

fn no_answer() -> Error {
    Error::not_found("no-answer", "Bu başvurunun henüz verilmiş bir yanıtı yok.", "This request has no answer yet.")
}
