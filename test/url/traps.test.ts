import assert from "node:assert/strict";
import { suite, test } from "node:test";

import * as fc from "fast-check";

import { normalUrlOf } from "../../src/url/normalize.ts";
import { familiesOf, trapLimits, trapOf } from "../../src/url/traps.ts";

const limits = { ...trapLimits, pathSegments: 5, segmentRepeats: 2, queryParts: 3 };
const at = (target: string): string => `http://h.example${target}`;

const addresses = [
  { name: "five segments are at the bound", target: "/a/b/c/d/e", trap: null },
  { name: "six segments are too deep", target: "/a/b/c/d/e/f", trap: "trap-path-depth" },
  { name: "a slash at the end is no segment", target: "/a/b/c/d/e/", trap: null },
  { name: "a segment may come twice", target: "/a/b/a", trap: null },
  { name: "a segment three times goes round in circles", target: "/a/b/a/b/a", trap: "trap-repeated-segment" },
  { name: "three parts of a query are at the bound", target: "/?a=1&b=1&c=1", trap: null },
  { name: "four parts of a query are too many", target: "/?a=1&b=1&c=1&d=1", trap: "trap-query-parts" },
  { name: "slashes in a query are no segments", target: "/?a=/b/b/b/b/b/b/b", trap: null },
  { name: "the root is no trap", target: "/", trap: null },
] as const;

suite("trapOf", () => {
  for (const { name, target, trap } of addresses) test(name, () => assert.equal(trapOf(at(target), limits), trap));
});

function keyOf(target: string, reason: string): string | undefined {
  return familiesOf(at(target), limits).find((family) => family.reason === reason)?.key;
}

/** Pairs that are in one family, or not. */
const pairs = [
  {
    reason: "trap-session-ids",
    one: "/a;jsessionid=0123456789ABCDEF",
    other: "/a;jsessionid=FEDCBA9876543210",
    same: true,
  },
  {
    reason: "trap-session-ids",
    one: "/a?PHPSESSID=abcdefgh0123456&x=1",
    other: "/a?PHPSESSID=bbcdefgh0123456&x=1",
    same: true,
  },
  {
    reason: "trap-session-ids",
    one: "/a?PHPSESSID=abcdefgh0123456&x=1",
    other: "/a?PHPSESSID=bbcdefgh0123456&x=2",
    same: false,
  },
  { reason: "trap-session-ids", one: "/(S(abcdefgh0123456789))/a", other: "/(S(bbcdefgh0123456789))/a", same: true },
  { reason: "trap-session-ids", one: "/a?sid=12", other: "/a?sid=13", same: false },
  { reason: "trap-session-ids", one: "/a?essid=abcdefgh0123456", other: "/a?essid=bbcdefgh0123456", same: false },
  { reason: "trap-calendar", one: "/cal/2024-05-06", other: "/cal/1999-12-31", same: true },
  { reason: "trap-calendar", one: "/cal/2024/5", other: "/cal/2031/12", same: true },
  { reason: "trap-calendar", one: "/cal?month=5&year=2024", other: "/cal?month=12&year=2031", same: true },
  { reason: "trap-calendar", one: "/cal/20240506", other: "/cal/20310101", same: true },
  { reason: "trap-calendar", one: "/2024/05/06/one-story", other: "/2024/05/07/another-story", same: false },
  { reason: "trap-calendar", one: "/item/1234567", other: "/item/1234568", same: false },
  { reason: "trap-query-variants", one: "/list?a=1", other: "/list?b=2&c=3", same: true },
  { reason: "trap-query-variants", one: "/list?a=1", other: "/lists?a=1", same: false },
  { reason: "trap-query-variants", one: "/list", other: "/list", same: false },
] as const;

suite("familiesOf", () => {
  for (const { reason, one, other, same } of pairs) {
    test(`${one} and ${other} are ${same ? "" : "not "}of one family of ${reason}`, () => {
      const [first, second] = [keyOf(one, reason), keyOf(other, reason)];
      assert.equal(first !== undefined && first === second, same, `${String(first)} and ${String(second)}`);
    });
  }

  test("keys of different kinds never meet, and no address takes long", () => {
    fc.assert(
      fc.property(fc.webPath(), fc.webQueryParameters(), (path, query) => {
        const url = normalUrlOf(`http://h.example${path}?${query}`);
        if (url === null) return;
        const keys = familiesOf(url, limits).map(({ key }) => key);
        assert.equal(new Set(keys).size, keys.length);
      }),
    );
    const hostile = ["(A(".repeat(600), "2024-".repeat(400), `?sid=${"a".repeat(2000)}`, "?day=1".repeat(300)];
    for (const target of hostile) assert.ok(familiesOf(at(`/${target}`), limits).length < 4);
  });
});
