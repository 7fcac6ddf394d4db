//! What applicants are told, in both languages; e-mail whole, SMS in a sentence.

use crate::work::notice::Told;
use jiff::{Timestamp, civil::Date};
use meydan_kernel::{Bilingual, post::day};

/// What the texts speak of.
pub(super) struct About<'a> {
    /// Name of the applicant; empty if not given.
    pub(super) name: &'a str,
    /// What the request is called.
    pub(super) subject: &'a str,
    /// Its number as it is said.
    pub(super) number: &'a str,
}

/// A deadline as the applicant is told of it.
pub(super) struct Promise {
    /// How long.
    pub(super) term: Option<Bilingual>,
    /// Who says so.
    pub(super) source: Bilingual,
    /// The last instant.
    pub(super) due: Timestamp,
}

fn date(at: Timestamp) -> Bilingual {
    let day: Date = day(at);
    Bilingual::new(day.strftime("%d.%m.%Y").to_string(), day.strftime("%-d %B %Y").to_string())
}

impl About<'_> {
    /// A whole message around a text.
    fn told(&self, reason: &'static str, title: (&str, &str), text: &Bilingual, short: Option<(&str, &str)>) -> Told {
        let Self { name, subject, number } = self;
        let dear = if name.is_empty() {
            Bilingual::new("Sayın ilgili", "Dear Sir or Madam")
        } else {
            Bilingual::new(format!("Sayın {name}"), format!("Dear {name}"))
        };
        let body = Bilingual::new(
            format!(
                "{},\n\n{}\n\nKonu: {subject}\nBaşvuru numaranız: {number}\n\nBaşvurunuzu bu numarayla internet sayfamızdan ya da Alo 153'ten izleyebilirsiniz. Numarayı bilen başvurunuzu görebilir; başkasıyla paylaşmayın.\n",
                dear.tr, text.tr
            ),
            format!(
                "{},\n\n{}\n\nSubject: {subject}\nYour reference number: {number}\n\nYou can follow your request with this number on our web page or by calling Alo 153. Whoever knows the number can see your request; don't share it.\n",
                dear.en, text.en
            ),
        );
        let (tr, en) = short.unwrap_or(title);
        let short = Bilingual::new(
            format!("{tr} Başvuru no: {number}. İzlemek için internet sayfamız ya da Alo 153."),
            format!("{en} Reference: {number}. Follow it on our web page or by Alo 153."),
        );
        let end = |text: &str| text.trim_end_matches('.').to_owned();
        Told {
            reason,
            subject: Bilingual::new(format!("{}: {number}", end(title.0)), format!("{}: {number}", end(title.1))),
            body,
            short: Some(short),
        }
    }

    /// We have it, and this is how long it may take.
    pub(super) fn received(&self, at: Timestamp, promises: &[Promise]) -> Told {
        let on = date(at);
        let mut text = Bilingual::new(
            format!("Başvurunuz {} tarihinde alındı.", on.tr),
            format!("We received your request on {}.", on.en),
        );
        for promise in promises {
            let due = date(promise.due);
            let (term_tr, term_en) =
                promise.term.as_ref().map_or_else(Default::default, |t| (format!("{}, ", t.tr), format!("{}, ", t.en)));
            text.tr.push_str(&format!("\nYanıt süresi: {term_tr}son gün {}. Dayanağı: {}", due.tr, promise.source.tr));
            text.en.push_str(&format!("\nTerm of the answer: {term_en}last day {}. Set by: {}", due.en, promise.source.en));
        }
        let last = promises.iter().map(|p| p.due).min().map(date);
        let short = last.map(|d| {
            (
                format!("Başvurunuz alındı. Son yanıt günü: {}.", d.tr),
                format!("We have your request. Last day of the answer: {}.", d.en),
            )
        });
        let title = ("Başvurunuz alındı.", "We have your request.");
        let short = short.as_ref().map(|(tr, en)| (tr.as_str(), en.as_str()));
        self.told("received", title, &text, short)
    }

    /// It moved on; `state` is what its state is called for the applicant, `more` what is to be said beside.
    pub(super) fn moved(&self, state: &Bilingual, more: &Bilingual) -> Told {
        let text = Bilingual::new(joined(&state.tr, &more.tr), joined(&state.en, &more.en));
        self.told("progress", (&state.tr, &state.en), &text, None)
    }

    /// It was answered.
    pub(super) fn answered(&self, answer: &str, more: &Bilingual) -> Told {
        let text = Bilingual::new(
            joined(&format!("Başvurunuz yanıtlandı:\n\n{answer}"), &more.tr),
            joined(&format!("Your request was answered:\n\n{answer}"), &more.en),
        );
        self.told("answered", ("Başvurunuz yanıtlandı.", "Your request was answered."), &text, None)
    }

    /// What one was joined to was answered. The answer itself is the other applicant's; what was read for everybody is told.
    pub(super) fn joined_answered(&self, public: &str) -> Told {
        let about =
            |sentence: &str| if public.trim().is_empty() { sentence.to_owned() } else { format!("{sentence}\n\n{public}") };
        let text = Bilingual::new(
            about("Başvurunuzun katıldığı başvuru yanıtlandı. Durumunu kendi numaranızla izleyebilirsiniz."),
            about("The request that yours was joined to was answered. You can follow it by your own number."),
        );
        self.told("answered", ("Bildirdiğiniz konu yanıtlandı.", "What you reported was answered."), &text, None)
    }

    /// Somebody else reported the same.
    pub(super) fn supported(&self, supporters: i64) -> Told {
        let text = Bilingual::new(
            format!("Başvurunuzla aynı konudaki başka bir başvuru sizinkine katıldı. Bu sorunu bildirenler: {supporters}."),
            format!("Another request about the same was joined to yours. So many have reported it: {supporters}."),
        );
        self.told("progress", ("Başvurunuza bir başvuru katıldı.", "A request was joined to yours."), &text, None)
    }

    /// How content were they?
    pub(super) fn satisfaction(&self) -> Told {
        let text = Bilingual::new(
            "Başvurunuzun nasıl sonuçlandığını 1 (hiç memnun değilim) ile 5 (çok memnunum) arasında değerlendirir misiniz? Değerlendirmek için başvuru numaranızla internet sayfamıza girin ya da Alo 153'ü arayın. Yalnızca bir kez soruyoruz.",
            "Would you rate how your request was dealt with, from 1 (not at all content) to 5 (very content)? Open our web page with your reference number, or call Alo 153. We ask only once.",
        );
        self.told("satisfaction", ("Yanıtımızı değerlendirir misiniz?", "Would you rate our answer?"), &text, None)
    }
}

