import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { load } from "cheerio";
import * as fc from "fast-check";

import { pageLimits } from "../../src/page/page-limits.ts";
import { linkHeaderLinks, pageLinksOf } from "../../src/page/page-links.ts";
import type { PageLinks } from "../../src/page/page-links.ts";
import { pageOf } from "../../src/page/parse-page.ts";

const url = "https://example.org/dir/page";

function linksOf(html: string | Uint8Array, contentType: string | null = "text/html; charset=utf-8"): PageLinks {
  return pageLinksOf({ url, bytes: Buffer.from(html), contentType, agent: "colophon" });
}
const addresses = (html: string): string[] => linksOf(html).links.map((link) => link.url);

const markup = [
  {
    name: "a, area, frame and iframe are followed",
    html: `<a href=1><area href=2><frame src=3><iframe src=4></iframe>`,
    urls: ["1", "2", "3", "4"],
  },
  {
    name: "an a without href, or with another's attribute, is not",
    html: `<a name=x><a src=1><iframe href=2></iframe>`,
    urls: [],
  },
  { name: "names are read in any case", html: `<A HREF=1>`, urls: ["1"] },
  {
    name: "entities are decoded as attributes have them",
    html: `<a href="?a=1&amp;b=2&copy=3&#x41;">`,
    urls: ["?a=1&b=2&copy=3A"],
  },
  { name: "white space around an address is dropped", html: `<a href=" \n1\t ">`, urls: ["1"] },
  { name: "quotes may hold the other kind and brackets", html: `<a title='>"<a href=x>' href="a'>b">`, urls: [`a'>b`] },
  { name: "a quote inside a bare value is no quote", html: `<a title=x"y href=1><a href=2>`, urls: ["1", "2"] },
  { name: "the first of two attributes counts", html: `<a href=1 HREF=2>`, urls: ["1"] },
  { name: "slashes part attributes", html: `<a/href=1/><a href="2"class=x>`, urls: ["1/", "2"] },
  { name: "spaces may stand around the sign", html: `<a href = "1">`, urls: ["1"] },
  {
    name: "comments hold no links",
    html: `<!-- <a href=1> --><!--><a href=2><!---><a href=3><!-- --!><a href=4>`,
    urls: ["2", "3", "4"],
  },
  { name: "a comment without an end takes the rest", html: `<a href=1><!-- > -- > <a href=2>`, urls: ["1"] },
  {
    name: "declarations and instructions end at the first bracket",
    html: `<!doctype html><?php "><a href=1><![CDATA[><a href=2>`,
    urls: ["1", "2"],
  },
  {
    name: "scripts, styles and text areas hold no links",
    html: `<script>"<a href=1>"</script><style><a href=2></STYLE ><textarea><a href=3></textarea><a href=4>`,
    urls: ["4"],
  },
  {
    name: "a script ends at its own end tag only",
    html: `<script>"</scripts></style>"<a href=1></script/><a href=2>`,
    urls: ["2"],
  },
  { name: "an end tag may have attributes with brackets", html: `</p title=">"><a href=1>`, urls: ["1"] },
  { name: "what is no tag is text", html: `1 < 2 <3 << a <a href=1></ x><a href=2>`, urls: ["1", "2"] },
  { name: "a tag that the page's end cuts off is none", html: `<a href=1><a href=2 title="x>`, urls: ["1"] },
  { name: "links of noscript are followed", html: `<noscript><a href=1></noscript>`, urls: ["1"] },
  {
    name: "link next, prev, alternate and canonical are followed, others not",
    html: `<link rel=next href=1><link rel="Foo ALTERNATE" href=2><link rel=canonical href=3><link rel=prev href=4><link rel=icon href=5><link href=6><link rel="alternate stylesheet" href=7>`,
    urls: ["1", "2", "3", "4"],
  },
];

