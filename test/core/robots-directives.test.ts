import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { forbidsFollowing } from "../../src/core/robots-directives.ts";

const forbidding = [
  "nofollow",
  "NONE",
  "noindex, nofollow",
  "noindex nofollow",
  "no follow",
  "index, follow, nofollow",
  "colophon: nofollow",
  "Colophon : noindex, nofollow",
  "noindex, colophon: nofollow",
  "googlebot: noindex, colophon: nofollow",
  "googlebot: noindex, *: nofollow",
  "unavailable_after: 1 Jan 2030 00:00:00 GMT, nofollow",
  "unavailable_after: Tue, 1 Jan 2030 00:00:00 GMT, nofollow",
  "max-snippet: 0, nofollow",
];
const allowing = [
  "",
  "noindex",
  "follow",
  "nofollows",
  "googlebot: nofollow",
  "googlebot: noindex, nofollow",
  "nocache, otherbot: none",
  "unavailable_after: Tue, 1 Jan 2030 00:00:00 GMT",
];

suite("forbidsFollowing", () => {
  for (const value of forbidding) {
    test(`${JSON.stringify(value)} forbids it`, () => assert.equal(forbidsFollowing(value, "colophon"), true));
  }
  for (const value of allowing) {
    test(`${JSON.stringify(value)} does not`, () => assert.equal(forbidsFollowing(value, "colophon"), false));
  }

  test("directives without a prefix hold for the agent that an element is named after", () => {
    assert.equal(forbidsFollowing("nofollow", "colophon", "colophon"), true);
    assert.equal(forbidsFollowing("nofollow", "colophon", "googlebot"), false);
  });
});