/// How a term was lengthened.
pub(super) fn extended(reason: &str, due: Option<Timestamp>) -> Bilingual {
    let due = due.map(date);
    let (tr, en) =
        due.map_or_else(Default::default, |d| (format!(" Yeni son gün: {}.", d.tr), format!(" New last day: {}.", d.en)));
    Bilingual::new(
        format!("Yanıt süreniz 4982 sayılı Kanunun 11. maddesine göre uzatıldı.{tr} Gerekçesi: {reason}"),
        format!("The term of the answer was extended by article 11 of law no. 4982.{en} Reason: {reason}"),
    )
}

/// What the access costs.
pub(super) fn fee(kurus: i64) -> Bilingual {
    let (lira, kurus) = (kurus / 100, kurus % 100);
    Bilingual::new(
        format!(
            "Erişim ücreti: {lira},{kurus:02} TL. Bu bildirimden başlayarak 15 gün içinde ödenmezse başvurunuz geri çekilmiş sayılır; ödenene kadar yanıt süresi işlemez."
        ),
        format!(
            "Fee of the access: {lira}.{kurus:02} TL. If it isn't paid within 15 days of this message your request counts as withdrawn; until it is paid the term stands still."
        ),
    )
}

/// What we ask for.
pub(super) fn question(text: &str) -> Bilingual {
    Bilingual::new(
        format!(
            "Sizden istediğimiz bilgi: {text}\nYanıtlamak için başvuru numaranızla internet sayfamıza girin ya da Alo 153'ü arayın."
        ),
        format!("What we need to know: {text}\nTo reply, open our web page with your reference number, or call Alo 153."),
    )
}

/// On what ground it was refused, in the code list's words.
pub(super) fn refused(ground: &Bilingual) -> Bilingual {
    Bilingual::new(format!("Ret gerekçesi: {}", ground.tr), format!("Ground of refusal: {}", ground.en))
}

/// How to appeal against the refusal of a request of this kind; `None` if no law says.
pub fn appeal(kind: &str) -> Option<Bilingual> {
    match kind {
        "information_request" => Some(Bilingual::new(
            "Bu karara karşı, kararın size bildirilmesinden başlayarak 15 gün içinde Bilgi Edinme Değerlendirme Kuruluna itiraz edebilirsiniz (4982 sayılı Kanun madde 13).",
            "You may appeal against this decision to the Board of Review of Access to Information within 15 days of being told of it (law no. 4982, article 13).",
        )),
        _ => None,
    }
}

/// Two texts, one below the other.
pub(super) fn joined(above: &str, below: &str) -> String {
    [above, below].iter().filter(|t| !t.is_empty()).copied().collect::<Vec<_>>().join("\n\n")
}
