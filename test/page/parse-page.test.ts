import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "cheerio";
import * as fc from "fast-check";

import { textOf } from "../../src/page/document-text.ts";
import { pageOf } from "../../src/page/parse-page.ts";
import { parsed } from "./html.ts";

const blocksOf = (html: string): (readonly [tag: string, text: string])[] =>
  parsed(html).blocks.map(({ tag, text }) => [tag, text]);

const shapes: readonly {
  readonly name: string;
  readonly html: string;
  readonly blocks: (readonly [string, string])[];
}[] = [
  {
    name: "an open p ends where a block starts",
    html: "<p>one<div>two</div>",
    blocks: [
      ["p", "one"],
      ["div", "two"],
    ],
  },
  {
    name: "list items end one another but not those of the list outside",
    html: "<ul><li>a<ul><li>b<li>c</ul>d<li>e</ul>",
    blocks: [
      ["li", "a"],
      ["li", "b"],
      ["li", "c"],
      ["li", "d"],
      ["li", "e"],
    ],
  },
  {
    name: "an end tag does not reach out of its table cell",
    html: "<div><table><td>a</div>b</table>c</div>",
    blocks: [
      ["td", "a"],
      ["td", "b"],
      ["div", "c"],
    ],
  },
  {
    name: "an inline end tag does not close the block around it",
    html: "<b><div>a</b> b</div>c",
    blocks: [
      ["div", "a b"],
      ["body", "c"],
    ],
  },
  {
    name: "white space folds across inline elements, no-break spaces too",
    html: "<p> a <b> b</b>\n\t c&nbsp; d </p>",
    blocks: [["p", "a b c d"]],
  },
  { name: "inline elements do not part a word", html: "<p>un<b>believ</b>able</p>", blocks: [["p", "unbelievable"]] },
  {
    name: "one br breaks a line, two end a paragraph",
    html: "<div>a<br>b<br><br>c</div>",
    blocks: [
      ["div", "a\nb"],
      ["div", "c"],
    ],
  },
  {
    name: "pre keeps its white space but for the first line end",
    html: "<pre>\n  a\n\n  b <b>c</b>\n</pre>",
    blocks: [["pre", "  a\n\n  b c"]],
  },
  {
    name: "a row of short cells is one block with tabs",
    html: "<table><tr><th>a<th>b<tr><td>c<td>d</table>",
    blocks: [
      ["tr", "a\tb"],
      ["tr", "c\td"],
    ],
  },
  {
    name: "columns of a layout stay apart",
    html: `<table><tr><td>menu</td><td>${"long ".repeat(80)}</td></tr></table>`,
    blocks: [
      ["td", "menu"],
      ["td", "long ".repeat(80).trim()],
    ],
  },
  {
    name: "what scripts, styles, templates and fields hold is no text",
    html: "a<script>b<p></script><style>c</style><template><p>d</p></template><textarea>e</textarea><select><option>f</select><svg><title>g</title><path/></svg>h",
    blocks: [["body", "ah"]],
  },
  {
    name: "a select that never ends does not swallow the page",
    html: "<select><option>a<p>b</p>",
    blocks: [["p", "b"]],
  },
  { name: "text in noscript is kept", html: "<body><noscript><p>posts</p></noscript>", blocks: [["p", "posts"]] },
  {
    name: "noscript of the head holds no text and does not end the head",
    html: "<head><noscript><img src=x>no</noscript><title>t</title></head>a",
    blocks: [["body", "a"]],
  },
  { name: "comments are skipped, also inside a word", html: "a<!-- b -->c<!-->d", blocks: [["body", "acd"]] },
  {
    name: "references are decoded once, with and without semicolon",
    html: "<p>&lt;b&gt; &amp;amp; &eacute;&#x4e2d;&copy2 &nosuch;</p>",
    blocks: [["p", "<b> &amp; é中©2 &nosuch;"]],
  },
  { name: "a less-than sign that starts no tag is text", html: "<p>a < b <3</p>", blocks: [["p", "a < b <3"]] },
  {
    name: "an inline element that is hidden leaves its text out",
    html: "<p>a <span style='display: none'>x</span>b</p>",
    blocks: [["p", "a b"]],
  },
];
for (const { name, html, blocks } of shapes) {
  test(name, () => assert.deepEqual(blocksOf(html), blocks));
}

