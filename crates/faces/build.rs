//! Turns the Fluent texts of the pages into Rust functions, so that a text that is missing in a language, or misspelt in a
//! template, fails the build. In release it also insists on the built web files.

#[path = "build/texts.rs"]
mod texts;

use std::{env, fs, path::Path};

fn main() {
    let texts = Path::new("src/pages/i18n");
    println!("cargo:rerun-if-changed={}", texts.display());
    println!("cargo:rerun-if-changed=build/texts.rs");
    let read = |lang: &str| read_all(texts, lang);
    let code = texts::generate(&read("tr"), &read("en")).unwrap_or_else(|faults| stop(&faults.join("\n")));
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
    fs::write(Path::new(&out).join("texts.rs"), code).unwrap_or_else(|e| stop(&format!("texts.rs can't be written: {e}")));
    web_files();
}

/// All texts of a language: `tr.ftl` and, of rooms that have their own, `<room>.tr.ftl`.
fn read_all(folder: &Path, lang: &str) -> String {
    let files = fs::read_dir(folder).unwrap_or_else(|e| stop(&format!("{}: {e}", folder.display())));
    let of_lang = |path: &std::path::PathBuf| {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        name == format!("{lang}.ftl") || name.ends_with(&format!(".{lang}.ftl"))
    };
    let mut paths: Vec<_> = files.filter_map(|f| Some(f.ok()?.path())).filter(of_lang).collect();
    paths.sort();
    let read =
        |path: &std::path::PathBuf| fs::read_to_string(path).unwrap_or_else(|e| stop(&format!("{}: {e}", path.display())));
    paths.iter().map(read).collect::<Vec<_>>().join("\n")
}

/// The pages need web/dist. A debug build reads it when a page is asked for, so it may come later; a release holds it inside.
fn web_files() {
    let manifest = Path::new("../../web/dist/manifest.json");
    println!("cargo:rerun-if-changed={}", manifest.display());
    if manifest.exists() {
        return;
    }
    let sentence = "web/dist is missing: run `make web` (npm ci && npm run build in web/) and build again.";
    if env::var("PROFILE").is_ok_and(|p| p == "release") {
        stop(sentence);
    }
    println!("cargo:warning={sentence}");
}

fn stop(message: &str) -> ! {
    for line in message.lines() {
        println!("cargo::error={line}");
    }
    std::process::exit(1)
}
