import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { globOf } from "../../src/core/address/glob.ts";

const letters = fc.string({ unit: fc.constantFrom("a", "b", "*", ".", "?"), maxLength: 8 });

test("says what a regular expression with .* for each star would say", () => {
  fc.assert(
    fc.property(letters, letters, (pattern, text) => {
      const escaped = pattern.replaceAll(/[.?]/g, String.raw`\$&`).replaceAll("*", ".*");
      assert.equal(globOf(pattern)(text), new RegExp(`^${escaped}$`, "s").test(text));
    }),
    { numRuns: 3000 },
  );
});

test("the parts at both ends may not share letters", () => {
  assert.equal(globOf("ab*ba")("aba"), false);
  assert.equal(globOf("ab*ba")("abba"), true);
});

test("a pattern that would keep a backtracking matcher busy for years is answered", () => {
  assert.equal(globOf(`${"*a".repeat(1000)}*b`)("a".repeat(2083)), false);
});
