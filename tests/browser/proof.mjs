// Checks a downloaded proof without Meydan: hashes by node:crypto, the tree by RFC 9162, 2.1.3.2.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();
const hex = (text) => Buffer.from(text, "hex");

/** The root that a leaf and its path lead to. */
function root(leaf, index, size, path) {
  let [node, last, hash] = [index, size - 1, leaf];
  for (const beside of path) {
    assert.ok(last > 0, "the path is too long");
    if (node % 2 === 1 || node === last) {
      hash = sha256([1], beside, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node >> 1, last >> 1];
    } else {
      hash = sha256([1], hash, beside);
    }
    [node, last] = [node >> 1, last >> 1];
  }
  assert.equal(last, 0, "the path is too short");
  return hash;
}

/** Fails unless the content was recorded as it stands and is in the sealed tree. */
export function checkProof(proof) {
  const digest = sha256(hex(proof.salt), proof.content).toString("hex");
  assert.equal(digest, proof.digest, "the content is another than the recorded one");
  assert.equal(JSON.parse(proof.leaf).digest, digest, "the log's entry names another digest");
  const leaf = sha256([0], proof.leaf);
  const { position, size, hashes, checkpoint } = proof.inclusion;
  const [, told, sealed] = checkpoint.split("\n");
  assert.equal(Number(told), size);
  assert.equal(root(leaf, position, size, hashes.map(hex)).toString("base64"), sealed, "the leaf is not in the sealed tree");
}
