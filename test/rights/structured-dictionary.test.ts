import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { dictionaryLimit, structuredDictionaryOf } from "../../src/rights/structured-dictionary.ts";

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
  ["a=@1700000000, b=n", { a: null, b: "n" }],
  ["a=(@1 @-2), b=n;since=@3;c", { a: null, b: "n" }],
  ['a="x=@1 @2", b=n', { a: null, b: "n" }],
  ['a=%"caf%c3%a9", b=n', { a: null, b: "n" }],
  ["a=n,", null],
  ["a=n b=y", null],
  ["Train-AI=n", null],
  ["a=", null],
  ['a="x', null],
  ["a=(x", null],
  ["a=n;B=1", null],
  ["=n", null],
  ["a=@1.5", null],
  ["a=@1234567890123456", null],
  ["a=@", null],
];
for (const [text, expected] of cases) {
  test(`the dictionary ${JSON.stringify(text)} ${expected === null ? "cannot be parsed" : "is read"}`, () => {
    const members = structuredDictionaryOf(text);
    assert.deepEqual(members === null ? null : Object.fromEntries(members), expected);
  });
}

// Sections of RFC 9651.
test("bytes that are no base64 void the dictionary (4.2.7)", () => {
  assert.equal(structuredDictionaryOf("a=:b:, c=n"), null);
});
test("a display string that is no UTF-8 voids the dictionary (4.2.10)", () => {
  assert.equal(structuredDictionaryOf('a=%"%ff", c=n'), null);
});
test("the last of equal keys stands where the first stood (4.2.2)", () => {
  assert.deepEqual(
    [...(structuredDictionaryOf("a=y, b=n, a=n") ?? [])],
    [
      ["a", "n"],
      ["b", "n"],
    ],
  );
});

test("a dictionary up to the bound is read, one over it is not", () => {
  const long = `a=${"x".repeat(dictionaryLimit - 2)}`;
  assert.equal(structuredDictionaryOf(long)?.get("a")?.length, dictionaryLimit - 2);
  assert.equal(structuredDictionaryOf(`${long}x`), null);
});

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
        fc.string({
          unit: fc.constantFrom("a", "=", "(", ")", ";", ",", '"', "\\", ":", " ", "1", ".", "%", "@", "?", "-", "f"),
        }),
      ),
      (text) => void structuredDictionaryOf(text),
    ),
  );
});