suite("pageLinksOf", () => {
  for (const { name, html, urls } of markup) test(name, () => assert.deepEqual(addresses(html), urls));

  test("rel is given in lower-case tokens, type for links only", () => {
    assert.deepEqual(
      linksOf(`<a rel=" NoFollow\nUGC" href=1 type=x><link rel=alternate type="Application/RSS+xml" href=2>`).links,
      [
        { url: "1", rel: ["nofollow", "ugc"], tag: "a", type: null },
        { url: "2", rel: ["alternate"], tag: "link", type: "application/rss+xml" },
      ],
    );
  });

  test("the base is the first base element's address, resolved, if it is an http one", () => {
    assert.equal(linksOf(`<base target=x><base href="../other/"><base href=/no>`).base, "https://example.org/other/");
    assert.equal(linksOf(`<base href="mailto:x"><base href=/no>`).base, url);
    assert.equal(linksOf("").base, url);
  });

  const refreshes = [
    ["0; url=next", "next"],
    ["5,URL = 'a b' c", "a b"],
    [" 0.5 ; next", "next"],
    ["0 next", "next"],
    [`0;url="next`, "next"],
    ["0;urls", "urls"],
    ["5", null],
    ["5;", null],
    ["url=next", null],
    ["x; url=next", null],
    ["5x; url=next", null],
  ] as const;
  for (const [content, target] of refreshes) {
    test(`a refresh of ${JSON.stringify(content)} leads to ${String(target)}`, () => {
      assert.equal(
        linksOf(`<meta http-equiv=Refresh content='${content.replaceAll("'", "&#39;")}'>`).metaRefresh,
        target,
      );
    });
  }

  test("elements named robots or after the crawler may say nofollow, others may not", () => {
    const says = (html: string): boolean => linksOf(html).metaNofollow;
    assert.equal(says(`<meta name=Robots content="NOINDEX, NoFollow">`), true);
    assert.equal(says(`<meta name=robots content=none>`), true);
    assert.equal(says(`<meta name=colophon content=nofollow>`), true);
    assert.equal(says(`<meta name=robots content="noindex nofollow">`), true);
    assert.equal(says(`<meta name=robots content="unavailable_after: 1 Jan 2030 00:00:00 GMT, nofollow">`), true);
    assert.equal(says(`<meta name=robots content="googlebot: noindex, colophon: nofollow">`), true);
    assert.equal(says(`<meta name=robots content="googlebot: nofollow">`), true);
    assert.equal(says(`<meta name=robots content=index,follow><meta name=robots content=nofollow>`), true);
    assert.equal(says(`<meta name=otherbot content=nofollow><meta name=robots content=noindex>`), false);
    assert.equal(says(`<meta name=robots>`), false);
    assert.equal(says(`<meta http-equiv=X-Robots-Tag content="noindex, nofollow">`), true);
    assert.equal(says(`<meta name=x-robots-tag content="googlebot: noindex, colophon: nofollow">`), true);
    assert.equal(says(`<meta http-equiv=X-Robots-Tag content="googlebot: nofollow">`), false);
    assert.equal(says(`<meta name="googlebot, colophon" content=nofollow>`), true);
    assert.equal(says(`<meta name="robots;googlebot" content=nofollow>`), true);
    assert.equal(says(`<meta name="googlebot bingbot" content=nofollow>`), false);
  });

  test("elements are kept under the names that the full parse gives them", () => {
    const html = `<meta name=Robots content=a><meta http-equiv=X-Robots-Tag content=b><meta property=p content=c>
      <meta itemprop=i content=d><meta itemprop=i http-equiv=h content=e><meta content=f>`;
    const page = pageOf({ url: "https://a.test/", bytes: Buffer.from(html), contentType: "text/html" });
    assert.equal(page.metas.length, 5);
    assert.deepEqual(linksOf(html).metas, page.metas);
  });

  test("addresses are decoded in the encoding of the page", () => {
    const html = `<meta charset=gbk><a href="/\xd6\xd0&amp;x">`;
    assert.deepEqual(linksOf(Buffer.from(html, "latin1"), "text/html").links[0]?.url, "/中&x");
    assert.deepEqual(linksOf(Buffer.from(`\ufeff<a href="/é">`, "utf16le"), null).links[0]?.url, "/é");
    assert.deepEqual(linksOf(Buffer.from(`<a href="/é">`), null).links[0]?.url, "/é");
    // Two letters of that encoding look like the beginning of a comment.
    const escaped = Buffer.from("\u001b$B<!--\u001b(B<a href=1>");
    assert.deepEqual(linksOf(escaped, "text/html; charset=iso-2022-jp").links[0]?.url, "1");
  });

  test("links beyond the bound are left out, values beyond theirs are cut", () => {
    assert.equal(linksOf("<a href=1>".repeat(pageLimits.links + 5)).links.length, pageLimits.links);
    assert.equal(linksOf(`<a href=${"1".repeat(10_000)}>`).links[0]?.url.length, pageLimits.attributes);
  });

  const bombs = [
    "<",
    "<a",
    "<!--",
    "<!-- --",
    "<a href=",
    `<a href="`,
    "</",
    "<script>",
    "</script",
    "<a b=c ",
    "<a =",
    "&#x26;",
    "<!",
    "<?",
    "<title></titl",
    "\0",
  ];
  test("a page of one thing over and over is read to its end", () => {
    for (const bomb of bombs) assert.ok(linksOf(bomb.repeat(200_000)).links.length <= pageLimits.links, bomb);
    const wide = `<a ${Array.from({ length: 100_000 }, (_, index) => `x${index}=1`).join(" ")} href=1><a href=2>`;
    assert.deepEqual(addresses(wide), ["2"]);
  });

  const word = fc.constantFrom("x", "a b", "1&2", "&amp;", "ü", "<", "'", "=", "/", "?q=1&lt=2", "//h/", "\n");
  const text = fc.array(word, { maxLength: 4 }).map((words) => words.join(""));
  const attribute = fc
    .tuple(
      fc.constantFrom("href", "src", "title", "rel", "HREF", "data-x"),
      text,
      fc.constantFrom('"', "'", '" ', '"/'),
    )
    .map(([name, value, quote]) => {
      const mark = quote.slice(0, 1);
      return `${name}=${mark}${value.replaceAll(mark, "")}${quote}`;
    });
  const tag = fc
    .tuple(
      fc.constantFrom("a", "p", "div", "area", "A", "b", "iframe", "/p", "span"),
      fc.array(attribute, { maxLength: 3 }),
    )
    .map(
      ([name, attributes]) =>
        `<${name} ${attributes.join(" ")}>${name === "iframe" ? "</iframe>" : name.toLowerCase() === "a" ? "</a>" : ""}`,
    );
  const node = fc.oneof(
    tag,
    text,
    text.map((inside) => `<!-- ${inside.replaceAll("-", "")} <a href=no> -->`),
    text.map((inside) => `<script>${inside}<a href=no></script>`),
    text.map((inside) => `<textarea>${inside}<a href=no></textarea>`),
  );

  test("gives the addresses that a whole tree of the page has", () => {
    fc.assert(
      fc.property(fc.array(node, { maxLength: 12 }), (nodes) => {
        const html = `<!doctype html><body>${nodes.join("")}`;
        const $ = load(html, { scriptingEnabled: false });
        const theirs = $("a[href], area[href], iframe[src]")
          .toArray()
          .map((element) => ($(element).attr(element.tagName === "iframe" ? "src" : "href") ?? "").trim());
        // Where tags are badly nested a tree holds copies of an element (HTML, "adoption agency algorithm").
        assert.deepEqual([...new Set(addresses(html))], [...new Set(theirs)]);
      }),
      { numRuns: 1500, examples: [[["<a b", '<area href="">', "<div >", "<a ></a>"]]] },
    );
  });

  test("never throws, whatever the bytes", () => {
    const part = fc.constantFrom(...bombs, ">", `"`, "'", " ", "meta", "a", "href=x", "\u00ff");
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 30 }),
        fc.constantFrom(null, "text/html; charset=utf-16le", "x"),
        (parts, type) => {
          linksOf(Buffer.from(parts.join(""), "latin1"), type);
        },
      ),
      { numRuns: 500 },
    );
  });
});

suite("linkHeaderLinks", () => {
  test("the links of several fields that a crawler follows are given in order", () => {
    const fields = [
      `</2>; rel="next foo", </s.css>; rel=preload`,
      `<https://e.example/>; REL=Canonical; type=Text/HTML`,
    ];
    assert.deepEqual(linkHeaderLinks(fields), [
      { url: "/2", rel: ["next", "foo"], tag: "http-link", type: null },
      { url: "https://e.example/", rel: ["canonical"], tag: "http-link", type: "text/html" },
    ]);
  });

  test("a link that is about something else is left out", () => {
    assert.deepEqual(linkHeaderLinks([`</2>; rel=next; anchor="#part"`]), []);
  });
});
