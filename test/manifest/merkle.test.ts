import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import * as fc from "fast-check";

import {
  consistencyProof,
  inclusionProof,
  leafHash,
  merkleTree,
  verifyConsistency,
  verifyInclusion,
} from "../../src/manifest/merkle.ts";

// The eight entries and the roots over the first 1 to 8 of them that Certificate Transparency implementations share.
const entries = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map((hex) => Buffer.from(hex, "hex"));
const roots = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

test("the root of no entries is the SHA-256 of nothing", () => {
  assert.equal(merkleTree().root().toString("hex"), createHash("sha256").digest("hex"));
});

test("the tree of the first n shared entries has the published root, for n from 1 to 8", () => {
  const tree = merkleTree();
  for (const [index, entry] of entries.entries()) {
    tree.push(entry);
    assert.equal(tree.root().toString("hex"), roots[index]);
  }
});

test("the published path of the first shared entry is produced and accepted", () => {
  const leaves = entries.map((entry) => leafHash(entry));
  const proof = inclusionProof(leaves, 0);
  assert.deepEqual(
    proof.map((hash) => Buffer.from(hash).toString("hex")),
    [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  );
  const root = Buffer.from(roots[7] ?? "", "hex");
  assert.equal(verifyInclusion({ leaf: leafHash(""), index: 0, size: 8, proof, root }), true);
});

test("the published proof that the tree of 6 grew into that of 8 is produced and accepted", () => {
  const proof = consistencyProof(
    entries.map((entry) => leafHash(entry)),
    6,
  );
  assert.deepEqual(
    proof.map((hash) => Buffer.from(hash).toString("hex")),
    [
      "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  );
  const [firstRoot, root] = [Buffer.from(roots[5] ?? "", "hex"), Buffer.from(roots[7] ?? "", "hex")];
  assert.equal(verifyConsistency({ firstSize: 6, firstRoot, size: 8, root, proof }), true);
});

const entryLists = fc.array(fc.string({ maxLength: 8 }), { minLength: 1, maxLength: 70 });

test("every leaf of every tree has a proof that is accepted, and with any part of it changed is not", () => {
  fc.assert(
    fc.property(entryLists, fc.nat(), fc.nat(), (list, pick, bit) => {
      const leaves = list.map((entry) => leafHash(entry));
      const index = pick % leaves.length;
      const claim = {
        leaf: leafHash(list[index] ?? ""),
        index,
        size: leaves.length,
        proof: inclusionProof(leaves, index),
        root: rootOf(list),
      };
      assert.equal(verifyInclusion(claim), true);
      assert.equal(verifyInclusion({ ...claim, leaf: flipped(claim.leaf, bit) }), false);
      assert.equal(verifyInclusion({ ...claim, root: flipped(claim.root, bit) }), false);
      assert.equal(verifyInclusion({ ...claim, proof: [...claim.proof, claim.root] }), false);
      assert.equal(verifyInclusion({ ...claim, index: claim.size }), false);
      for (const [place, hash] of claim.proof.entries()) {
        assert.equal(verifyInclusion({ ...claim, proof: claim.proof.with(place, flipped(hash, bit)) }), false);
      }
    }),
  );
});

test("every earlier tree has a proof that is accepted, and with any part of it changed is not", () => {
  fc.assert(
    fc.property(entryLists, fc.nat(), fc.nat(), (list, pick, bit) => {
      const leaves = list.map((entry) => leafHash(entry));
      const firstSize = 1 + (pick % leaves.length);
      const claim = {
        firstSize,
        firstRoot: rootOf(list.slice(0, firstSize)),
        size: leaves.length,
        root: rootOf(list),
        proof: consistencyProof(leaves, firstSize),
      };
      assert.equal(verifyConsistency(claim), true);
      assert.equal(verifyConsistency({ ...claim, firstRoot: flipped(claim.firstRoot, bit) }), false);
      assert.equal(verifyConsistency({ ...claim, root: flipped(claim.root, bit) }), false);
      assert.equal(verifyConsistency({ ...claim, proof: [...claim.proof, claim.root] }), false);
      for (const [place, hash] of claim.proof.entries()) {
        assert.equal(verifyConsistency({ ...claim, proof: claim.proof.with(place, flipped(hash, bit)) }), false);
      }
    }),
  );
});

test("growth out of the empty tree and hashes of another length are refused", () => {
  const root = rootOf(["a"]);
  const empty = merkleTree().root();
  assert.equal(verifyConsistency({ firstSize: 0, firstRoot: empty, size: 1, root, proof: [] }), false);
  assert.equal(verifyConsistency({ firstSize: 0, firstRoot: empty, size: 0, root: empty, proof: [] }), false);
  const nothing = Buffer.alloc(0);
  assert.equal(verifyInclusion({ leaf: nothing, index: 0, size: 1, proof: [], root: nothing }), false);
});

test("an index beyond 32 bits is walked with whole numbers and not with their low bits", () => {
  const root = rootOf(["a"]);
  const claim = { leaf: leafHash("a"), index: 2 ** 32, size: 2 ** 32 + 1, root };
  // At the right edge the leaf joins at the top: one step, its left sibling.
  const sibling = leafHash("b");
  const top = createHash("sha256").update(Uint8Array.of(1)).update(sibling).update(leafHash("a")).digest();
  assert.equal(verifyInclusion({ ...claim, proof: [sibling], root: top }), true);
  assert.equal(verifyInclusion({ ...claim, proof: [] }), false);
});

test("there is no proof for a leaf or an earlier tree that does not exist", () => {
  const leaves = [leafHash("a"), leafHash("b")];
  for (const index of [-1, 2, 0.5]) assert.throws(() => inclusionProof(leaves, index), RangeError);
  for (const size of [0, 3, 1.5]) assert.throws(() => consistencyProof(leaves, size), RangeError);
});

function rootOf(list: readonly string[]): Buffer {
  const tree = merkleTree();
  for (const entry of list) tree.push(entry);
  return tree.root();
}

function flipped(hash: Uint8Array, bit: number): Uint8Array {
  const copy = Buffer.from(hash);
  const at = bit % (copy.length * 8);
  copy[at >> 3] = (copy[at >> 3] ?? 0) ^ (1 << (at & 7));
  return copy;
}
