use super::*;
use crate::log::proof::{self, Wanted, verify_consistency, verify_inclusion};
use proptest::prelude::*;
use std::collections::HashMap;

/// RFC 6962, 2.1, as it stands there: the definition, without tiles.
fn mth(leaves: &[Vec<u8>]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => leaf_hash(one),
        many => {
            let mut k = 1;
            while k * 2 < many.len() {
                k *= 2;
            }
            node_hash(&mth(&many[..k]), &mth(&many[k..]))
        }
    }
}

/// RFC 6962, 2.1.1.
fn path(m: usize, leaves: &[Vec<u8>]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let k = leaves.len().next_power_of_two() / 2;
    let (mut out, last) =
        if m < k { (path(m, &leaves[..k]), mth(&leaves[k..])) } else { (path(m - k, &leaves[k..]), mth(&leaves[..k])) };
    out.push(last);
    out
}

/// RFC 6962, 2.1.2.
fn subproof(m: usize, leaves: &[Vec<u8>], whole: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if whole { Vec::new() } else { vec![mth(leaves)] };
    }
    let k = leaves.len().next_power_of_two() / 2;
    let (mut out, last) = if m <= k {
        (subproof(m, &leaves[..k], whole), mth(&leaves[k..]))
    } else {
        (subproof(m - k, &leaves[k..], false), mth(&leaves[..k]))
    };
    out.push(last);
    out
}

fn leaves(n: usize) -> Vec<Vec<u8>> {
    (0..n).map(|i| format!("entry {i}").into_bytes()).collect()
}

struct Grown {
    tiles: HashMap<TileId, Vec<Hash>>,
    edge: Edge,
}

/// A tree grown in steps of these sizes, its edge taken up from the tiles at each step, as the sealer does.
fn grow(leaves: &[Vec<u8>], steps: &[usize]) -> Grown {
    let mut tiles: HashMap<TileId, Vec<Hash>> = HashMap::new();
    let mut edge = Edge::new();
    let mut left = leaves;
    let mut steps = steps.iter().copied();
    while !left.is_empty() {
        let (now, later) = left.split_at(steps.next().unwrap_or(left.len()).clamp(1, left.len()));
        edge = Edge::load(edge.size(), |id| tiles.get(&id).cloned()).expect("all tiles are there");
        for leaf in now {
            edge.push(leaf_hash(leaf), &mut |id, hashes| {
                tiles.insert(id, hashes.to_vec());
            });
        }
        for (id, hashes) in edge.partial() {
            tiles.insert(id, hashes.to_vec());
        }
        left = later;
    }
    Grown { tiles, edge }
}

