//! The log through HTTP, read as an auditor reads it: with nothing but the standards.

#[allow(dead_code, reason = "each test binary uses its own part of the city")]
#[path = "web/city.rs"]
mod city;

use axum::Extension;
use city::{BUILDINGS, City};
use meydan_faces::log::LogKey;
use meydan_kernel::log::{
    note::{SealKey, Verifier},
    proof::{from_text, verify_consistency, verify_inclusion},
    tree::{Edge, Hash, TilePath, leaf_hash, tile_hashes},
};
use meydan_store::seal::Sealer;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

async fn sealed_city() -> (City, SealKey) {
    let mut city = City::with_a_street().await;
    let key = SealKey::from_seed([3; 32]);
    city.router = city.router.layer(Extension(LogKey(key.verifier())));
    seal(&city, &key).await;
    (city, key)
}

async fn seal(city: &City, key: &SealKey) {
    Sealer::new(Arc::clone(city.app.desk.store()), key.clone()).seal_now().await.expect("sealed");
}

async fn text(city: &City, path: &str) -> String {
    let reply = city.get(path).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    reply.text()
}

async fn raise(city: &City, fid: i64, floors: i64) {
    let change = json!({ "reason": "Kat eklendi", "changes": [
        { "register": "building", "op": "update", "id": city.building(fid).await, "values": { "floors": floors } },
    ] });
    assert_eq!(city.post("/api/changes", &change).await.status, 201);
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).expect("hex")).collect()
}

fn hash(json: &Json) -> Hash {
    bytes(json.as_str().expect("a hash")).try_into().expect("32 bytes")
}

fn hashes(json: &Json) -> Vec<Hash> {
    json.as_array().expect("a list").iter().map(hash).collect()
}

#[tokio::test]
async fn a_tiles_client_rebuilds_the_whole_tree() {
    let (city, key) = sealed_city().await;
    for i in 0..300 {
        raise(&city, 1 + i % BUILDINGS as i64, 1 + i % 9).await;
    }
    seal(&city, &key).await;
    let verifier = Verifier::parse(&text(&city, "/log/key").await).expect("a key");
    let checkpoint = verifier.open(&text(&city, "/log/checkpoint").await).expect("signed");
    assert_eq!(checkpoint.size, BUILDINGS as u64 + 300);
    let mut edge = Edge::new();
    while edge.size() < checkpoint.size {
        let width = (checkpoint.size - edge.size()).min(256) as usize;
        let path = TilePath { level: None, index: edge.size() / 256, width };
        let reply = city.get(&format!("/log/tile/{path}")).await;
        assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (200, "public, max-age=31536000, immutable"));
        let tile = city.get(&format!("/log/tile/{}", TilePath { level: Some(0), ..path })).await;
        let tile = tile_hashes(&tile.body).expect("a tile");
        let mut rest = reply.body.as_slice();
        for leaf in tile {
            let (length, after) = rest.split_first_chunk::<2>().expect("a length");
            let (entry, after) = after.split_at(usize::from(u16::from_be_bytes(*length)));
            assert_eq!(leaf_hash(entry), leaf);
            edge.push(leaf, &mut |_, _| {});
            rest = after;
        }
        assert!(rest.is_empty());
    }
    assert_eq!(edge.root(), checkpoint.root);
    for path in [
        "0/000",
        "0/001.p/70",
        "1/000.p/2",
        "2/000.p/1",
        "0/000.p/0",
        "entries/002.p/1",
        "entries/001.p/70",
        "../x",
        "0/x000/000",
    ] {
        let reply = city.get(&format!("/log/tile/{path}")).await;
        assert_eq!(reply.status == 200, path == "0/000", "{path}");
    }
}

