import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { sitemapLimits, sitemapLinksOf, type Sitemap } from "../../src/crawl/sitemap.ts";

suite("sitemapLinksOf", () => {
  const at = { url: "https://h.example/sitemap.xml", depth: 0 };
  const of = (kind: Sitemap["kind"], ...addresses: string[]): Sitemap => ({ kind, addresses, cut: null });
  const urls = (list: readonly { readonly url: string }[]): string[] => list.map(({ url }) => url);

  test("a sitemap speaks for its own host, by http and https alike, and for no other", () => {
    const list = of(
      "pages",
      "https://h.example/1",
      "http://h.example/2",
      "/3",
      "https://www.h.example/4",
      "https://h.example:444/5",
      "mailto:x",
    );
    const { pages, sitemaps, refused } = sitemapLinksOf(list, at);
    assert.deepEqual(urls(pages), ["https://h.example/1", "http://h.example/2", "https://h.example/3"]);
    assert.deepEqual(sitemaps, []);
    assert.deepEqual(
      [...refused],
      [
        ["sitemap-other-host", ["https://www.h.example/4", "https://h.example:444/5"]],
        ["sitemap-address", ["mailto:x"]],
      ],
    );
  });

  test("a host whose robots.txt names a sitemap elsewhere is spoken for by it", () => {
    const { pages } = sitemapLinksOf(of("text", "https://www.h.example/4"), {
      ...at,
      namedBy: ["https://www.h.example"],
    });
    assert.deepEqual(urls(pages), ["https://www.h.example/4"]);
  });

  test("a feed's items may be anywhere", () => {
    assert.deepEqual(urls(sitemapLinksOf(of("feed", "https://other.example/1"), at).pages), [
      "https://other.example/1",
    ]);
  });

  test("an index does not lead to itself, nor to another host, nor deeper than the bound", () => {
    const index = of("index", at.url, "/a.xml", "/a.xml#2", "https://other.example/b.xml");
    assert.deepEqual(urls(sitemapLinksOf(index, at).sitemaps), ["https://h.example/a.xml"]);
    assert.deepEqual(urls(sitemapLinksOf(index, { ...at, depth: sitemapLimits.depth - 1 }).sitemaps), [
      "https://h.example/a.xml",
    ]);
    const deep = sitemapLinksOf(index, { ...at, depth: sitemapLimits.depth });
    assert.deepEqual([deep.pages, deep.sitemaps], [[], []]);
    assert.equal(deep.refused.get("sitemap-depth")?.length, 3);
  });

  test("the raw address is kept beside the normal one", () => {
    assert.deepEqual(sitemapLinksOf(of("pages", "/?b=1&a=2"), at).pages, [
      { url: "https://h.example/?a=2&b=1", rawUrl: "https://h.example/?b=1&a=2" },
    ]);
  });
});
