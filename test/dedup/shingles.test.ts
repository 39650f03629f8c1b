import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { jaccardOf, shingleSetOf } from "../../src/dedup/shingle-set.ts";
import { shingleHashesOf } from "../../src/dedup/shingles.ts";

const similarity = (a: string, b: string): number => jaccardOf(shingleSetOf(a), shingleSetOf(b), 0);

/** The definition, spelt out on strings. */
function shinglesBySpelling(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length > 0 && words.length < 5) return new Set([words.join(" ")]);
  return new Set(words.slice(4).map((_, start) => words.slice(start, start + 5).join(" ")));
}

const vocabulary = ["a", "B", "Ünder", "straße", "日本", "x9", "\u{1d4b3}y", "\u{10400}", "de", "İ"];
const gaps = [" ", ", ", "\n", " — ", "\u{1f44d}", "\ud800", "'"];
const texts = fc
  .array(fc.tuple(fc.constantFrom(...vocabulary), fc.constantFrom(...gaps)), { maxLength: 60 })
  .map((pairs) => pairs.flat().join(""));

test("shingles are the distinct runs of five words, as if each were spelt out", () => {
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      const [left, right] = [shinglesBySpelling(a), shinglesBySpelling(b)];
      assert.equal(shingleSetOf(a).size, left.size);
      const union = left.union(right).size;
      assert.equal(similarity(a, b), union === 0 ? 0 : left.intersection(right).size / union);
    }),
    { numRuns: 300 },
  );
});

const same: readonly (readonly [name: string, a: string, b: string])[] = [
  ["case does not matter", "One TWO three Four five", "one two three four five"],
  ["case does not matter beyond ASCII", "ÀÉ ΣΟΦΟΣ ЖУК", "àé σοφος жук"],
  ["case does not matter beyond the basic plane", "\u{10400} b", "\u{10428} b"],
  ["punctuation and white space do not matter", "one, two; three (four) five!", "one two\nthree\tfour «five»"],
  ["a text of fewer than five words is one shingle of them", "Hello, world", "hello world"],
];
for (const [name, a, b] of same) test(name, () => assert.equal(similarity(a, b), 1));

const different: readonly (readonly [name: string, a: string, b: string])[] = [
  ["the order of words matters", "one two three four five", "five four three two one"],
  ["where a word ends matters", "ab c d e f", "a bc d e f"],
  ["a shorter text is not its own beginning", "one two three four", "one two three"],
  ["accents matter", "a b c d é", "a b c d e"],
];
for (const [name, a, b] of different) test(name, () => assert.equal(similarity(a, b), 0));

test("a text without a word has no shingle and is like no other", () => {
  for (const text of ["", "  \n", "?! — \u{1f44d}", "\ud800"]) {
    assert.equal(shingleHashesOf(text).count, 0);
    assert.equal(similarity(text, text), 0);
  }
});

test("a similarity that cannot reach what is asked for may be rejected by the sizes alone", () => {
  const [long, short] = ["a b c d e f g h i j k l", "a b c d e f"];
  assert.equal(similarity(long, short), 2 / 8);
  assert.equal(jaccardOf(shingleSetOf(long), shingleSetOf(short), 0.8), 0);
});

test("a text longer than any before it is hashed whole", () => {
  const text = Array.from({ length: 100_000 }, (_, index) => `w${index}`).join(" ");
  assert.equal(shingleSetOf(text).size, 99_996);
});
