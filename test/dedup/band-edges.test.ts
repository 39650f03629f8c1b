import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { type BandTexts, bandEdges } from "../../src/dedup/band-edges.ts";
import type { Edges } from "../../src/dedup/edges.ts";
import { unionOf } from "../../src/dedup/union.ts";
import { randomOf } from "./random.ts";

/** Chains of three: the middle text is similar to both others, which are not similar to each other. */
const chains = Array.from({ length: 60 }, (_, chain) => {
  const words = Array.from({ length: 72 }, (_, word) => `w${chain}x${word}`);
  return [0, 6, 12].map((start) => words.slice(start, start + 60).join(" "));
}).flat();

/** Bands in each of which about half of all texts, in an order of their own, share one bucket. */
function textsInLargeBuckets(seed: number): BandTexts {
  const random = randomOf(seed);
  const texts = chains
    .map((text) => ({ text, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ text }) => ({ text, inBucket: [random() < 0.5, random() < 0.5, random() < 0.5] }));
  return {
    count: texts.length,
    hasWord: () => true,
    keyOf: (text, band) => (texts[text]?.inBucket[band] === true ? 0 : text + 1),
    equalSlots: () => 128,
    textOf: (text) => texts[text]?.text ?? "",
  };
}

/** For each text, the lowest one that it is joined to. */
function joinedBy(count: number, edges: readonly Edges[]): number[] {
  const union = unionOf(count);
  for (const { lower, higher } of edges) lower.forEach((a, index) => union.join(a, higher[index] ?? a));
  return Array.from({ length: count }, (_, text) => union.leastOf(text));
}

test("what a bucket with more unlike texts than anchors joins does not depend on the bands looked at before", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const texts = textsInLargeBuckets(seed);
      const whole = joinedBy(texts.count, [await bandEdges(texts, [0, 1, 2])]);
      const other = joinedBy(texts.count, [await bandEdges(texts, [2]), await bandEdges(texts, [1, 0])]);
      assert.deepEqual(other, whole);
      assert.notDeepEqual(joinedBy(texts.count, [await bandEdges(texts, [2])]), whole);
    }),
    { numRuns: 6 },
  );
});

test("a pair is given with its exact similarity, the one of higher precedence first, and no pair joins what is joined", async () => {
  const texts = textsInLargeBuckets(5);
  const { lower, higher, similarity } = await bandEdges(texts, [0, 1, 2]);
  assert.ok(lower.length > 20);
  const union = unionOf(texts.count);
  for (const [index, a] of lower.entries()) {
    const b = higher[index] ?? 0;
    assert.ok(a < b);
    // 56 shingles each, of which six words' shift leaves 50.
    assert.equal(similarity[index], 50 / 62);
    assert.notEqual(union.leastOf(a), union.leastOf(b));
    union.join(a, b);
  }
});

test("each text of a large bucket meets no more than 32 others", async () => {
  let compared = 0;
  const count = 400;
  await bandEdges(
    {
      count,
      hasWord: () => true,
      keyOf: () => 7,
      equalSlots: () => {
        compared++;
        return 0;
      },
      textOf: () => "",
    },
    [0],
  );
  assert.equal(compared, (32 * 31) / 2 + (count - 32) * 32);
});
