import assert from "node:assert/strict";
import { suite, test } from "node:test";

import * as fc from "fast-check";

import { refusedLinks } from "../../src/crawl/crawl-settings.ts";
import { pageUrls } from "../../src/crawl/discovered-urls.ts";
import { normalUrlOf } from "../../src/url/normalize.ts";

const base = "http://h.example/dir/page";

function found(links: readonly string[]): string[] {
  const out = { base, links: links.map((url) => ({ url, nofollow: false })) };
  return pageUrls(out, 1, { scope: () => null, refused: refusedLinks(), followNofollow: false }).map(({ url }) => url);
}

suite("pageUrls", () => {
  test("places of one page are one address, those of the page itself none", () => {
    const links = ["other#one", "other#two", "other", "/dir/other#", "#three", "?q=1#four", "#"];
    assert.deepEqual(found(links), ["http://h.example/dir/other", "http://h.example/dir/page?q=1"]);
  });

  test("a number sign that is written as a percent escape begins no fragment", () => {
    assert.deepEqual(found(["a%23b", "a%23c#d"]), ["http://h.example/dir/a%23b", "http://h.example/dir/a%23c"]);
  });

  test("links that are refused are counted once an address", () => {
    const refused = refusedLinks();
    const out = { base, links: ["x#1", "x#2", "y"].map((url) => ({ url, nofollow: true })) };
    pageUrls(out, 1, { scope: () => null, refused, followNofollow: false });
    assert.equal(refused.take().get("nofollow")?.links, 2);
  });

  test("every link leads where its normal address is, in order, the first time that it comes", () => {
    const link = fc.oneof(
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
      fc.webPath().map((path) => path.slice(1)),
      fc.string({ unit: fc.constantFrom("a", "b", "/", ".", "#", "?", "=", "%", ":") }).map((text) => `p${text}`),
    );
    fc.assert(
      fc.property(fc.array(link, { maxLength: 20 }), (links) => {
        const wanted = links.flatMap((one) => normalUrlOf(one, base) ?? []).filter((url) => url !== base);
        const named = found(links).filter((url) => url !== base);
        const media = /\.(?:\w+)$/;
        const kept = (urls: readonly string[]): string[] => [...new Set(urls)].filter((url) => !media.test(url));
        assert.deepEqual(kept(named), kept(wanted));
      }),
      { numRuns: 1000 },
    );
  });
});
