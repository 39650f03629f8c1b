import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { textViewOf } from "../../src/quality/text-view.ts";
import { repeatedGramCharacters, topGramCharacters } from "../../src/quality/word-grams.ts";

/** The definitions, spelt out on strings. */
function topBySpelling(words: readonly string[], n: number): number | null {
  const counts = new Map<string, number>();
  for (let start = 0; start + n <= words.length; start++) {
    const run = words.slice(start, start + n).join(" ");
    counts.set(run, (counts.get(run) ?? 0) + 1);
  }
  const most = Math.max(...counts.values());
  for (const [run, count] of counts) if (count === most) return run.length * count;
  return null;
}

function repeatedBySpelling(words: readonly string[], n: number): number {
  const seen = new Set<string>();
  let characters = 0;
  for (let start = 0; start + n <= words.length;) {
    const run = words.slice(start, start + n);
    const key = run.join(" ");
    if (seen.has(key)) characters += run.join("").length;
    start += seen.has(key) ? n : 1;
    seen.add(key);
  }
  return characters;
}

const texts = fc
  .array(fc.constantFrom("a", "b", "cc", "ddd", "the", "."), { maxLength: 80 })
  .map((words) => words.join(" "));

test("runs of words are counted exactly as if each were spelt out", () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 2, max: 10 }), (text, n) => {
      const view = textViewOf(text, { code: "en", score: 1 });
      assert.equal(topGramCharacters(view, n), topBySpelling(view.words, n));
      assert.equal(repeatedGramCharacters(view, n), repeatedBySpelling(view.words, n));
    }),
    { numRuns: 500 },
  );
});
