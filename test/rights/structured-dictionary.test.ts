import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { structuredDictionaryOf } from "../../src/rights/structured-dictionary.ts";

const cases: readonly (readonly [text: string, expected: Record<string, string | null> | null])[] = [
  ["", {}],
  ["   ", {}],
  ["train-ai=n", { "train-ai": "n" }],
  ["train-ai=n, search=y", { "train-ai": "n", search: "y" }],
  ["a=n\t,\tb=y", { a: "n", b: "y" }],
  ["a=y, a=n", { a: "n" }],
  ["a=y, a", { a: null }],
  ["a=?0", { a: null }],
  ['a="n"', { a: null }],
  ['a="\\""', { a: null }],
  ["a=1.5;q=x", { a: null }],
  ["a=(x y;q=1 2), b=n", { a: null, b: "n" }],
  ["a=:aGk=:", { a: null }],
  ["a=@1700000000", { a: null }],
  ["a=n;why=because;b", { a: "n" }],
  ["a=n,", null],
  ["a=n b=y", null],
  ["Train-AI=n", null],
  ["a=", null],
  ['a="x', null],
  ["a=(x", null],
  ["a=n;B=1", null],
  ["=n", null],
];
for (const [text, expected] of cases) {
  test(`the dictionary ${JSON.stringify(text)} ${expected === null ? "cannot be parsed" : "is read"}`, () => {
    const members = structuredDictionaryOf(text);
    assert.deepEqual(members === null ? null : Object.fromEntries(members), expected);
  });
}

test("any dictionary of tokens is read back", () => {
  const key = fc.stringMatching(/^[a-z*][a-z0-9_.*-]{0,12}$/);
  const token = fc.stringMatching(/^[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]{0,12}$/);
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(key, token), { selector: ([name]) => name, maxLength: 6 }), (members) => {
      const text = members.map(([name, value]) => `${name}=${value}`).join(", ");
      assert.deepEqual([...(structuredDictionaryOf(text) ?? [])], members);
    }),
  );
});

test("no text makes the dictionary reader throw", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string({ unit: fc.constantFrom("a", "=", "(", ")", ";", ",", '"', "\\", ":", " ", "1", ".") }),
      ),
      (text) => void structuredDictionaryOf(text),
    ),
  );
});
