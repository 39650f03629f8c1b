import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { headerForbidsFollowing, metaForbidsFollowing } from "../../src/core/robots-directives.ts";

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
  "noindex;nofollow",
  "noindex|nofollow",
  "noindex，nofollow",
  "noindex/nofollow",
  "no-follow",
  "nofollow!",
  "nofollows",
  "googlebot: noindex colophon: nofollow",
  "googlebot: noindex; colophon : nofollow",
  "unavailable_after: Wed, 01 Jan 2030 00:00:00 GMT nofollow",
  "unavailable_after: Wednesday, 01-Jan-30 00:00:00 GMT; nofollow",
  "rating: general, nofollow",
  "our own crawler: nofollow",
];
const allowing = [
  "",
  "noindex",
  "follow",
  "googlebot: nofollow",
  "googlebot: noindex, nofollow",
  "googlebot: noindex nofollow",
  "notranslate googlebot: nofollow",
  "max-image-preview:none",
  "max-snippet: -1, max-image-preview: none",
  "https://example.org/about: all",
  "nocache, otherbot: none",
  "unavailable_after: Tue, 1 Jan 2030 00:00:00 GMT",
];

suite("an X-Robots-Tag", () => {
  for (const value of forbidding) {
    test(`${JSON.stringify(value)} forbids it`, () => assert.equal(headerForbidsFollowing(value, "colophon"), true));
  }
  for (const value of allowing) {
    test(`${JSON.stringify(value)} does not`, () => assert.equal(headerForbidsFollowing(value, "colophon"), false));
  }

  test("is read to its end, however many directives come first", () => {
    assert.equal(headerForbidsFollowing(`${"x,".repeat(30_000)}nofollow`, "colophon"), true);
  });
});

suite("the content of a robots meta element", () => {
  const asking = [
    "nofollow",
    "noindex nofollow",
    "revisit-after: 7 days, nofollow",
    "googlebot: noindex, nofollow",
    "rating:general, nofollow",
    "crawl-delay: 5, none",
    "unavailable-after: 2030-01-01, nofollow",
    "unavailable_after: Tue, 1 Jan 2030 00:00:00 GMT, nofollow",
  ];
  for (const content of asking) {
    test(`${JSON.stringify(content)} asks not to follow`, () => assert.equal(metaForbidsFollowing(content), true));
  }
  for (const content of ["index, follow", "noindex", "unavailable_after: Tue, 1 Jan 2030 00:00:00 GMT", ""]) {
    test(`${JSON.stringify(content)} does not`, () => assert.equal(metaForbidsFollowing(content), false));
  }
});
