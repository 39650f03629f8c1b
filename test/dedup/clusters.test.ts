import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { bandsOfPart } from "../../src/dedup/band-edges.ts";
import { bandCount } from "../../src/dedup/bands.ts";
import type { Cluster } from "../../src/dedup/clusters.ts";
import { jaccardOf, shingleSetOf } from "../../src/dedup/shingle-set.ts";
import { signatureOf, signatureSlots } from "../../src/dedup/signature.ts";
import { clustersOfTexts } from "./clusters-of-texts.ts";
import { randomOf } from "./random.ts";

interface Entry {
  readonly id: number;
  readonly text: string;
}

/** Clusters of entries; the lower id comes first. */
function clustersOfEntries(entries: readonly Entry[], reads: number[] = [], parts = 1): Promise<readonly Cluster[]> {
  const signatures = new Uint32Array(entries.length * signatureSlots);
  for (const [index, { text }] of entries.entries()) signatures.set(signatureOf(text), index * signatureSlots);
  const input = {
    exactKeys: entries.map(({ text }) => text),
    signatures,
    textOf: (index: number): string => {
      reads.push(index);
      return entries[index]?.text ?? "";
    },
    compare: (a: number, b: number): number => (entries[a]?.id ?? 0) - (entries[b]?.id ?? 0),
  };
  return clustersOfTexts(input, parts);
}

const entriesOf = (texts: readonly string[]): Entry[] => texts.map((text, id) => ({ id, text }));

const wordsFrom = (seed: number, count: number): string[] => {
  const random = randomOf(seed);
  return Array.from({ length: count }, () => `w${Math.floor(random() * 1e6).toString(36)}`);
};

/** The text with the words from `start` on, `count` of them, replaced by others. */
const changed = (words: readonly string[], start: number, count: number, seed: number): string =>
  words.toSpliced(start, count, ...wordsFrom(seed, count)).join(" ");

test("equal texts cluster as exact, with similarity 1", async () => {
  const text = wordsFrom(1, 30).join(" ");
  assert.deepEqual(await clustersOfEntries(entriesOf(["a b", text, "c d", text])), [
    {
      representative: 1,
      members: [
        { index: 1, similarity: 1, kind: "exact" },
        { index: 3, similarity: 1, kind: "exact" },
      ],
    },
  ]);
});

test("similar texts cluster as near, with the exact Jaccard similarity to the representative", async () => {
  const words = wordsFrom(2, 100);
  const [first, second] = [words.join(" "), changed(words, 40, 3, 9)];
  const [cluster, ...others] = await clustersOfEntries(entriesOf([first, second]));
  assert.deepEqual(others, []);
  // 96 shingles each; three changed words in a row are in seven of them.
  assert.deepEqual(cluster?.members[1], { index: 1, similarity: 89 / 103, kind: "near" });
});

test("a similarity of exactly the threshold clusters, one below it does not", async () => {
  const words = wordsFrom(3, 44);
  const cut = (count: number): string => words.slice(0, count).join(" "); // of 40 shingles, `count - 4` are left
  assert.equal((await clustersOfEntries(entriesOf([cut(44), cut(36)]))).length, 1);
  assert.equal((await clustersOfEntries(entriesOf([cut(44), cut(35)]))).length, 0);
});

test("a copy of a near duplicate is near, and has its similarity", async () => {
  const words = wordsFrom(4, 100);
  const near = changed(words, 40, 2, 9);
  const [cluster] = await clustersOfEntries(entriesOf([words.join(" "), near, near]));
  assert.deepEqual(
    cluster?.members.map(({ index, kind }) => [index, kind]),
    [
      [0, "exact"],
      [1, "near"],
      [2, "near"],
    ],
  );
  assert.equal(cluster?.members[1]?.similarity, cluster?.members[2]?.similarity);
});

test("texts joined only through a third are one cluster, the farther one with its own low similarity", async () => {
  const words = wordsFrom(5, 200);
  const middle = words.toSpliced(20, 14, ...wordsFrom(91, 14));
  const far = changed(middle, 120, 14, 92);
  const [cluster] = await clustersOfEntries(entriesOf([words.join(" "), far, middle.join(" ")]));
  assert.equal(cluster?.members.length, 3);
  assert.ok((cluster?.members.find(({ index }) => index === 1)?.similarity ?? 1) < 0.8);
});

test("the member that comes first represents, wherever it stands", async () => {
  const words = wordsFrom(6, 60);
  const entries = [
    { id: 5, text: changed(words, 10, 1, 9) },
    { id: 7, text: words.join(" ") },
    { id: 2, text: words.join(" ") },
  ];
  const [cluster] = await clustersOfEntries(entries);
  assert.equal(cluster?.representative, 2);
  assert.deepEqual(
    cluster?.members.map(({ index }) => index),
    [2, 0, 1],
  );
});

test("texts without a word never cluster, not even with their like", async () => {
  assert.deepEqual(await clustersOfEntries(entriesOf(["", "", "?!", "?!", " "])), []);
});