/// Test vectors of Certificate Transparency's own tests (merkle_tree_test, roots of the first 1 to 8 inputs).
#[test]
fn the_roots_of_certificate_transparency() {
    let inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let bytes = |hex: &str| -> Vec<u8> {
        (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).expect("hex")).collect()
    };
    let leaves: Vec<Vec<u8>> = inputs.iter().map(|i| bytes(i)).collect();
    for (n, root) in roots.iter().enumerate() {
        assert_eq!(grow(&leaves[..=n], &[]).edge.root().to_vec(), bytes(root), "{} leaves", n + 1);
    }
    assert_eq!(empty_root().to_vec(), bytes("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    assert_eq!(Edge::new().root(), empty_root());
}

#[test]
fn more_than_one_level_of_tiles() {
    let leaves = leaves(256 * 256 + 300);
    let grown = grow(&leaves, &[255, 1, 1, 60_000, 5_000]);
    assert_eq!(grown.edge.root(), mth(&leaves));
    let tile = |level, index| grown.tiles.get(&TileId { level, index }).map(Vec::len);
    assert_eq!(
        (tile(0, 256), tile(0, 257), tile(1, 0), tile(1, 1), tile(2, 0)),
        (Some(256), Some(44), Some(256), Some(1), Some(1))
    );
    let size = leaves.len() as u64;
    let compute = |wanted: Wanted| wanted.compute(|id| grown.tiles.get(&id).map(Vec::as_slice)).expect("all tiles are there");
    for position in [0, 255, 256, 65_535, 65_536, size - 1] {
        let proof = compute(Wanted::inclusion(position, size).expect("inside"));
        assert!(verify_inclusion(&leaf_hash(&leaves[position as usize]), position, size, &proof, &grown.edge.root()));
    }
}

#[test]
fn paths_have_one_spelling() {
    let path = |text: &str| TilePath::parse(text);
    assert_eq!(path("0/x001/x234/067"), Some(TilePath { level: Some(0), index: 1_234_067, width: 256 }));
    assert_eq!(path("entries/005.p/17"), Some(TilePath { level: None, index: 5, width: 17 }));
    for wrong in [
        "",
        "0",
        "0/5",
        "0/0005",
        "00/005",
        "8/005",
        "0/x000/005",
        "0/005.p/0",
        "0/005.p/256",
        "0/005.p/017",
        "0/x005",
        "0/001/002",
        "x/000",
    ] {
        assert_eq!(path(wrong), None, "{wrong}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn roots_and_proofs_are_those_of_the_definition(
        n in 1usize..900,
        steps in prop::collection::vec(1usize..400, 0..6),
        a in any::<prop::sample::Index>(),
        b in any::<prop::sample::Index>(),
        wrong in 0usize..32,
    ) {
        let leaves = leaves(n);
        let grown = grow(&leaves, &steps);
        let root = mth(&leaves);
        prop_assert_eq!(grown.edge.root(), root);
        let compute = |wanted: Wanted| {
            // Only what the proof says it needs.
            let given: HashMap<TileId, Vec<Hash>> = wanted.tiles().into_iter().map(|(id, width)| (id, grown.tiles[&id][..width].to_vec())).collect();
            wanted.compute(|id| given.get(&id).map(Vec::as_slice)).expect("said what it needs")
        };
        prop_assert_eq!(compute(Wanted::root(n as u64)), vec![root]);

        let position = a.index(n);
        let proof = compute(Wanted::inclusion(position as u64, n as u64).expect("inside"));
        prop_assert_eq!(&proof, &path(position, &leaves));
        let leaf = leaf_hash(&leaves[position]);
        prop_assert!(verify_inclusion(&leaf, position as u64, n as u64, &proof, &root));
        let mut bad = leaf;
        bad[wrong] ^= 1;
        prop_assert!(!verify_inclusion(&bad, position as u64, n as u64, &proof, &root));
        if n > 1 {
            prop_assert!(!verify_inclusion(&leaf, ((position + 1) % n) as u64, n as u64, &proof, &root));
        }
        let text = proof::to_text(position as u64, &proof, "origin\n1\nAAAA\n\n— x y\n");
        prop_assert_eq!(proof::from_text(&text), Some((position as u64, proof, "origin\n1\nAAAA\n\n— x y\n")));

        let first = b.index(n) + 1;
        let proof = compute(Wanted::consistency(first as u64, n as u64).expect("inside"));
        prop_assert_eq!(&proof, &subproof(first, &leaves, true));
        let old = mth(&leaves[..first]);
        prop_assert!(verify_consistency(first as u64, n as u64, &old, &root, &proof));
        let mut bad = old;
        bad[wrong] ^= 1;
        prop_assert!(!verify_consistency(first as u64, n as u64, &bad, &root, &proof));
        let mut bad = root;
        bad[wrong] ^= 1;
        prop_assert!(!verify_consistency(first as u64, n as u64, &old, &bad, &proof));
    }

    #[test]
    fn tile_paths_come_back(level in prop::option::of(0u8..8), index in 0u64..1 << 50, width in 1usize..=256) {
        let path = TilePath { level, index, width };
        prop_assert_eq!(TilePath::parse(&path.to_string()), Some(path));
    }
}