test("head facts are found, decoded and made absolute", () => {
  const page =
    parsed(`<html xml:lang="de-AT"><head><title> Caf&eacute;\n au lait </title><base href="/b/"><link rel="x canonical" href="c?d&amp;e">
    <meta NAME="Author" content="A &amp; B"><meta property="og:title" content="t"><meta charset="utf-8"></head>`);
  assert.equal(page.title, "Café au lait");
  assert.equal(page.languageAttribute, "de-AT");
  assert.equal(page.baseUrl, "https://example.org/b/");
  assert.equal(page.canonicalUrl, "https://example.org/b/c?d&e");
  assert.deepEqual(page.metas, [
    { name: "author", content: "A & B" },
    { name: "og:title", content: "t" },
  ]);
});

test("a canonical address that is not http(s) is passed over for the next", () => {
  assert.equal(
    parsed("<link rel=canonical href='javascript:x'><link rel=canonical href=/y>").canonicalUrl,
    "https://example.org/y",
  );
  assert.equal(parsed("<link rel=canonical href='javascript:x'>").canonicalUrl, null);
});

test("the title of a drawing is not the page's", () =>
  assert.equal(parsed("<svg><title>icon</title></svg><title>page</title>").title, "page"));

test("a link knows its words, rel, region and block", () => {
  const page = parsed(
    `<p>first</p><footer><p>Under <a rel="License  NoFollow" type="Text/HTML" href=" /by ">CC&nbsp;<b>BY</b></a>.</p></footer>`,
  );
  assert.deepEqual(page.links, [
    {
      tag: "a",
      href: "/by",
      rel: ["license", "nofollow"],
      type: "text/html",
      text: "CC BY",
      region: "footer",
      block: 1,
    },
  ]);
  assert.deepEqual(page.blocks[1], { ...page.blocks[1], text: "Under CC BY.", linkLength: 5, region: "footer" });
});

test("a link without words takes its title, or the alt of its image", () => {
  const page = parsed(
    `<a href=1 title=t><img alt=i></a><a href=2><img alt=i></a><area href=3 alt=x><link href=4 rel=license title=l>`,
  );
  assert.deepEqual(
    page.links.map(({ tag, text }) => [tag, text]),
    [
      ["a", "t"],
      ["a", "i"],
      ["area", "x"],
      ["link", "l"],
    ],
  );
});

test("images are links only where their address looks like a licence badge", () => {
  const page = parsed("<img src=cat.png><img src=https://i.creativecommons.org/l/by/4.0/88x31.png alt=CC>");
  assert.deepEqual(
    page.links.map(({ href }) => href),
    ["https://i.creativecommons.org/l/by/4.0/88x31.png"],
  );
});

test("links of the head stand in no block", () => {
  const page = parsed("<head><link rel=license href=l></head><body><p>a");
  assert.deepEqual(
    page.links.map(({ region, block }) => [region, block]),
    [["head", -1]],
  );
});

const regionCases: readonly (readonly [html: string, region: string])[] = [
  ["<nav>a</nav>", "nav"],
  ["<div role=contentinfo>a</div>", "footer"],
  ["<div id=siteFooter>a</div>", "footer"],
  ["<ol class=comment-list><li>a</ol>", "comment"],
  ["<body class='has-sidebar'><div class='no-sidebar'>a</div>", "body"],
  ["<main><article><header>a</header></article></main>", "header"],
];
for (const [html, region] of regionCases) {
  test(`the text of ${html} stands in ${region}`, () => assert.equal(parsed(html).blocks[0]?.region, region));
}

