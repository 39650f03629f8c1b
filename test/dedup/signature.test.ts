import assert from "node:assert/strict";
import { test } from "node:test";

import { jaccardOf, shingleSetOf } from "../../src/dedup/shingle-set.ts";
import { emptySlot, equalSlots, signatureOf, signatureSlots } from "../../src/dedup/signature.ts";
import { randomOf } from "./random.ts";

const estimate = (a: string, b: string): number =>
  equalSlots(Uint32Array.from([...signatureOf(a), ...signatureOf(b)]), 0, 1) / signatureSlots;

/** Two texts of `count` words, of which a stretch differs. */
function pairOf(count: number, differing: number, seed: number): [string, string] {
  const random = randomOf(seed);
  const word = (): string => `w${Math.floor(random() * 1e9).toString(36)}`;
  const words = Array.from({ length: count }, word);
  const start = Math.floor(random() * (count - differing));
  const changed = words.map((same, index) => (index >= start && index < start + differing ? word() : same));
  return [words.join(" "), changed.join(" ")];
}

/** Mean and root mean square of the error, in units of what independent hash functions would err by. */
function errorsOf(count: number, differing: number, pairs: number): { bias: number; rms: number } {
  let [sum, squares] = [0, 0];
  for (let seed = 0; seed < pairs; seed++) {
    const [a, b] = pairOf(count, differing, seed * 7919 + count);
    const exact = jaccardOf(shingleSetOf(a), shingleSetOf(b), 0);
    const error = (estimate(a, b) - exact) / Math.sqrt((exact * (1 - exact)) / signatureSlots);
    sum += error;
    squares += error * error;
  }
  return { bias: sum / pairs, rms: Math.sqrt(squares / pairs) };
}

const cells = [
  { count: 20, differing: 2, atMost: 0.85 },
  { count: 60, differing: 6, atMost: 0.9 },
  { count: 60, differing: 25, atMost: 0.9 },
  { count: 700, differing: 70, atMost: 1.1 },
  { count: 700, differing: 300, atMost: 1.1 },
];
for (const { count, differing, atMost } of cells) {
  test(`signatures of ${count} words, ${differing} of them changed, estimate without bias and err no more than they may`, () => {
    const { bias, rms } = errorsOf(count, differing, 400);
    assert.ok(Math.abs(bias) < 0.2, `bias ${bias}: four standard errors of a mean of 400`);
    assert.ok(rms < atMost, `error ${rms}`);
  });
}

test("unlike texts agree in next to no slot, whatever their length", () => {
  for (const count of [1, 4, 5, 6, 20, 300, 3000]) {
    const [a, b] = [pairOf(count, 0, count)[0], pairOf(count, 0, count + 1)[0]];
    assert.equal(estimate(a, a), 1);
    assert.ok(estimate(a, b) < 0.02);
  }
});

test("repeating a text changes few of its shingles and few slots", () => {
  const [text] = pairOf(2000, 0, 5);
  const twice = `${text} ${text}`;
  const exact = jaccardOf(shingleSetOf(text), shingleSetOf(twice), 0);
  assert.ok(Math.abs(estimate(text, twice) - exact) < 0.05);
});

test("a text of one word said a million times has the signature of its one shingle", () => {
  const many = signatureOf("word ".repeat(1_000_000));
  assert.deepEqual(many, signatureOf("word word word word word"));
});

test("a text without a word has nothing but empty slots, and no other text has one", () => {
  for (const text of ["", " \n", "?! …"]) assert.ok(signatureOf(text).every((slot) => slot === emptySlot));
  for (let count = 1; count < 200; count++) assert.ok(!signatureOf(pairOf(count, 0, count)[0]).includes(emptySlot));
});

test("a signature is what it was when it was first stored", () => {
  const signature = signatureOf("The quick brown fox jumps over the lazy dog, «быстро» 日本 \u{1d4b3}.");
  assert.equal(signature.length, signatureSlots);
  assert.deepEqual(Array.from(signature.subarray(0, 4)), [3832147776, 205092744, 1618888221, 236718826]);
});
