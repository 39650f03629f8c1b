import assert from "node:assert/strict";
import { suite, test } from "node:test";

import * as fc from "fast-check";

import { comparePrecedence, compareTimes, type Copy } from "../../src/core/precedence.ts";
import { licenceKnowledge } from "../../src/rights/licence-knowledge.ts";

const { rankOf } = licenceKnowledge;

/** Few values of each, so that copies agree in most. */
const copy: fc.Arbitrary<Copy> = fc
  .record({
    id: fc.constantFrom("0a", "0b", "10", "ff"),
    licence: fc.constantFrom("CC0-1.0", "CC-BY-4.0", "CC-BY-NC-4.0", "LicenseRef-ARR", "NOASSERTION"),
    capturedAt: fc.constantFrom(null, -1, 0, 5),
    isCanonical: fc.boolean(),
  })
  .map(({ id, licence, capturedAt, isCanonical }) => {
    const url = `https://${id}.example/`;
    return { id, licence, capturedAt, url, canonicalUrl: isCanonical ? url : null };
  });

const order = (a: Copy, b: Copy): number => comparePrecedence(a, b, rankOf);

suite("precedence among copies of a text", () => {
  test("is the same seen from either copy, and no two documents share a place", () => {
    fc.assert(
      fc.property(copy, copy, (a, b) => {
        assert.equal(Math.sign(order(a, b)), -Math.sign(order(b, a)) + 0);
        assert.equal(order(a, a), 0);
        if (a.id !== b.id) assert.notEqual(order(a, b), 0);
      }),
      { numRuns: 2000 },
    );
  });

  test("has no circle: what comes before a second comes before everything after it", () => {
    fc.assert(
      fc.property(copy, copy, copy, (a, b, c) => {
        if (order(a, b) <= 0 && order(b, c) <= 0) assert.ok(order(a, c) <= 0);
      }),
      { numRuns: 5000 },
    );
  });

  // In order of what counts more: each is told by one key, whatever the keys after it say.
  const keys: readonly (readonly [what: string, first: Partial<Copy>, second: Partial<Copy>])[] = [
    ["the freer licence", { licence: "CC0-1.0" }, { licence: "CC-BY-4.0" }],
    ["a licence that is stated", { licence: "CC-BY-NC-4.0" }, { licence: "NOASSERTION" }],
    ["the earlier capture", { capturedAt: -1 }, { capturedAt: 0 }],
    ["a capture with a date", { capturedAt: 5 }, { capturedAt: null }],
    ["the address that its page calls canonical", { canonicalUrl: "" }, { canonicalUrl: null }],
    ["the smaller id", { id: "0a" }, { id: "0b" }],
  ];
  const licences = ["licence"] as const;
  const before = {
    licence: [],
    capturedAt: licences,
    canonicalUrl: [...licences, "capturedAt"],
    id: [...licences, "capturedAt", "canonicalUrl"],
  } as const;
  for (const [what, first, second] of keys) {
    test(`puts ${what} first, whatever counts less`, () => {
      const [key] = Object.keys(first) as (keyof typeof before)[];
      assert.ok(key !== undefined);
      fc.assert(
        fc.property(copy, copy, (a, b) => {
          // Keys that count more are made to agree.
          const alike = Object.fromEntries(before[key].map((name) => [name, a[name]]));
          const urls = (one: Copy): Copy => ({ ...one, canonicalUrl: one.canonicalUrl === null ? null : one.url });
          const [one, other] = [urls({ ...a, ...first }), urls({ ...b, ...alike, ...second })];
          assert.ok(order(one, other) < 0);
          assert.ok(order(other, one) > 0);
        }),
      );
    });
  }

  test("takes an unknown time for the latest", () => {
    assert.deepEqual([5, null, -1, 0, null].sort(compareTimes), [-1, 0, 5, null, null]);
  });
});
