import assert from "node:assert/strict";
import { suite, test } from "node:test";

import * as fc from "fast-check";

import { collectPage, pageCollector } from "../../src/page/collect/collect-page.ts";
import { pageLimits } from "../../src/page/page-limits.ts";
import { parsed } from "./html.ts";

/** What a page may leave open, set or full at its end, although one reader serves all pages. */
const openEnds = fc.constantFrom(
  "<title>left open",
  "<title>t</title>",
  `<html lang="pt">`,
  `<base href="http://other.example/">`,
  `<meta name="description" content="left">`,
  "<a href=left>words of a link",
  "<pre>  kept\n space",
  "<table><tr><td>left<td>cells",
  "<script>never ended",
  "<svg>",
  "<select><option>one",
  "<noscript>",
  `<div class="footer" hidden>`,
  "<p>text",
  "<p>some more text, with a full stop.",
  "<b style='display:none'>",
  "<img src=cc-by.png alt=badge>",
  "&amp",
  "<a href='cut off",
  "<div>".repeat(pageLimits.depth + 3),
  "<meta name=n content=c>".repeat(pageLimits.metas + 1),
);
const html = fc.array(openEnds, { maxLength: 8 }).map((parts) => parts.join(""));

suite("a page that is read after another", () => {
  test("is what it is to a reader that has read nothing before", () => {
    fc.assert(
      fc.property(html, html, (before, page) => {
        collectPage(before);
        assert.deepEqual(collectPage(page), pageCollector()(page));
      }),
      { numRuns: 400 },
    );
  });

  test("has lists of its own, which the next page does not change", () => {
    const first = parsed("<title>one</title><meta name=a content=b><p>text <a href=x>link</a>");
    const copy = structuredClone(first);
    parsed("<title>two</title><meta name=c content=d><p>other text <a href=y>other link</a>");
    assert.deepEqual(first, copy);
  });
});