test("no document at all gives no cluster", async () => assert.deepEqual(await clustersOfEntries([]), []));

/** Families of texts at all similarities, including copies and unique texts. */
const corpora = fc
  .array(fc.record({ family: fc.nat({ max: 4 }), start: fc.nat({ max: 50 }), count: fc.nat({ max: 6 }) }), {
    maxLength: 40,
  })
  .map((recipes) =>
    recipes.map(({ family, start, count }, id) => ({
      id,
      text: changed(wordsFrom(family, 60), start, count, start + count),
    })),
  );

const named = (clusters: readonly Cluster[], entries: readonly Entry[]): string[] =>
  clusters
    .map(({ representative, members }) =>
      [
        entries[representative]?.id,
        ...members.map(({ index, ...rest }) => JSON.stringify({ id: entries[index]?.id, ...rest })),
      ].join(),
    )
    .toSorted();

test("the order in which documents come changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(corpora, fc.integer(), async (entries, seed) => {
      const random = randomOf(seed);
      const shuffled = entries
        .map((entry) => ({ entry, key: random() }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ entry }) => entry);
      assert.deepEqual(
        named(await clustersOfEntries(shuffled), shuffled),
        named(await clustersOfEntries(entries), entries),
      );
    }),
    { numRuns: 60 },
  );
});

/** Families so large that their buckets have anchors, with members at all similarities to these. */
const templates = fc
  .array(fc.record({ family: fc.nat({ max: 2 }), start: fc.nat({ max: 100 }), count: fc.nat({ max: 9 }) }), {
    minLength: 120,
    maxLength: 160,
  })
  .map((recipes) =>
    recipes.map(({ family, start, count }, id) => ({
      id,
      text: changed(wordsFrom(family, 120), start, count, start + count),
    })),
  );

test("each band falls to one part, however many parts there are", () => {
  for (const parts of [1, 2, 3, 16, bandCount, 40]) {
    const dealt = Array.from({ length: parts }, (_, part) => bandsOfPart(part, parts)).flat();
    assert.deepEqual(
      dealt.toSorted((a, b) => a - b),
      Array.from({ length: bandCount }, (_, band) => band),
    );
  }
});

test("the clusters are the same for any number of parts that the bands are dealt out to, and in any order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(corpora, templates), fc.integer(), async (entries, seed) => {
      const random = randomOf(seed);
      const shuffled = entries
        .map((entry) => ({ entry, key: random() }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ entry }) => entry);
      const whole = named(await clustersOfEntries(entries), entries);
      for (const parts of [2, 3, 16]) {
        assert.deepEqual(named(await clustersOfEntries(shuffled, [], parts), shuffled), whole);
      }
    }),
    { numRuns: 25 },
  );
});

test("clusters are those of single linkage over all pairs, each compared exactly", async () => {
  await fc.assert(
    fc.asyncProperty(corpora, async (entries) => {
      const sets = entries.map(({ text }) => shingleSetOf(text));
      const heads = entries.map((_, index) => index);
      for (const [a, left] of sets.entries()) {
        for (const [b, right] of sets.entries()) {
          if (jaccardOf(left, right, 0) < 0.8) continue;
          const [from, to] = [Math.max(heads[a] ?? 0, heads[b] ?? 0), Math.min(heads[a] ?? 0, heads[b] ?? 0)];
          for (const [index, head] of heads.entries()) if (head === from) heads[index] = to;
        }
      }
      const expected = Array.from(new Set(heads), (head) =>
        heads.flatMap((other, index) => (other === head ? [index] : [])).join(),
      );
      const found = (await clustersOfEntries(entries)).map(({ members }) => members.map(({ index }) => index).join());
      assert.deepEqual(found.toSorted(), expected.filter((ids) => ids.includes(",")).toSorted());
    }),
    // A fixed seed: one pair in five hundred at the very threshold shares no band, and stays apart.
    { numRuns: 60, seed: 3 },
  );
});

test("documents that share every band and yet are unlike stay apart, and each is read once", async () => {
  const count = 600;
  const entries = entriesOf(Array.from({ length: count }, (_, seed) => wordsFrom(seed + 100, 12).join(" ")));
  const reads: number[] = [];
  const clusters = await clustersOfTexts({
    exactKeys: entries.map(({ text }) => text),
    signatures: new Uint32Array(count * signatureSlots).fill(7),
    textOf: (index) => {
      reads.push(index);
      return entries[index]?.text ?? "";
    },
    compare: (a, b) => a - b,
  });
  assert.deepEqual(clusters, []);
  assert.equal(reads.length, count);
});

test("texts are read of candidates only", async () => {
  const reads: number[] = [];
  const words = wordsFrom(7, 60);
  const loners = Array.from({ length: 50 }, (_, seed) => wordsFrom(seed + 200, 60).join(" "));
  await clustersOfEntries(entriesOf([...loners, words.join(" "), changed(words, 10, 1, 9)]), reads);
  assert.deepEqual(new Set(reads), new Set([50, 51]));
  assert.equal(reads.length, 2);
});
