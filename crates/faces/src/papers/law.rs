//! What the laws make of an answer, as it is said in letters: every text with its source, in this one place.

use meydan_kernel::Bilingual;

/// A way that is open against an answer. Which ways and how long must stand in the answer itself (Constitution, article 40).
pub struct Remedy {
    /// The sentence.
    pub text: Bilingual,
    /// The law that says so.
    pub source: Bilingual,
}

/// Standard file plan of local governments: 622, requests and complaints of citizens. **?** the city's own plan decides.
pub const FILE_PLAN: &str = "622";

/// Outcomes by which somebody doesn't get what they asked for.
const DENIED: [&str; 4] = ["refused", "partly_refused", "not_possible", "not_examined"];

/// The ways open against an answer of this kind with this outcome; none if the applicant got what they asked for.
pub fn remedies(kind: &str, resolution: &str) -> Vec<Remedy> {
    let refused = matches!(resolution, "refused" | "partly_refused");
    let board = (kind == "information_request" && refused).then(|| Remedy {
        text: Bilingual::new(
            "Bu kararın size tebliğinden itibaren on beş gün içinde, yargı yoluna başvurmadan önce, Bilgi Edinme Değerlendirme \
             Kuruluna itiraz edebilirsiniz; itiraz, idari yargıya başvurma sürenizi durdurur.",
            "Within fifteen days of being notified of this decision, and before going to court, you may appeal to the Board of Review \
             of Access to Information (Bilgi Edinme Değerlendirme Kurulu); the appeal suspends the time limit for going to court.",
        ),
        source: Bilingual::new("4982 sayılı Kanun, madde 13", "law no. 4982, article 13"),
    });
    let court = DENIED.contains(&resolution).then(|| Remedy {
        text: Bilingual::new(
            "Bu işleme karşı, yazının size tebliğinden itibaren altmış gün içinde idare mahkemesinde dava açabilirsiniz.",
            "You may bring an action before the administrative court within sixty days of being notified of this letter.",
        ),
        source: Bilingual::new("2577 sayılı Kanun, madde 7", "law no. 2577, article 7"),
    });
    board.into_iter().chain(court).collect()
}

/// Before the ways that are open.
pub fn remedies_lead() -> Bilingual {
    Bilingual::new(
        "Bu cevaba karşı başvurabileceğiniz yollar ve süreleri:",
        "The ways open to you against this answer, and their time limits:",
    )
}

/// The ground of a refusal, as the letter says it.
pub fn ground(title: &Bilingual) -> Bilingual {
    Bilingual::new(format!("Gerekçe: {}.", title.tr), format!("Ground: {}.", title.en))
}

/// What the receipt says of the term of this kind.
pub fn term(kind: &str) -> Option<Bilingual> {
    match kind {
        "petition" => Some(Bilingual::new(
            "Dilekçenize 3071 sayılı Kanun'un 7. maddesi uyarınca en geç otuz gün içinde gerekçeli olarak cevap verilir.",
            "Your petition is answered with reasons within thirty days (law no. 3071, article 7).",
        )),
        "information_request" => Some(Bilingual::new(
            "Bilgi edinme başvurunuza 4982 sayılı Kanun'un 11. maddesi uyarınca on beş iş günü içinde cevap verilir; bu süre gerekçesi size \
             yazıyla bildirilerek otuz iş gününe uzatılabilir.",
            "Your information request is answered within fifteen working days (law no. 4982, article 11); with its reason told to you in \
             writing, the term may be extended to thirty.",
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_refused_learns_where_to_turn() {
        let sources = |kind: &str, resolution: &str| -> Vec<String> {
            remedies(kind, resolution).into_iter().map(|r| r.source.tr).collect()
        };
        let (board, court) = ("4982 sayılı Kanun, madde 13", "2577 sayılı Kanun, madde 7");
        assert_eq!(sources("information_request", "refused"), [board, court]);
        assert_eq!(sources("information_request", "partly_refused"), [board, court]);
        assert_eq!(sources("petition", "refused"), [court]);
        assert_eq!(sources("petition", "not_examined"), [court]);
        assert_eq!(sources("complaint", "not_possible"), [court]);
        for done in ["solved", "informed", "planned", "forwarded"] {
            assert!(sources("information_request", done).is_empty(), "{done}");
        }
    }
}
