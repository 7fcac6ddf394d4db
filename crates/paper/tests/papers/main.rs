//! Papers held against readers that others wrote: poppler and qpdf. With `MEYDAN_PAPERS` set to a directory the papers stay there.

#![allow(clippy::unwrap_used)] // a reader that can't be asked ends the test

mod story;

use meydan_paper::{Letter, PaperError, Paragraph, Sheet, letter, sheet};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::process::Command;
use story::*;

struct Paper {
    _directory: tempfile::TempDir,
    path: PathBuf,
}

fn run(program: &str, arguments: &[&str], path: &Path) -> String {
    let mut command = Command::new(program);
    command.args(arguments).arg(path);
    if program == "pdftotext" {
        command.arg("-");
    }
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("{program} is missing (see tests/need): {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{program}: {text} {}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    text
}

impl Paper {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("paper.pdf");
        std::fs::write(&path, bytes).unwrap();
        if let Some(kept) = std::env::var_os("MEYDAN_PAPERS") {
            std::fs::write(Path::new(&kept).join(format!("{name}.pdf")), bytes).unwrap();
        }
        let paper = Self { _directory: directory, path };
        let checked = run("qpdf", &["--check"], &paper.path);
        assert!(checked.contains("No syntax or stream encoding errors"), "{checked}");
        paper
    }

    fn letter(name: &str, data: &Letter) -> Self {
        Self::new(name, &letter(data).unwrap())
    }

    fn sheet(name: &str, data: &Sheet) -> Self {
        Self::new(name, &sheet(data).unwrap())
    }

    /// The text as a reader of the file gets it, every run of white space as one space.
    fn text(&self) -> String {
        let output = Command::new("pdftotext").arg(&self.path).arg("-").output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn info(&self) -> String {
        run("pdfinfo", &[], &self.path).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn pages(&self) -> usize {
        let info = self.info();
        let count = info.split("Pages: ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
        count.parse().unwrap()
    }
}

#[test]
fn a_turkish_letter_has_its_parts_in_the_by_law_s_order() {
    let paper = Paper::letter("letter-tr", &turkish_letter());
    let text = paper.text();
    let order = [
        "T.C. TRABZON BÜYÜKŞEHİR BELEDİYESİ BAŞKANLIĞI Fen İşleri Dairesi Başkanlığı",
        "E-48201937-622.03-15734",
        "24.11.2026",
        "Sayın Gülşah ÇIĞIRÖZ",
        "17.11.2026 tarihli ve TB-4821-K7 sayılı başvurunuz.",
        "yağışlı havalarda yayalar ve araçlar için tehlike oluşturduğu",
        "Bilgilerinizi rica ederim.",
        "İbrahim Ilgaz ÖĞÜTÇÜ Büyükşehir Belediye Başkanı a. Fen İşleri Dairesi Başkanı",
        "Ek: 1- Yerinde inceleme tutanağı (1 sayfa)",
        "Dağıtım:",
        "Ortahisar Belediye Başkanlığına",
    ];
    let mut from = 0;
    for part in order {
        from += text[from..].find(part).unwrap_or_else(|| panic!("{part} isn't after {} in {text}", &text[..from]));
    }
    for part in ["Sayı", "Konu", "İlgi", "a)", "b)", "Gereği:", "Bilgi:", "Doğrulama kodu: 7K3M-9QXT-4W2H"] {
        assert!(text.contains(part), "{part} isn't in {text}");
    }
    let info = paper.info();
    assert!(info.contains("Tagged: yes") && info.contains("(A4)"), "{info}");
    assert!(info.contains("Title: Uzun Sokak'taki Çökmüş Rögar Kapağı Hakkında Başvurunuz"), "{info}");
    let fonts = run("pdffonts", &[], &paper.path);
    let embedded =
        fonts.lines().skip(2).all(|line| line.contains("CID TrueType") && line.contains("Identity-H       yes yes yes"));
    assert!(embedded && fonts.contains("+LiberationSerif-Bold"), "{fonts}");
}

#[test]
fn a_screen_reader_gets_a_tree_of_headings_lists_and_pictures() {
    let paper = Paper::letter("structure", &turkish_letter());
    let tree = run("pdfinfo", &["-struct-text"], &paper.path);
    for part in ["Document", "H1 (block)", "LI (block)", "Lbl (block)", "Figure"] {
        assert!(tree.contains(part), "{part} isn't in {tree}");
    }
    let report = Paper::sheet("report", &report());
    let tree = run("pdfinfo", &["-struct-text"], &report.path);
    assert_eq!(tree.matches("TH:").count(), 6, "titles are read once, whatever the number of pages");
    assert_eq!(tree.matches("TR\n").count(), 121);
}

#[test]
fn an_english_draft_says_so_on_every_page() {
    let paper = Paper::letter("letter-en-draft", &english_letter());
    let text = paper.text();
    let parts =
        ["24 November 2026", "for the Mayor Head of Public Works", "Reference", "Enclosure: Inspection report", "Verify at:"];
    for part in parts {
        assert!(text.contains(part), "{part} isn't in {text}");
    }
    // Letters that stand slantwise come out of poppler one by one, in the order in which they were drawn.
    let drafts = |data: &Letter| {
        let paper = Paper::letter("draft", data);
        let text: String = run("pdftotext", &["-raw"], &paper.path).split_whitespace().collect();
        (text.matches("DRAFT").count(), paper.pages())
    };
    let long = vec![Paragraph::Text("Rain. ".repeat(2_000))];
    let (marked, pages) = drafts(&Letter { body: long, ..english_letter() });
    assert!(pages > 1 && marked == pages, "{marked} of {pages}");
    assert_eq!(drafts(&Letter { draft: false, ..english_letter() }).0, 0);
}

#[test]
fn a_receipt_shows_its_number_and_a_report_repeats_its_titles() {
    let receipt = Paper::sheet("receipt", &receipt());
    let text = receipt.text();
    assert!(text.contains("Başvuru numaranız TB-4821-K7"), "{text}");
    assert_eq!(receipt.pages(), 1);
    let report = Paper::sheet("report", &report());
    let (text, pages) = (report.text(), report.pages());
    assert!(pages >= 3, "{pages}");
    assert_eq!(text.matches("Mahalle Tür").count(), pages, "{text}");
    assert!(text.contains(&format!("{pages}/{pages}")) && text.contains("Bilgi İşlem Dairesi Başkan V."), "{text}");
}

#[test]
fn the_code_on_the_picture_of_the_page_is_that_of_the_address() {
    const SCALE: f32 = 3.0;
    let paper = Paper::letter("code", &turkish_letter());
    let output = Command::new("pdftoppm").args(["-gray", "-r", "216", "-singlefile"]).arg(&paper.path).output().unwrap();
    let (width, pixels) = (1786_usize, &output.stdout);
    assert!(pixels.starts_with(b"P5\n1786 2526\n255\n"), "{:?}", &pixels[..20]);
    let dark = |x: f32, y: f32| pixels[17 + (y * SCALE) as usize * width + (x * SCALE) as usize] < 128;
    let code = qrcodegen::QrCode::encode_text(URL, qrcodegen::QrCodeEcc::Medium).unwrap();
    let module = 58.0 / (code.size() + 8) as f32;
    let left = 595.276 - 42.52 - 58.0;
    let fits = |top: f32| {
        let centre = |count: i32| (count as f32 + 4.5) * module;
        let modules = (0..code.size()).flat_map(|x| (0..code.size()).map(move |y| (x, y)));
        modules.into_iter().all(|(x, y)| dark(left + centre(x), top + centre(y)) == code.get_module(x, y))
    };
    assert!((600..760).any(|top| fits(top as f32)), "the code isn't on the page");
}

#[test]
fn a_long_text_goes_on_over_pages_and_loses_nothing() {
    let sentence = "Şikâyetinize konu olan çukurun ölçüleri alınmış, güvenlik şeridi çekilmiştir. ";
    let body = sentence.repeat(100_000 / sentence.chars().count() + 1);
    let data = Letter { body: vec![Paragraph::Text(body.clone())], ..turkish_letter() };
    let paper = Paper::letter("long", &data);
    let text = paper.text();
    assert!(paper.pages() > 15);
    // What the pages' feet repeat stands between the sentences.
    let words = |text: &str| text.matches("Şikâyetinize").count();
    assert_eq!(words(&text), words(&body));
    let page_of = |part: &str| {
        (1..=paper.pages()).find(|page| {
            let page = page.to_string();
            let output = Command::new("pdftotext").args(["-f", &page, "-l", &page]).arg(&paper.path).arg("-").output().unwrap();
            String::from_utf8_lossy(&output.stdout).contains(part)
        })
    };
    assert_eq!(page_of("Bilgilerinizi rica ederim."), page_of("İbrahim Ilgaz ÖĞÜTÇÜ"), "a signature never stands alone");
}

#[test]
fn what_can_t_be_set_is_a_clear_error_in_both_languages() {
    let error = |data: Letter| letter(&data).unwrap_err();
    assert_eq!(error(Letter { subject: " \n ".to_owned(), ..turkish_letter() }), PaperError::NoTitle);
    let mut long = turkish_letter();
    long.footer.address = "Uzun Sokak ".repeat(2_000);
    assert_eq!(error(long), PaperError::FooterTooTall);
    let mut far = turkish_letter();
    far.footer.verification.as_mut().unwrap().url = "https://a.example/".repeat(50);
    assert_eq!(error(far).code(), "paper_address_too_long");
    let many = error(Letter { addressee: vec!["x".to_owned(); 40_000], ..turkish_letter() });
    assert_eq!(many.to_string(), "The paper would have more than 500 pages.");
    assert_eq!(many.turkish(), "Belge 500 sayfadan uzun olamaz.");
    let mut ragged = report();
    ragged.table.as_mut().unwrap().rows[1].pop();
    assert_eq!(sheet(&ragged).unwrap_err(), PaperError::Cells { row: 2, cells: 5, columns: 6 });
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    assert_eq!(letter(&turkish_letter()).unwrap(), letter(&turkish_letter()).unwrap());
}

/// Every box of a word that poppler finds lies on the page's text area.
fn assert_inside(paper: &Paper) {
    let output = Command::new("pdftotext").arg("-bbox").arg(&paper.path).arg("-").output().unwrap();
    let value = |line: &str, name: &str| -> f64 {
        let rest = line.split(&format!("{name}=\"")).nth(1).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    for line in String::from_utf8_lossy(&output.stdout).lines().filter(|line| line.contains("<word ")) {
        let (left, right) = (value(line, "xMin"), value(line, "xMax"));
        let (top, bottom) = (value(line, "yMin"), value(line, "yMax"));
        assert!(left > 41.0 && right < 596.0 - 41.0 && top > 38.0 && bottom < 842.0 - 38.0, "{line}");
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zçğıöşüA-ZÇĞİÖŞÜ0-9 .,:/-]{0,400}",
        2 => any::<String>(),
        1 => "[ğİW]{0,3000}",
        1 => "(\n|\r\n|\t| |\u{301}|\u{200f}|א|漢|🕳){0,60}",
    ]
}

fn any_texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(any_text(), 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_text_gives_a_valid_letter_or_a_clear_error(
        lines in any_texts(), lists in any_texts(), texts in prop::array::uniform8(any_text()), draft: bool,
    ) {
        let [number, subject, body, closing, name, address, label, value] = texts;
        let mut data = turkish_letter();
        data.institution.clone_from(&lines);
        data.addressee.clone_from(&lists);
        data.references.clone_from(&lines);
        data.enclosures.clone_from(&lists);
        data.distribution.action = lines;
        data.body = vec![Paragraph::Text(body), Paragraph::List(lists), Paragraph::Rows(vec![(label, value)])];
        data.signatory.as_mut().unwrap().name = name;
        (data.number, data.subject, data.closing, data.footer.address, data.draft) = (number, subject, closing, address, draft);
        match letter(&data) {
            Ok(bytes) => {
                let paper = Paper::new("any", &bytes);
                if !draft {
                    assert_inside(&paper);
                }
            }
            Err(error) => prop_assert!(matches!(error, PaperError::NoTitle | PaperError::FooterTooTall), "{error}"),
        }
    }

    #[test]
    fn any_table_gives_a_valid_sheet_or_a_clear_error(cells in any_texts(), rows in 0usize..30, title in any_text()) {
        let mut data = report();
        data.title = title;
        let table = data.table.as_mut().unwrap();
        table.columns.truncate(cells.len());
        table.rows = vec![cells; rows];
        match sheet(&data) {
            Ok(bytes) => assert_inside(&Paper::new("any-table", &bytes)),
            Err(error) => prop_assert!(matches!(error, PaperError::NoTitle | PaperError::Columns { .. }), "{error}"),
        }
    }
}
