//! The papers of one story: a sunken manhole cover on a street in Trabzon, and what the city writes about it.

use jiff::civil::date;
use meydan_paper::{
    Align, Authority, Column, Distribution, Footer, Language, Letter, Paragraph, Sheet, Signatory, Table, Ticket, Verification,
};

pub fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn rows(rows: &[(&str, &str)]) -> Paragraph {
    Paragraph::Rows(rows.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect())
}

pub const URL: &str = "https://dogrulama.trabzon.example/b/7K3M-9QXT-4W2H";

pub fn footer(language: Language) -> Footer {
    let turkish = language == Language::Tr;
    let text = if turkish {
        "Bu belge, güvenli elektronik imza ile imzalanmıştır."
    } else {
        "This document has been signed with a qualified electronic signature."
    };
    Footer {
        address: "Gazipaşa Mahallesi, Kahramanmaraş Caddesi No: 1, 61030 Ortahisar / TRABZON".to_owned(),
        phone: "(0462) 322 46 01".to_owned(),
        email: "trabzonbsb@hs01.kep.tr".to_owned(),
        web: "www.trabzon.bel.tr".to_owned(),
        contact: "Şükrü IŞIK, Tekniker, (0462) 322 46 01 / 1534".to_owned(),
        verification: Some(Verification {
            text: text.to_owned(),
            code: Some("7K3M-9QXT-4W2H".to_owned()),
            url: URL.to_owned(),
        }),
    }
}

pub fn turkish_letter() -> Letter {
    Letter {
        language: Language::Tr,
        institution: strings(&["T.C.", "TRABZON BÜYÜKŞEHİR BELEDİYESİ BAŞKANLIĞI", "Fen İşleri Dairesi Başkanlığı"]),
        number: "E-48201937-622.03-15734".to_owned(),
        date: date(2026, 11, 24),
        subject: "Uzun Sokak'taki Çökmüş Rögar Kapağı Hakkında Başvurunuz".to_owned(),
        addressee: strings(&["Sayın Gülşah ÇIĞIRÖZ", "Kemerkaya Mahallesi, Uzun Sokak No: 48/3 Ortahisar / TRABZON"]),
        references: strings(&[
            "17.11.2026 tarihli ve TB-4821-K7 sayılı başvurunuz.",
            "Trabzon İçme Suyu ve Kanalizasyon İdaresi Genel Müdürlüğünün 19.11.2026 tarihli ve E-90417225-754-3316 sayılı yazısı.",
        ]),
        body: vec![
            Paragraph::Text(
                "İlgi (a)'da kayıtlı başvurunuzda, Uzun Sokak No: 48 önündeki rögar kapağının yol kotunun altında kaldığı, özellikle \
                 yağışlı havalarda yayalar ve araçlar için tehlike oluşturduğu belirtilerek gereğinin yapılması istenmiştir.\n\
                 Başvurunuz üzerine ekiplerimizce 18.11.2026 tarihinde yerinde inceleme yapılmış; kapağın çerçevesiyle birlikte \
                 yaklaşık 6 cm çöktüğü görülmüş, ilgi (b) yazı ile altyapı kuruluşunun uygun görüşü alınmıştır. Yapılan çalışmaya \
                 ilişkin bilgiler aşağıdadır:"
                    .to_owned(),
            ),
            rows(&[
                ("Yer", "Kemerkaya Mahallesi, Uzun Sokak No: 48 önü"),
                ("Yapılan iş", "Çerçevenin yükseltilmesi, kapağın yenilenmesi ve çevresinin asfaltla kaplanması"),
                ("Bitiş", "21.11.2026, saat 15.40"),
            ]),
            Paragraph::Text(
                "Bu işlemden memnun kalmamanız hâlinde, bu yazının size ulaştığı günden başlayarak aşağıdaki yolları kullanabilirsiniz:"
                    .to_owned(),
            ),
            Paragraph::List(strings(&[
                "Başvurunuzu otuz gün içinde başvuru numaranızla yeniden açabilirsiniz.",
                "3071 sayılı Dilekçe Hakkının Kullanılmasına Dair Kanun uyarınca Belediyemize yeni bir dilekçe verebilirsiniz; \
                 dilekçenize otuz gün içinde gerekçeli olarak cevap verilir.",
                "İdari yargıda, 2577 sayılı Kanun'da belirtilen süreler içinde dava açabilirsiniz.",
            ])),
        ],
        closing: "Bilgilerinizi rica ederim.".to_owned(),
        signatory: Some(Signatory {
            name: "İbrahim Ilgaz ÖĞÜTÇÜ".to_owned(),
            title: "Fen İşleri Dairesi Başkanı".to_owned(),
            authority: Authority::OnBehalfOf("Büyükşehir Belediye Başkanı".to_owned()),
        }),
        enclosures: strings(&["Yerinde inceleme tutanağı (1 sayfa)", "İş bitimi fotoğrafları (2 adet)"]),
        distribution: Distribution {
            action: strings(&["Sayın Gülşah ÇIĞIRÖZ"]),
            information: strings(&["Ortahisar Belediye Başkanlığına", "Alo 153 Çağrı Merkezi Şube Müdürlüğüne"]),
        },
        footer: footer(Language::Tr),
        draft: false,
    }
}

