//! The plan of the house (ARCHITECTURE.md), held against the house: which room may know which, and that rooms stay small.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// What each crate may know of the house.
const ARROWS: [(&str, &[&str]); 13] = [
    ("crates/geo", &[]),
    ("crates/kernel", &["meydan-geo"]),
    ("crates/formats", &["meydan-geo"]),
    ("crates/store", &["meydan-geo", "meydan-kernel"]),
    ("crates/followers", &["meydan-geo", "meydan-kernel"]),
    ("crates/identity", &["meydan-kernel"]),
    ("crates/paper", &[]),
    ("crates/render", &["meydan-geo"]),
    ("crates/messages", &[]),
    (
        "crates/faces",
        &[
            "meydan-geo",
            "meydan-kernel",
            "meydan-followers",
            "meydan-formats",
            "meydan-identity",
            "meydan-paper",
            "meydan-render",
        ],
    ),
    ("modules", &["meydan-geo", "meydan-kernel"]),
    (
        "crates/meydan",
        &[
            "meydan-geo",
            "meydan-kernel",
            "meydan-store",
            "meydan-formats",
            "meydan-followers",
            "meydan-identity",
            "meydan-faces",
            "meydan-messages",
            "meydan-modules",
            "meydan-paper",
        ],
    ),
    // Tests only: nothing of the house is built into anything there.
    ("tests/permission", &[]),
];
/// Lines over which a file can hardly have one subject.
const MAX_LINES: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn every_arrow_goes_the_one_way() {
    for (room, allowed) in ARROWS {
        let text = std::fs::read_to_string(root().join(room).join("Cargo.toml")).expect("a manifest");
        let manifest: toml::Table = text.parse().expect("TOML");
        let known = manifest.get("dependencies").and_then(|d| d.as_table()).map(toml::Table::keys);
        for name in known.into_iter().flatten().filter(|name| name.starts_with("meydan-")) {
            assert!(allowed.contains(&name.as_str()), "{room} must not know {name}: see ARCHITECTURE.md");
        }
    }
}

#[test]
fn every_room_is_in_the_plan() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the plan");
    let mut rooms = vec!["modules".to_owned(), "tests/permission".to_owned()];
    for entry in std::fs::read_dir(root().join("crates")).expect("a folder").flatten() {
        rooms.push(format!("crates/{}", entry.file_name().to_string_lossy()));
    }
    for room in rooms {
        assert!(ARROWS.iter().any(|(known, _)| *known == room), "{room} has no arrows in this test");
        let told = text.contains(&format!("`{room}`")) || text.contains(&format!("`{room}/`"));
        assert!(told, "{room} is not in the table of ARCHITECTURE.md");
    }
}

#[test]
fn the_kernel_and_geo_do_no_input_or_output() {
    for room in ["crates/kernel", "crates/geo"] {
        // Tests beside the code may read the real data.
        for (file, text) in sources(&root().join(room).join("src")).into_iter().filter(|(file, _)| !file.ends_with("tests.rs"))
        {
            for word in ["std::fs", "std::net", "tokio::", "rusqlite", "axum", "reqwest", "ureq"] {
                assert!(!text.contains(word), "{} names {word}", file.display());
            }
        }
    }
}

#[test]
fn a_face_reaches_the_store_through_the_desk_only() {
    for (file, text) in sources(&root().join("crates/faces/src")) {
        let reaches = text.lines().filter(|l| l.contains("desk.store()") && !l.contains("Tiles::with_cache")).count();
        assert_eq!(reaches, 0, "{} goes past the desk", file.display());
        assert!(!text.contains("meydan_store"), "{} knows a store", file.display());
    }
}

#[test]
fn rooms_are_small_and_have_no_lumber() {
    let mut long = BTreeMap::new();
    for folder in ["crates", "modules", "tests"] {
        for (file, text) in sources(&root().join(folder)) {
            let name = file.file_stem().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
            assert!(
                !["utils", "util", "helpers", "common", "misc"].contains(&name.as_str()),
                "{} is a lumber room",
                file.display()
            );
            if text.lines().count() > MAX_LINES {
                long.insert(file, text.lines().count());
            }
        }
    }
    assert!(long.is_empty(), "too long for one subject: {long:?}");
}

/// `make test` runs the programs that cargo built (tests/side_by_side.py), and no examples in comments: there are none to run.
#[test]
fn no_comment_holds_an_example_that_nobody_runs() {
    for folder in ["crates", "modules"] {
        for (file, text) in sources(&root().join(folder)) {
            let comments = text.lines().map(str::trim).filter(|l| l.starts_with("///") || l.starts_with("//!"));
            let fences: Vec<&str> = comments.filter_map(|l| l[3..].trim().strip_prefix("```")).step_by(2).collect();
            assert!(fences.iter().all(|language| *language == "text"), "{}: make the example a test", file.display());
        }
    }
}

/// Rust files below a folder with their text.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut out = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("node_modules") && !path.ends_with(".venv") {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).expect("a text");
                out.push((path, text));
            }
        }
    }
    assert!(!out.is_empty() || folder.ends_with("tests"), "{} has no Rust files", folder.display());
    out
}
