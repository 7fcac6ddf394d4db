//! What holds for every page, in both languages.

use crate::{
    browser::{Browser, all_between, between},
    city::{CORNER, City, footprint, surveyor},
};
use meydan_kernel::{Value, desk::Edit};

async fn addresses(city: &City) -> Vec<String> {
    let id = city.building(1).await;
    let mut paths: Vec<String> = [
        "/",
        "/registers",
        "/registers/building",
        "/registers/building/new",
        "/search?q=iskele",
        "/standard",
        "/log",
        "/docs/api",
    ]
    .map(str::to_owned)
    .into();
    paths.extend(["", "/edit", "/history", "/proof"].map(|part| format!("/registers/building/{id}{part}")));
    for name in city.app.desk.catalogue().registers.keys() {
        paths.extend([format!("/standard/{name}"), format!("/registers/{name}"), format!("/registers/{name}/new")]);
    }
    paths.extend(city.app.desk.catalogue().code_lists.keys().map(|l| format!("/standard/lists/{l}")));
    paths
}

#[tokio::test]
async fn every_page_speaks_its_language_and_lets_no_foreign_thing_in() {
    let city = City::with_a_street().await;
    for path in addresses(&city).await {
        let mark = if path.contains('?') { '&' } else { '?' };
        for (lang, other) in [("tr", "en"), ("en", "tr")] {
            let reply = city.get_with(&format!("{path}{mark}lang={lang}"), &[("accept", "text/html")]).await;
            let html = reply.text();
            assert_eq!(reply.status, 200, "{path}: {html}");
            assert!(html.contains(&format!("<html lang=\"{lang}\"")), "{path}");
            assert!(html.contains(&format!("hreflang=\"{other}\"")), "{path}: no way to the other language");
            let (title, city_name) = between(&html, "<title>", "</title>").and_then(|t| t.rsplit_once(" · ")).expect("a title");
            assert!(!title.is_empty(), "{path}");
            assert_eq!(city_name, if lang == "tr" { "Deneme Kenti" } else { "Trial City" });
            assert_eq!(html.matches("<h1").count(), 1, "{path}: one first heading");
            let notice = if lang == "tr" { "veriler üretilmiştir" } else { "the data is generated" };
            assert!(html.contains(notice), "{path}");
            let policy = reply.header("content-security-policy");
            assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
            nothing_inline(&path, &html);
        }
    }
}

/// The policy would stop these in a browser; they must not be there in the first place.
fn nothing_inline(path: &str, html: &str) {
    for tag in html.split('<').skip(1).map(|t| t.split('>').next().unwrap_or_default()) {
        let names = tag.split(' ').filter_map(|part| part.split_once('=')).map(|(name, _)| name);
        for name in names {
            assert!(name != "style" && !name.starts_with("on"), "{path}: <{tag}>");
        }
        assert!(!tag.starts_with("style"), "{path}: <{tag}>");
        if tag.starts_with("script") {
            assert!(tag.contains(" src=\"/assets/") || tag.contains("application/json"), "{path}: <{tag}>");
        }
        for address in all_between(tag, " src=\"", "\"") {
            assert!(address.starts_with("/assets/"), "{path}: {address}");
        }
    }
}

#[tokio::test]
async fn the_language_and_the_look_are_kept() {
    let city = City::empty().await;
    let mut browser = Browser::new(&city);
    assert!(browser.get("/registers").await.text().contains("<html lang=\"tr\" data-theme=\"auto\""));
    browser.get("/registers?lang=en").await;
    browser.get("/log?theme=dark").await;
    assert!(browser.get("/registers").await.text().contains("<html lang=\"en\" data-theme=\"dark\""));
}

#[tokio::test]
async fn what_people_write_never_becomes_markup() {
    let city = City::with_a_street().await;
    let evil = "</script><script>alert('İ')</script><b onmouseover=alert(1)>\"'&";
    let building = city.app.desk.register("building").expect("there");
    let name = building.field_index("name").expect("a field");
    let edit = Edit::Insert {
        id: None,
        set: vec![(name, Value::Text(evil.into()))],
        geometry: Some(footprint(CORNER.0, CORNER.1 + 0.01)),
    };
    let act = surveyor().because(Some(evil.into()));
    let committed = city.app.desk.change(&act, vec![("building".into(), edit)]).await.expect("entered");
    let id = committed.records[0].0;
    let record = format!("/registers/building/{id}");
    for path in ["", "/card", "/edit", "/history", "/proof"].map(|p| format!("{record}{p}")).into_iter().chain(
        [
            "/registers/building",
            "/registers/building?sort=-name",
            "/log",
            "/search?q=%3Cscript%3E",
            "/log?person=%3Cscript%3E",
            "/registers/building?f.name=%22%3E%3Cscript%3E&filter=%3Cscript%3E",
        ]
        .map(str::to_owned),
    ) {
        let html = city.get_with(&path, &[("accept", "text/html")]).await.text();
        assert!(!html.contains("<script>") && !html.contains("<b onmouse"), "{path}: {html}");
        let islands = all_between(&html, "<script type=\"application/json\"", "</script>");
        for island in islands {
            let json = island.split_once('>').expect("a whole tag").1;
            serde_json::from_str::<serde_json::Value>(json).unwrap_or_else(|e| panic!("{path}: {e}: {json}"));
        }
    }
}

#[tokio::test]
async fn errors_are_pages_for_people_and_problems_for_programs() {
    let city = City::empty().await;
    for path in ["/registers/yok", "/registers/building/99", "/nowhere", "/standard/yok", "/registers/building/x/edit"] {
        let page = city.get_with(path, &[("accept", "text/html")]).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(page.header("content-type").starts_with("text/html"), "{path}");
        assert!(page.text().contains("Burada bir şey yok"), "{path}");
        let problem = city.get_with(path, &[("accept", "application/json")]).await;
        assert_eq!((problem.status.as_u16(), problem.header("content-type")), (404, "application/problem+json"), "{path}");
    }
}

#[tokio::test]
async fn web_files_are_kept_for_ever_and_glyphs_answer_for_any_font() {
    let city = City::empty().await;
    let html = city.get("/registers").await.text();
    let sheet = between(&html, "<link rel=\"stylesheet\" href=\"", "\"").expect("a style sheet");
    let reply = city.get_with(sheet, &[("accept-encoding", "br")]).await;
    assert_eq!(reply.status, 200, "{sheet}: are the web files built? `make web`");
    assert!(reply.header("cache-control").contains("immutable"));
    assert_eq!((reply.header("content-encoding"), reply.header("content-type")), ("br", "text/css; charset=utf-8"));
    let again = city.get_with(sheet, &[("accept-encoding", "br"), ("if-none-match", reply.header("etag"))]).await;
    assert_eq!(again.status, 304);
    for stack in ["Meydan%20Bold", "Some%20Font%20Regular,Other"] {
        let glyphs = city.get(&format!("/assets/glyphs/{stack}/256-511.pbf")).await;
        assert_eq!((glyphs.status.as_u16(), glyphs.header("content-type")), (200, "application/x-protobuf"));
        assert!(glyphs.body.len() > 1_000, "ğ, ş, İ are in this range");
    }
    assert_eq!(city.get("/assets/glyphs/Meydan%20Regular/65024-65279.pbf").await.body.len(), 0);
    assert_eq!(city.get("/assets/../../Cargo.toml").await.status, 404);
}
