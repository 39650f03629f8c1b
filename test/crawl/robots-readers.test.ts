import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { outLinksOf } from "../../src/crawl/discovered-urls.ts";
import { productToken } from "../../src/fetch/requester.ts";
import { pageOf } from "../../src/page/parse-page.ts";
import { signalsOf } from "../../src/rights/registry.ts";

const url = "https://site.test/page";

interface Said {
  /** Does the crawl follow the page's link? */
  readonly follows: boolean;
  /** What the rights stage says of following, to all or to this crawler. */
  readonly signals: readonly (string | null)[];
}

/** What both readers of one response say. */
function saidBy(field: string | null, content: string): Said {
  const bytes = Buffer.from(`<!doctype html><meta name=robots content="${content}"><p><a href=/next>Next</a>`);
  const headers = field === null ? [] : [["X-Robots-Tag", field] as const];
  const input = { url, bytes, contentType: "text/html; charset=utf-8" };
  const links = outLinksOf({ ...input, headers }, productToken)?.links ?? [];
  const signals = signalsOf({ url, headers, page: pageOf(input), complete: true });
  return {
    follows: links.some((link) => !link.nofollow),
    signals: signals
      .filter(({ preference, agent }) => preference === "follow" && (agent === "*" || agent === productToken))
      .map(({ value }) => value),
  };
}

const lists: readonly (readonly [list: string, follows: boolean])[] = [
  ["nofollow", false],
  ["noindex nofollow", false],
  ["noindex;nofollow", false],
  ["noindex | nofollow", false],
  ["noindex\nnofollow", false],
  ["noindex，nofollow", false],
  ["noindex、nofollow；noai", false],
  ["none", false],
  ["no follow", false],
  ["no-follow", false],
  ["nofollow.", false],
  ["unavailable_after: Wed, 01 Jan 2030 00:00:00 GMT, nofollow", false],
  ["unavailable_after: 2030-01-01 nofollow", false],
  ["max-snippet: -1, nofollow", false],
  ["revisit-after: 7 days, nofollow", false],
  ["all", true],
  ["index,follow", true],
  ["noindex, noai", true],
  ["max-image-preview:none", true],
  ["unavailable_after: Wed, 01 Jan 2030 00:00:00 GMT", true],
  ["", true],
];
const headerLists: readonly (readonly [list: string, follows: boolean])[] = [
  ["googlebot: noindex, colophon: nofollow", false],
  ["googlebot: noindex; Colophon: nofollow", false],
  ["googlebot: noindex colophon : nofollow", false],
  ["colophon: noindex, otherbot: nofollow", true],
  ["googlebot: noindex, nofollow", true],
];

suite("the crawl and the rights stage read one list of robots directives alike", () => {
  for (const [list, follows] of [...lists, ...headerLists])
    test(`X-Robots-Tag: ${JSON.stringify(list)}`, () => check(saidBy(list, ""), follows));
  for (const [list, follows] of lists)
    test(`meta name=robots content=${JSON.stringify(list)}`, () => check(saidBy(null, list), follows));
});

function check(said: Said, follows: boolean): void {
  assert.equal(said.follows, follows);
  assert.equal(
    said.signals.every((value) => value === "y"),
    follows,
    "the rights stage says otherwise",
  );
}
