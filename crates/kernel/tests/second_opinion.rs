//! Another's implementation of RFC 6962 holds our roots and proofs for right, and we hold its.

#![allow(clippy::unwrap_used, missing_docs)]

use ct_merkle::{ConsistencyProof, InclusionProof, RootHash, mem_backed_tree::MemoryBackedTree};
use meydan_kernel::log::{
    TileId,
    proof::{Wanted, verify_consistency, verify_inclusion},
    tree::{Edge, Hash, leaf_hash},
};
use sha2::Sha256;
use std::collections::HashMap;

const ENTRIES: usize = 700;

struct Ours {
    tiles: HashMap<TileId, Vec<Hash>>,
    roots: Vec<Hash>,
}

fn entry(i: usize) -> Vec<u8> {
    format!("{{\"position\":{i}}}").into_bytes()
}

fn ours() -> Ours {
    let (mut tiles, mut roots, mut edge) = (HashMap::new(), Vec::new(), Edge::new());
    for i in 0..ENTRIES {
        edge.push(leaf_hash(&entry(i)), &mut |id, hashes| {
            tiles.insert(id, hashes.to_vec());
        });
        roots.push(edge.root());
    }
    tiles.extend(edge.partial().map(|(id, hashes)| (id, hashes.to_vec())));
    Ours { tiles, roots }
}

impl Ours {
    fn compute(&self, wanted: &Wanted) -> Vec<Hash> {
        wanted.compute(|id| self.tiles.get(&id).map(Vec::as_slice)).unwrap()
    }
}

#[test]
fn ct_merkle_agrees() {
    let ours = ours();
    let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for size in 1..=ENTRIES {
        theirs.push(entry(size - 1));
        let (our_root, their_root) = (ours.roots[size - 1], theirs.root());
        assert_eq!(their_root.as_bytes().as_slice(), our_root, "root of {size}");
        for position in [0, size / 3, size / 2, size - 1] {
            let proof = ours.compute(&Wanted::inclusion(position as u64, size as u64).unwrap());
            let as_theirs = InclusionProof::<Sha256>::try_from_bytes(proof.concat()).unwrap();
            their_root.verify_inclusion(&entry(position), position as u64, &as_theirs).unwrap();
            assert!(their_root.verify_inclusion(&entry(position + 1), position as u64, &as_theirs).is_err());
            let their_proof = theirs.prove_inclusion(position);
            let as_ours: Vec<Hash> = their_proof.as_bytes().chunks_exact(32).map(|c| c.try_into().unwrap()).collect();
            assert!(verify_inclusion(&leaf_hash(&entry(position)), position as u64, size as u64, &as_ours, &our_root));
        }
        for first in [1, size / 3, size / 2, size - 1].into_iter().filter(|first| (1..size).contains(first)) {
            let before = RootHash::<Sha256>::new(ours.roots[first - 1].into(), first as u64);
            let proof = ours.compute(&Wanted::consistency(first as u64, size as u64).unwrap());
            let as_theirs = ConsistencyProof::<Sha256>::try_from_bytes(proof.concat()).unwrap();
            their_root.verify_consistency(&before, &as_theirs).unwrap();
            let their_proof = theirs.prove_consistency(size - first);
            let as_ours: Vec<Hash> = their_proof.as_bytes().chunks_exact(32).map(|c| c.try_into().unwrap()).collect();
            assert!(verify_consistency(first as u64, size as u64, &ours.roots[first - 1], &our_root, &as_ours));
        }
    }
}
