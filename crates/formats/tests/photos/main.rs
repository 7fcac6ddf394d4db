//! Photos with everything a camera and a program write into them – written and looked for by exiftool.

use meydan_formats::{
    Error,
    media::{
        Media,
        photo::{facts, without_metadata},
        sniff,
    },
};
use proptest::prelude::*;
use std::{collections::BTreeSet, path::Path, process::Command, sync::OnceLock};

const JPEG: &[u8] = include_bytes!("plain.jpg");
const PNG: &[u8] = include_bytes!("plain.png");
const WEBP: &[u8] = include_bytes!("plain.webp");
/// What exiftool tells of a file, or works out itself.
const NOT_IN_IT: [&str; 3] = ["SourceFile", "ExifTool:", "Composite:"];

fn exiftool(args: &[&str]) -> String {
    let output = Command::new("exiftool").args(args).output().expect("exiftool (apt: libimage-exiftool-perl)");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The three photos, talkative: written once.
fn talkative() -> &'static [Vec<u8>; 3] {
    static ALL: OnceLock<[Vec<u8>; 3]> = OnceLock::new();
    ALL.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name).display().to_string();
        for (name, bytes) in [("a.jpg", JPEG), ("a.png", PNG), ("a.webp", WEBP)] {
            std::fs::write(at(name), bytes).expect("written");
        }
        let camera = [
            "-EXIF:Make=Gizli",
            "-EXIF:SerialNumber=GizliNo",
            "-EXIF:Artist=GizliAd",
            "-Orientation#=6",
            "-XMP:Creator=GizliXmp",
        ];
        let place = ["-GPSLatitude=41.008238", "-GPSLatitudeRef=N", "-GPSLongitude=28.978359", "-GPSLongitudeRef=E"];
        let time = ["-EXIF:DateTimeOriginal=2026:11:24 10:20:30", "-EXIF:OffsetTimeOriginal=+03:00"];
        let thumbnail = format!("-ThumbnailImage<={}", at("a.jpg"));
        let more: [&[&str]; 3] = [
            &["-IPTC:By-line=GizliIptc", "-Comment=GizliYorum", &thumbnail],
            &["-PNG:Author=GizliPng", "-PNG:ModifyDate=2026:11:24 10:20:30"],
            &[],
        ];
        ["a.jpg", "a.png", "a.webp"].map(|name| {
            let extra = more[["a.jpg", "a.png", "a.webp"].iter().position(|n| *n == name).expect("one of them")];
            let path = at(&format!("full-{name}"));
            std::fs::copy(at(name), &path).expect("copied");
            let all = [&["-q", "-overwrite_original"][..], &camera, &place, &time, extra, &[&path]].concat();
            exiftool(&all);
            // What a phone hangs behind a photo: another one, a film.
            [std::fs::read(&path).expect("read"), b"GizliSon".to_vec()].concat()
        })
    })
}

/// Names of all that exiftool finds in a photo.
fn found(bytes: &[u8], folder: &Path) -> BTreeSet<String> {
    let path = folder.join("photo");
    std::fs::write(&path, bytes).expect("written");
    let told = exiftool(&["-a", "-u", "-U", "-G", "-s", "-S", "-args", &path.display().to_string()]);
    let names = told.lines().filter_map(|l| l.strip_prefix('-')?.split_once('=')).map(|(name, _)| name.to_owned());
    names.filter(|n| !NOT_IN_IT.iter().any(|skip| n.starts_with(skip))).collect()
}

#[test]
fn a_photo_tells_place_time_and_size() {
    for bytes in talkative() {
        let told = facts(bytes).unwrap();
        let (longitude, latitude) = told.position.unwrap();
        assert!((longitude - 28.978359).abs() < 1e-6 && (latitude - 41.008238).abs() < 1e-6);
        let taken = told.taken_at.unwrap();
        assert_eq!(taken.local.to_string(), "2026-11-24T10:20:30");
        assert_eq!(taken.offset.map(|o| o.seconds()), Some(3 * 3600));
        // It lies on its side: 16 × 12 pixels are shown as 12 × 16.
        assert_eq!((told.width, told.height), (12, 16));
    }
    for (bytes, kind) in [(JPEG, Media::Jpeg), (PNG, Media::Png), (WEBP, Media::Webp)] {
        let told = facts(bytes).unwrap();
        assert_eq!((told.width, told.height, told.position, told.taken_at), (16, 12, None, None));
        assert_eq!(sniff(bytes), Some(kind));
    }
}

#[test]
fn nothing_is_left_but_the_picture() {
    let folder = tempfile::tempdir().unwrap();
    let plain = [JPEG, PNG, WEBP];
    for (full, plain) in talkative().iter().zip(plain) {
        assert!(
            full.windows(5).any(|w| w == b"Gizli") && found(full, folder.path()).len() > found(plain, folder.path()).len() + 10
        );
        let clean = without_metadata(full).unwrap();
        assert!(!clean.windows(5).any(|w| w == b"Gizli"));
        let told = facts(&clean).unwrap();
        assert_eq!((told.position, told.taken_at), (None, None));
        // An independent reader finds what it finds in a photo that never told anything, and which side is up.
        let (left, never) = (found(&clean, folder.path()), found(plain, folder.path()));
        let more: Vec<_> = left.difference(&never).map(String::as_str).collect();
        match sniff(&clean) {
            Some(Media::Jpeg) => {
                assert!(more.iter().all(|n| ["EXIF:Orientation", "File:ExifByteOrder"].contains(n)), "{more:?}");
                assert_eq!((told.width, told.height), (12, 16));
            }
            Some(Media::Png) => assert_eq!(clean, plain),
            _ => assert!(more.iter().all(|n| n.starts_with("RIFF:")), "{more:?}"),
        }
        // The picture is the same, byte by byte, and cleaning again changes nothing.
        let picture = plain.rchunks(plain.len() - 24).next().unwrap();
        assert!(clean.windows(picture.len()).any(|w| w == picture));
        assert_eq!(without_metadata(&clean).unwrap(), clean);
        assert_eq!(without_metadata(plain).unwrap(), plain);
    }
}

#[test]
fn what_is_no_photo_or_a_bomb_is_refused() {
    let code = |bytes: &[u8]| match without_metadata(bytes) {
        Err(Error::File { code, .. }) => code,
        other => panic!("{other:?}"),
    };
    assert_eq!(code(b"%PDF-1.7"), "not-a-photo");
    assert_eq!(code(&JPEG[..40]), "damaged-photo");
    let mut bomb = PNG.to_vec();
    bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    assert_eq!(code(&bomb), "photo-too-large");
}

proptest! {
    #[test]
    fn any_damage_is_survived(
        which in 0..3_usize, length in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let mut bytes = talkative()[which].clone();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes.truncate(length.index(bytes.len() + 1));
        let _ = facts(&bytes);
        if let Ok(clean) = without_metadata(&bytes) {
            prop_assert_eq!(without_metadata(&clean).unwrap(), clean);
        }
    }
}
