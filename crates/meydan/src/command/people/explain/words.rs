//! The words of an explanation, in both languages: as the page "Why may they, why may they not?" has them.

use super::Answer;
use meydan_kernel::{
    Catalogue, Lang,
    catalogue::{Action, Party},
    permission::{Explanation, Met},
};

/// A text that is known when the program is made.
#[derive(Clone, Copy)]
pub(super) struct Both(&'static str, &'static str);

impl Both {
    pub(super) fn get(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Tr => self.0,
            Lang::En => self.1,
        }
    }
}

pub(super) const NEEDED: Both = Both("Yapabilmesi için gereken (biri yeter):", "What it would take (one is enough):");
pub(super) const WEIGHED: Both = Both("Tartılan yetkiler:", "Grants weighed:");
pub(super) const FIELDS: Both = Both("Şu alanlarla:", "With these fields:");

pub(super) fn and(lang: Lang) -> &'static str {
    Both("ve", "and").get(lang)
}

pub(super) fn or(lang: Lang) -> &'static str {
    Both("ya da", "or").get(lang)
}

/// The person can do it at once, by themselves.
pub(super) fn at_once(what: Met) -> bool {
    matches!(what, Met::Reason | Met::StepUp)
}

pub(super) fn sentence(answer: Answer, lang: Lang) -> &'static str {
    let both = match answer {
        Answer::Yes => Both("Evet, yapabilir.", "Yes, they may."),
        Answer::If => Both("Yapabilir, ama bir koşulla.", "They may, on one condition."),
        Answer::No => Both("Hayır, yapamaz.", "No, they may not."),
    };
    both.get(lang)
}

/// What holds whatever the grants say.
pub(super) fn notes(explanation: &Explanation) -> Vec<Both> {
    let all = [
        (
            explanation.outside_limits,
            Both("Vekâletin sınırı bu işlemi dışarıda bırakıyor.", "The limits of the proxy leave this action out."),
        ),
        (
            explanation.journal,
            Both(
                "Bu kütüğü yalnızca sistem yazar; kimse ekleyemez, değiştiremez, silemez.",
                "Only the house itself writes this register; nobody may add, change or delete.",
            ),
        ),
        (
            explanation.weighed.is_empty(),
            Both(
                "Hiçbir yetki bu kütükte bu işlemden söz etmiyor: kimse yapamaz.",
                "No grant speaks of this action on this register: nobody may.",
            ),
        ),
    ];
    all.into_iter().filter(|(is, _)| *is).map(|(_, note)| note).collect()
}

pub(super) fn action(action: Action, lang: Lang) -> &'static str {
    let tr = match action {
        Action::Read => "görme",
        Action::History => "geçmişi görme",
        Action::Export => "dışa aktarma",
        Action::Insert => "ekleme",
        Action::Update => "değiştirme",
        Action::Delete => "silme",
        Action::Unmask => "kişisel veriyi açma",
        Action::Erase => "yok etme",
        Action::Manage => "hesap yönetme",
        Action::Audit => "defteri denetleme",
    };
    Both(tr, action.word()).get(lang)
}

/// Stable word of a condition, for programs.
pub(super) fn code(what: Met) -> &'static str {
    match what {
        Met::Party => "party",
        Met::Units => "units",
        Met::InPerson => "in_person",
        Met::Scope => "scope",
        Met::Area => "area",
        Met::Condition => "condition",
        Met::Reason => "reason",
        Met::StepUp => "step_up",
    }
}

/// What is asked, as a finding.
pub(super) fn met(what: Met, lang: Lang) -> &'static str {
    let both = match what {
        Met::Party => Both("bu yetkinin verildiği kişilerden", "among those to whom the grant is given"),
        Met::Units => Both("birimi yetkinin saydığı birimlerden", "the unit is among those the grant names"),
        Met::InPerson => Both("vekâleten değil, kendi göreviyle", "in their own post, not by proxy"),
        Met::Scope => Both("kayıt kapsamdaki bir birimin", "the record belongs to a unit within scope"),
        Met::Area => Both("kayıt birimin sorumluluk alanında", "the record lies in the unit's area of responsibility"),
        Met::Condition => Both("kayıt koşula uyuyor", "the record meets the condition"),
        Met::Reason => Both("gerekçe yazılmış", "a reason is given"),
        Met::StepUp => Both("kimlik yeni doğrulanmış", "has just proven who they are"),
    };
    both.get(lang)
}

/// What is asked, as what is to be done.
pub(super) fn need(what: Met, lang: Lang) -> &'static str {
    let both = match what {
        Met::Party => Both("şunlardan olmak:", "being one of these:"),
        Met::Units => Both("sayılan birimlerden birinde görev", "a post in one of the named units"),
        Met::InPerson => Both("vekâleten değil kendi göreviyle davranmak", "acting in one's own post, not by proxy"),
        Met::Scope => Both("kaydın kapsamdaki bir birime ait olması", "the record belonging to a unit within scope"),
        Met::Area => {
            Both("kaydın biriminin sorumluluk alanında olması", "the record lying in the unit's area of responsibility")
        }
        Met::Condition => Both("kaydın koşula uyması", "the record meeting the condition"),
        Met::Reason => Both("gerekçe yazmak", "giving a reason"),
        Met::StepUp => Both("kimliğini yeniden doğrulamak", "proving anew who they are"),
    };
    both.get(lang)
}

/// A party as people call it.
pub(super) fn party(catalogue: &Catalogue, party: &Party, lang: Lang) -> String {
    let both = match party {
        Party::Everyone => Both("herkes", "everybody"),
        Party::Person => Both("oturum açan herkes", "everybody who is logged in"),
        Party::Staff => Both("bir görevi olan herkes", "everybody who holds a post"),
        Party::Bearer => Both("başvuru numarasını gösteren", "whoever shows the case's number"),
        Party::Role(role) => {
            let code = catalogue.code_lists.get("role").and_then(|list| list.get(role));
            return code.map_or(role.as_str(), |code| code.title.get(lang)).to_owned();
        }
    };
    both.get(lang).to_owned()
}

/// `a, b and c`.
pub(super) fn listed(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_are_put_in_a_row() {
        let listed = |words: &[&str]| super::listed(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>(), "ve");
        assert_eq!((listed(&[]), listed(&["a"]), listed(&["a", "b", "c"])), (String::new(), "a".into(), "a, b ve c".into()));
    }
}
