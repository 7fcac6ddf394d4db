"""Verifies a served log from outside: the checkpoint's signature by OpenSSL, the root by a recomputation of RFC 6962 from the entry
bundles and by pymerkle, proofs of inclusion by pymerkle, of consistency by RFC 9162's algorithm on pymerkle's roots.    audit.py URL
"""
import base64
import hashlib
import os
import random
import struct
import subprocess
import sys
import tempfile

import pymerkle
from pymerkle.core import _inclusion_path_layout
from city import get, get_json, same

URL = sys.argv[1]
TILE = 256
# DER of an Ed25519 public key up to the key itself (RFC 8410).
ED25519 = bytes.fromhex("302a300506032b6570032100")


def checkpoint():
    """Size and root, after the signature is checked (C2SP signed-note, tlog-checkpoint)."""
    text, signatures = get(f"{URL}/log/checkpoint").decode().split("\n\n", 1)
    text += "\n"
    name, key_hash, key = get(f"{URL}/log/key").decode().strip().split("+", 2)
    public = base64.b64decode(key)
    same(public[0], 1, "the algorithm of Ed25519")
    same(hashlib.sha256(f"{name}\n".encode() + public).digest()[:4].hex(), key_hash, "the key's hash")
    dash, signer, coded = signatures.strip().split(" ")
    same((dash, signer), ("—", name), "the signer")
    signature = base64.b64decode(coded)
    same(signature[:4].hex(), key_hash, "the key named by the signature")
    same(verified(public[1:], text, signature[4:]), True, "OpenSSL's verdict on the signature")
    same(verified(public[1:], text.replace("\n", "\n1", 1), signature[4:]), False, "its verdict on an altered size")
    origin, size, root = text.splitlines()[:3]
    same(origin, name, "the origin")
    return int(size), base64.b64decode(root)


def verified(public, text, signature):
    with tempfile.TemporaryDirectory() as folder:
        def file(name, content):
            path = os.path.join(folder, name)
            with open(path, "wb") as out:
                out.write(content)
            return path
        key, data, sig = file("key.der", ED25519 + public), file("text", text.encode()), file("sig", signature)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", key, "-rawin", "-in", data, "-sigfile", sig]
        return subprocess.run(command, capture_output=True).returncode == 0


def entries(size):
    """All leaves, from the bundles (C2SP tlog-tiles)."""
    found = []
    for index in range(-(-size // TILE)):
        width = min(TILE, size - index * TILE)
        path = "/".join([f"x{index // 1000:03}"] * (index >= 1000) + [f"{index % 1000:03}"]) + ("" if width == TILE else f".p/{width}")
        bundle, at = get(f"{URL}/log/tile/entries/{path}"), 0
        while at < len(bundle):
            (length,) = struct.unpack_from(">H", bundle, at)
            found.append(bundle[at + 2:at + 2 + length])
            at += 2 + length
        same(len(found), index * TILE + width, f"entries up to bundle {path}")
    return found


def root(hashes):
    """RFC 6962, 2.1."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return node(root(hashes[:split]), root(hashes[split:]))


def check_inclusion(leaves, size, position):
    told = get_json(f"{URL}/api/log/proof/inclusion?position={position}&size={size}")
    same(told["leaf_hash"], leaves[position].hex(), f"the leaf at {position}")
    rule, _ = _inclusion_path_layout(position + 1, size)
    path = [leaves[position], *map(bytes.fromhex, told["hashes"])]
    proof = pymerkle.InclusionProof("sha256", True, size, position + 1, rule, path)
    pymerkle.verify_inclusion(leaves[position], root(leaves[:size]), proof, position + 1, size)
    refused(pymerkle.verify_inclusion, leaves[position - 1], root(leaves[:size]), proof)


def check_consistency(leaves, tree, first, second):
    told = get_json(f"{URL}/api/log/proof/consistency?first={first}&second={second}")
    path, roots = list(map(bytes.fromhex, told["hashes"])), (tree.get_root(first), tree.get_root(second))
    same((told["first_root"], told["second_root"]), (roots[0].hex(), roots[1].hex()), f"pymerkle's roots of {first} and {second}")
    same(is_consistent(first, second, *roots, path), True, f"the proof from {first} to {second}")
    if first < second:
        same(is_consistent(first, second, leaves[0] if first > 1 else leaves[1], roots[1], path), False, "the proof of another beginning")
        same(is_consistent(first, second, roots[0], roots[0], path), False, "the proof of another end")


def is_consistent(first, second, first_root, second_root, path):
    """RFC 9162, 2.1.4.2. (pymerkle's own proofs have another shape than the standard's.)"""
    if first == second:
        return first_root == second_root and not path
    path = ([first_root] if first & (first - 1) == 0 else []) + path
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    if not path:
        return False
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return (fr, sr, sn) == (first_root, second_root, 0)


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def refused(verify, *arguments):
    try:
        verify(*arguments)
    except pymerkle.InvalidProof:
        return
    raise SystemExit(f"{verify.__name__} takes a wrong proof: it proves nothing")


size, signed_root = checkpoint()
data = entries(size)
leaves = [hashlib.sha256(b"\x00" + entry).digest() for entry in data]
same(root(leaves), signed_root, "the root recomputed from the entries")
tree = pymerkle.InmemoryTree(algorithm="sha256")
for entry in data:
    tree.append_entry(entry)
same(tree.get_root(), signed_root, "pymerkle's root")
# Chosen by a fixed seed, and the borders.
chosen = random.Random(5651)
for length in [2, 3, 255, 256, 257, size - 1, size, *(chosen.randrange(2, size) for _ in range(8))]:
    for position in {1, length // 2, length - 1}:
        check_inclusion(leaves, length, position)
    check_consistency(leaves, tree, chosen.randrange(1, length), length)
for first in (1, 2, 255, 256, 257, 1024, size - 1, size):
    check_consistency(leaves, tree, first, size)
print(f"{size} entries verified")