test("what is not shown is not main, unless it is most of the page", () => {
  const hidden = `<div hidden><p>${"Some words of the page. ".repeat(10)}</p></div>`;
  const shown = `<p>${"Other words of the page. ".repeat(20)}</p>`;
  assert.deepEqual(
    parsed(hidden + shown).blocks.map(({ main }) => main),
    [false, true],
  );
  assert.deepEqual(
    parsed(hidden).blocks.map(({ main }) => main),
    [true],
  );
});

const anyTag = fc.constantFrom(
  "<p>",
  "</p>",
  "<div class=nav>",
  "</div>",
  "<a href=x>",
  "</a>",
  "<li>",
  "<ul>",
  "</ul>",
  "<table>",
  "<tr>",
  "<td>",
  "</table>",
  "<br>",
  "<pre>",
  "</pre>",
  "<svg>",
  "</svg>",
  "<select>",
  "<h1>",
  "<span hidden>",
  "<!--",
  "-->",
  "<script>",
  "</script>",
  "<title>",
  "</title>",
  "&amp;",
  "&#0;",
  " ",
  "\n",
  "text",
  "é\ud800",
  "<a href='",
  "<img alt=x src=cc-by.png>",
  "<noscript>",
  "<button>",
);

test("any bytes make a page whose numbers hold", () => {
  const holds = (bytes: Uint8Array, contentType: string | null): void => {
    const page = pageOf({ url: "https://example.org/", bytes, contentType });
    for (const { text, linkLength } of page.blocks) {
      assert.ok(text.trim() !== "");
      assert.ok(linkLength >= 0 && linkLength <= text.length);
    }
    for (const { block, text } of page.links) {
      assert.ok(block >= -1 && block < page.blocks.length);
      assert.ok(text.length <= 200);
    }
    const text = textOf(page);
    assert.ok(text.isWellFormed() && !text.includes("\0"));
    assert.deepEqual(pageOf({ url: "https://example.org/", bytes, contentType }), page);
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), fc.option(fc.string()), holds));
  fc.assert(
    fc.property(fc.array(anyTag, { maxLength: 60 }), (parts) => holds(Buffer.from(parts.join("")), null)),
    { numRuns: 500 },
  );
});

test("cheerio finds the same title, language, canonical address and links in well-formed pages", () => {
  const word = fc.stringMatching(/^[a-z&<"'é中 ]{1,12}$/).filter((text) => text.trim() !== "");
  const escaped = (text: string): string =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
  const page = fc.record({
    title: word,
    lang: fc.constantFrom("en", "pt-BR"),
    canonical: fc.webUrl(),
    links: fc.array(fc.record({ href: fc.webUrl(), text: word }), { maxLength: 5 }),
  });
  fc.assert(
    fc.property(page, ({ title, lang, canonical, links }) => {
      const html = `<!doctype html><html lang="${lang}"><head><title>${escaped(title)}</title><link rel="canonical" href="${escaped(canonical)}"></head>
        <body>${links.map(({ href, text }) => `<p>See <a href="${escaped(href)}">${escaped(text)}</a></p>`).join("")}</body></html>`;
      const $ = load(html);
      const found = parsed(html);
      assert.equal(found.title, $("title").text().replaceAll(/\s+/g, " ").trim());
      assert.equal(found.languageAttribute, $("html").attr("lang"));
      assert.equal(found.canonicalUrl, new URL($("link[rel=canonical]").attr("href") ?? "").href);
      assert.deepEqual(
        found.links.filter(({ tag }) => tag === "a").map(({ href, text }) => [href, text]),
        $("a")
          .get()
          .map((a) => [$(a).attr("href"), $(a).text().replaceAll(/\s+/g, " ").trim()]),
      );
    }),
  );
});