#[tokio::test]
async fn proofs_hold() {
    let (city, key) = sealed_city().await;
    let first = city.json("/api/log/proof/inclusion?position=7").await;
    assert!(verify_inclusion(
        &hash(&first["leaf_hash"]),
        7,
        BUILDINGS as u64,
        &hashes(&first["hashes"]),
        &hash(&first["root"])
    ));
    let checkpoint = key.verifier().open(first["checkpoint"].as_str().expect("a checkpoint")).expect("signed");
    assert_eq!(checkpoint.root, hash(&first["root"]));
    for fid in 1..12 {
        raise(&city, fid, 9).await;
    }
    seal(&city, &key).await;
    let size = BUILDINGS as u64 + 11;
    let grown = city.json(&format!("/api/log/proof/consistency?first={BUILDINGS}")).await;
    assert_eq!(grown["second"], size);
    let (old, new) = (hash(&grown["first_root"]), hash(&grown["second_root"]));
    assert_eq!(old, checkpoint.root);
    assert!(verify_consistency(BUILDINGS as u64, size, &old, &new, &hashes(&grown["hashes"])));
    // The old proof can still be had.
    assert_eq!(city.json(&format!("/api/log/proof/inclusion?position=7&size={BUILDINGS}")).await["hashes"], first["hashes"]);
    let file = text(&city, "/api/log/proof/inclusion?position=30&f=tlog-proof").await;
    let (position, proof, note) = from_text(&file).expect("a proof");
    let checkpoint = key.verifier().open(note).expect("signed");
    let leaf = hash(&city.json("/api/log/proof/inclusion?position=30").await["leaf_hash"]);
    assert!(verify_inclusion(&leaf, position, checkpoint.size, &proof, &checkpoint.root));
    for wrong in [
        "inclusion",
        "inclusion?position=36",
        "inclusion?position=1&size=37",
        "inclusion?position=-1",
        "consistency?first=0",
        "consistency",
        "consistency?first=9&second=8",
    ] {
        assert_eq!(city.get(&format!("/api/log/proof/{wrong}")).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn one_document_proves_one_version() {
    let (city, key) = sealed_city().await;
    raise(&city, 3, 8).await;
    let id = city.building(3).await;
    let path = format!("/api/log/records/building/{id}/proof");
    let fresh = city.json(&path).await;
    assert_eq!((&fresh["version"], &fresh["inclusion"]), (&json!(2), &Json::Null), "not sealed yet");
    seal(&city, &key).await;
    for (version, floors) in [(1, 3), (2, 8)] {
        let proof = city.json(&format!("{path}?version={version}")).await;
        // Each step as the document itself tells it.
        let content = proof["content"].as_str().expect("the content");
        let salted = [bytes(proof["salt"].as_str().expect("a salt")), content.as_bytes().to_vec()].concat();
        assert_eq!(Sha256::digest(salted).to_vec(), hash(&proof["digest"]));
        let content: Json = serde_json::from_str(content).expect("JSON");
        assert_eq!(
            (&content["values"]["floors"], &content["version"], &content["id"]),
            (&json!(floors), &json!(version), &json!(id))
        );
        let leaf = proof["leaf"].as_str().expect("the leaf");
        let said: Json = serde_json::from_str(leaf).expect("JSON");
        assert_eq!(
            (&said["digest"], &said["person"], &said["version"]),
            (&proof["digest"], &json!("Emine Kaya"), &json!(version))
        );
        assert_eq!(leaf_hash(leaf.as_bytes()), hash(&proof["leaf_hash"]));
        let inclusion = &proof["inclusion"];
        let checkpoint = Verifier::parse(proof["key"].as_str().expect("a key")).expect("a key");
        let checkpoint = checkpoint.open(inclusion["checkpoint"].as_str().expect("a checkpoint")).expect("signed");
        let position = proof["position"].as_u64().expect("a position");
        assert!(verify_inclusion(
            &hash(&proof["leaf_hash"]),
            position,
            checkpoint.size,
            &hashes(&inclusion["hashes"]),
            &checkpoint.root
        ));
    }
    assert_eq!(city.get(&format!("{path}?version=3")).await.status, 404);
    // By the small number too.
    assert_eq!(city.json("/api/log/records/building/3/proof").await["id"], json!(id));
}

#[tokio::test]
async fn entries_are_listed_and_paged() {
    let (city, _) = sealed_city().await;
    raise(&city, 2, 8).await;
    let list = city.json("/api/log?limit=10").await;
    assert_eq!((&list["size"], &list["sealed"], &list["before"]), (&json!(26), &json!(25), &json!(16)));
    assert_eq!(list["entries"][0]["reason"], "Kat eklendi");
    assert_eq!((&list["entries"][0]["sealed"], &list["entries"][1]["sealed"]), (&json!(false), &json!(true)));
    let mut seen = Vec::new();
    let mut path = "/api/log?limit=10".to_owned();
    loop {
        let page = city.json(&path).await;
        seen.extend(page["entries"].as_array().expect("a list").iter().filter_map(|e| e["position"].as_i64()));
        let Some(before) = page["before"].as_i64() else { break };
        path = format!("/api/log?limit=10&before={before}");
    }
    assert_eq!(seen, (0..26).rev().collect::<Vec<i64>>());
    let id = city.building(2).await;
    let of = city.json(&format!("/api/log?record={id}")).await;
    assert_eq!(of["entries"].as_array().expect("a list").len(), 2);
    let changeset = &of["entries"][0]["changeset"].as_str().expect("an id");
    assert_eq!(city.json(&format!("/api/log?changeset={changeset}")).await["entries"].as_array().expect("a list").len(), 1);
    for wrong in ["record=x", "limit=0", "limit=1001", "before=-1", "unknown=1"] {
        assert_eq!(city.get(&format!("/api/log?{wrong}")).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn without_a_seal_there_is_nothing_to_prove() {
    let city = City::with_a_street().await;
    for path in [
        "/log/checkpoint",
        "/log/key",
        "/log/tile/0/000.p/1",
        "/log/tile/entries/000.p/1",
        "/api/log/proof/inclusion?position=0",
    ] {
        assert_eq!(city.get(path).await.status, 404, "{path}");
    }
}