pub fn english_letter() -> Letter {
    let turkish = turkish_letter();
    Letter {
        language: Language::En,
        institution: strings(&["T.C.", "TRABZON METROPOLITAN MUNICIPALITY", "Department of Public Works"]),
        subject: "Your request about the sunken manhole cover in Uzun Sokak".to_owned(),
        references: strings(&["Your request TB-4821-K7 of 17 November 2026."]),
        addressee: strings(&["Ms Margaret O'BRIEN", "Kemerkaya Mahallesi, Uzun Sokak No: 48/3, Ortahisar / TRABZON"]),
        body: vec![
            Paragraph::Text(
                "In your request you told us that the manhole cover in front of Uzun Sokak No: 48 lies below the level of the road and \
                 endangers pedestrians and vehicles, above all in rain.\nOur team inspected the place on 18 November 2026, found that \
                 the cover had sunk by about 6 cm together with its frame, and finished the repair on 21 November 2026:"
                    .to_owned(),
            ),
            rows(&[
                ("Place", "Kemerkaya Mahallesi, in front of Uzun Sokak No: 48"),
                ("Work done", "Frame raised, cover replaced, surroundings resurfaced with asphalt"),
            ]),
        ],
        closing: "Thank you for letting us know.".to_owned(),
        signatory: Some(Signatory {
            name: "İbrahim Ilgaz ÖĞÜTÇÜ".to_owned(),
            title: "Head of Public Works".to_owned(),
            authority: Authority::OnBehalfOf("Mayor".to_owned()),
        }),
        enclosures: strings(&["Inspection report (1 page)"]),
        distribution: Distribution::default(),
        footer: footer(Language::En),
        draft: true,
        ..turkish
    }
}

pub fn receipt() -> Sheet {
    Sheet {
        language: Language::Tr,
        institution: turkish_letter().institution,
        title: "BAŞVURU ALINDI BELGESİ".to_owned(),
        date: Some(date(2026, 11, 17)),
        ticket: Some(Ticket {
            label: "Başvuru numaranız".to_owned(),
            number: "TB-4821-K7".to_owned(),
            url: Some("https://basvuru.trabzon.example/TB-4821-K7".to_owned()),
            note: "Başvurunuzu bu numarayla Alo 153'ten veya yandaki karekodla izleyebilirsiniz.".to_owned(),
        }),
        intro: vec![
            Paragraph::Text("Başvurunuz aşağıdaki bilgilerle kayda alınmış ve ilgili birime iletilmiştir.".to_owned()),
            rows(&[
                ("Konu", "Yol ve kaldırım: çökmüş rögar kapağı"),
                ("Yer", "Kemerkaya Mahallesi, Uzun Sokak No: 48 önü"),
                ("Alındığı gün ve saat", "17.11.2026, 09.12"),
                ("İlgili birim", "Fen İşleri Dairesi Başkanlığı"),
                ("Son cevap günü", "17.12.2026"),
            ]),
        ],
        table: None,
        closing: vec![Paragraph::Text(
            "Başvurunuza 3071 sayılı Kanun uyarınca en geç otuz gün içinde gerekçeli olarak cevap verilecektir.".to_owned(),
        )],
        signatory: None,
        footer: Footer { verification: None, contact: String::new(), ..footer(Language::Tr) },
        landscape: false,
        draft: false,
    }
}

pub fn report() -> Sheet {
    let column = |title: &str, share, align| Column { title: title.to_owned(), share, align };
    let neighbourhoods = ["Kemerkaya", "Gülbaharhatun", "İskenderpaşa", "Çömlekçi", "Yenicuma", "Ayasofya"];
    let kinds = ["Çukur", "Rögar kapağı", "Kaldırım", "Aydınlatma (direğin eğilmesi ya da devrilmesi dâhil)"];
    let rows = (0..120).map(|row| {
        let late = row * 7 % 13;
        strings(&[
            &format!("{}", row + 1),
            neighbourhoods[row % neighbourhoods.len()],
            kinds[row % kinds.len()],
            &format!("{}", 100 + row * 3),
            &format!("{late}"),
            if late > 9 { "Gecikti" } else { "Süresinde" },
        ])
    });
    Sheet {
        language: Language::Tr,
        institution: turkish_letter().institution,
        title: "Mahallelere Göre Başvurular".to_owned(),
        date: Some(date(2026, 11, 24)),
        ticket: None,
        intro: vec![Paragraph::Text("Kasım 2026'da kapanan başvuruların mahalle ve türe göre dökümü aşağıdadır.".to_owned())],
        table: Some(Table {
            columns: vec![
                column("Sıra", 1, Align::Right),
                column("Mahalle", 8, Align::Left),
                column("Tür", 10, Align::Left),
                column("Başvuru sayısı", 4, Align::Right),
                column("Geciken", 4, Align::Right),
                column("Durum", 4, Align::Centre),
            ],
            rows: rows.collect(),
        }),
        closing: Vec::new(),
        signatory: Some(Signatory {
            name: "Zeynep KÜÇÜKAĞAÇ".to_owned(),
            title: "Bilgi İşlem Dairesi Başkanı".to_owned(),
            authority: Authority::Proxy,
        }),
        footer: footer(Language::Tr),
        landscape: false,
        draft: false,
    }
}
