import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { measurementsOf } from "../../src/quality/measure.ts";
import { rules } from "../../src/quality/registry.ts";
import { textViewOf } from "../../src/quality/text-view.ts";

const english = { code: "en", score: 1 };

for (const [name, text] of [
  ["the empty text", ""],
  ["a text of white space", " \n\t\n "],
] as const) {
  test(`every rule measures ${name} as unknown`, () => {
    const values = measurementsOf(textViewOf(text, english), rules);
    assert.deepEqual(
      values,
      rules.map(() => null),
    );
  });
}

test("no text at all is measured as NaN, infinite or negative by any rule", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from("ab .…-•#{\n\r\u2028é日\u{1f44d}\ud800")) }),
      (text) => {
        for (const value of measurementsOf(textViewOf(text, english), rules)) {
          assert.ok(value === null || (Number.isFinite(value) && value >= 0), `${value}`);
        }
      },
    ),
  );
});

test("a ratio of lines, words or repeats is never above 1", () => {
  const shares = rules.filter(({ name }) =>
    /line-ratio|paragraph-ratio|alphabetic|punctuation|duplicate-.*-character/.test(name),
  );
  assert.ok(shares.length >= 12);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...Array.from("ab .\n…-")), maxLength: 200 }), (text) => {
      for (const value of measurementsOf(textViewOf(text, english), shares)) assert.ok(value === null || value <= 1);
    }),
  );
});

test("a rule measures the same whether it is asked alone or after all others", () => {
  const text = "The cat sat on the mat.\nThe cat sat on the mat.\n\n- and so on…\n";
  const together = measurementsOf(textViewOf(text, english), rules);
  const alone = rules.map((rule) => rule.measure(textViewOf(text, english)));
  assert.deepEqual(together, alone);
});

test("rule names are unique, so that a measurement can be named", () => {
  assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length);
});
