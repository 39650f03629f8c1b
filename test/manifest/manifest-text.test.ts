import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { canonicalDigest, canonicalJson } from "../../src/manifest/manifest-text.ts";

test("numbers are written as RFC 8785 appendix B lists them", () => {
  const cases: readonly (readonly [number, string])[] = [
    [-0, "0"],
    [5e-324, "5e-324"],
    [1.7976931348623157e308, "1.7976931348623157e+308"],
    [9007199254740992, "9007199254740992"],
    [295147905179352830000, "295147905179352830000"],
    [1e21, "1e+21"],
    [333333333.3333332, "333333333.3333332"],
    [0.000001, "0.000001"],
    [1e-7, "1e-7"],
  ];
  for (const [value, text] of cases) assert.equal(canonicalJson(value), text);
});

test("keys stand in the order of their UTF-16 code units, even those that look like numbers", () => {
  // The example of RFC 8785 section 3.2.3, and two keys that JavaScript itself would put first in order of value.
  const value = { "€": 1, "\r": 2, "\ufb33": 3, "1": 4, "😀": 5, "\u0080": 6, ö: 7, "10": 8, "9": 9 };
  assert.equal(canonicalJson(value), '{"\\r":2,"1":4,"10":8,"9":9,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
});

test("a lone surrogate becomes U+FFFD, so that every JSON reader can read the line", () => {
  assert.equal(canonicalJson({ quote: "cut \ud83d" }), '{"quote":"cut \ufffd"}');
});

test("undefined members are left out, and what JSON cannot hold is refused", () => {
  assert.equal(canonicalJson({ a: undefined, b: [null, true] }), '{"b":[null,true]}');
  for (const value of [Number.NaN, Infinity, undefined, 1n, () => 1])
    assert.throws(() => canonicalJson([value]), TypeError);
});

test("any JSON value keeps its meaning, and its text does not depend on the order its members were set in", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      assert.equal(canonicalJson(reversed(value)), text);
      assert.equal(canonicalDigest(reversed(value)), canonicalDigest(value));
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => reversed(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}
