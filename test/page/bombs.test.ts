import assert from "node:assert/strict";
import { test } from "node:test";

import { textOf } from "../../src/page/document-text.ts";
import { pageLimits } from "../../src/page/page-limits.ts";
import { pageOf } from "../../src/page/parse-page.ts";

/** Each made at least one HTML library hang, overflow its stack or exhaust memory; here each may take at most linear time. */
const bombs: readonly { readonly name: string; readonly html: () => string; readonly truncated: readonly string[] }[] =
  [
    { name: "100,000 nested divs", html: () => "<div>".repeat(100_000), truncated: ["depth"] },
    {
      name: "200,000 attributes",
      html: () => `<p ${Array.from({ length: 200_000 }, (_, at) => `a${at}=1`).join(" ")}>`,
      truncated: [],
    },
    { name: "20,000 nested fonts", html: () => "<font>".repeat(20_000), truncated: [] },
    { name: "two million character references", html: () => "&amp;".repeat(2_000_000), truncated: [] },
    {
      name: "200,000 elements never closed",
      html: () => "<p><b><span><custom-x><table><td>".repeat(40_000),
      truncated: ["depth"],
    },
    { name: "one line of 20 million letters", html: () => "a".repeat(20_000_000), truncated: [] },
    { name: "a million opened links", html: () => "<a href=x>".repeat(1_000_000), truncated: ["links"] },
    { name: "a comment that never ends", html: () => `<!--${"-!>".repeat(3_000_000)}`, truncated: [] },
    { name: "five million less-than signs", html: () => "<".repeat(5_000_000), truncated: [] },
    { name: "50,000 nested tables", html: () => "<table><tr><td>".repeat(50_000), truncated: ["depth"] },
    { name: "100,000 nested lists", html: () => "<ul><li>".repeat(100_000), truncated: ["depth"] },
    {
      name: "a deep stack and a million end tags that match nothing",
      html: () => `${"<div><span>".repeat(300)}${"</b></i></section></td>".repeat(250_000)}`,
      truncated: ["depth"],
    },
    { name: "200,000 paragraphs", html: () => "<p>x".repeat(200_000), truncated: ["blocks"] },
    { name: "2,000 metas", html: () => "<meta name=a content=b>".repeat(2_000), truncated: ["metas"] },
    {
      name: "one attribute of a million letters",
      html: () => `<a href="${"x".repeat(1_000_000)}">y</a>`,
      truncated: ["attributes"],
    },
  ];

for (const { name, html, truncated } of bombs) {
  test(`${name} end in a page that names the limits reached: ${truncated.join(", ") || "none"}`, () => {
    const page = pageOf({ url: "https://example.org/", bytes: Buffer.from(html()), contentType: null });
    assert.deepEqual(page.truncated, truncated);
    assert.ok(page.blocks.length <= pageLimits.blocks && page.links.length <= pageLimits.links);
    textOf(page);
  });
}

test("a payload over the limit of bytes is cut and says so", () => {
  const bytes = Buffer.alloc(pageLimits.bytes + 1, "<p>word ");
  assert.ok(pageOf({ url: "https://example.org/", bytes, contentType: null }).truncated.includes("bytes"));
});

test("text deeper than the limit of depth is still collected", () => {
  const html = `${"<div>".repeat(2_000)}deep${"</div>".repeat(2_000)}<p>after</p>`;
  const page = pageOf({ url: "https://example.org/", bytes: Buffer.from(html), contentType: null });
  assert.deepEqual(
    page.blocks.map(({ text, tag }) => [tag, text]),
    [
      ["div", "deep"],
      ["p", "after"],
    ],
  );
});

test("a table of 2,000 rows without end tags is no deeper than one of two", () => {
  const page = pageOf({
    url: "https://example.org/",
    bytes: Buffer.from(`<table>${"<tr><td>a<td>b".repeat(2_000)}`),
    contentType: null,
  });
  assert.deepEqual(page.truncated, []);
  assert.equal(page.blocks.length, 2_001); // the last row is never ended, so its two cells stay apart
});
