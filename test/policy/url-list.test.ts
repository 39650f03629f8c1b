import assert from "node:assert/strict";
import { suite, test } from "node:test";

import * as fc from "fast-check";

import { urlEntryOf } from "../../src/core/address/url-entry.ts";
import type { Policy } from "../../src/core/decisions.ts";
import { reasonsAgainst } from "../../src/policy/decide.ts";
import { normalUrlOf } from "../../src/url/normalize.ts";
import { lenient, licences, sampleDocument } from "./sample-policy.ts";

const against = (urls: Policy["urls"], url: string): string[] =>
  reasonsAgainst({ ...lenient, ...(urls === undefined ? {} : { urls }) }, sampleDocument({ url }), licences);
const denied = (entry: string, url: string): boolean =>
  against({ allow: [], deny: [entry] }, url).includes(`url:${entry}`);

interface Case {
  readonly entry: string;
  readonly covers: readonly string[];
  readonly not: readonly string[];
}

const cases: readonly Case[] = [
  {
    entry: "https://evil.example/a/page?x=1&y=%C3%BC",
    covers: [
      "https://evil.example/a/page?x=1&y=%C3%BC",
      "HTTPS://EVIL.example.:443/a/page?x=1&y=ü",
      "https://me:word@evil.example/a/b/../page?x=1&y=%c3%bc#part",
      "https://evil.example/%61/./p%61ge?x=1&y=%C3%BC",
      "https:\\\\evil.example\\a\\page?x=1&y=%C3%BC",
      "https://evil.example//a///page?y=%C3%BC&x=1",
      "https://evil.example/a/page?&x=1&&y=%C3%BC&",
      " https://evil。example/a/page?x=1&y=%C3%BC ",
    ],
    not: [
      "https://evil.example/a/page",
      "https://evil.example/a/page?x=1&y=%C3%BC2",
      "https://evil.example/A/page?x=1&y=%C3%BC",
      "http://evil.example/a/page?x=1&y=%C3%BC",
      "https://www.evil.example/a/page?x=1&y=%C3%BC",
      "https://evil.example:444/a/page?x=1&y=%C3%BC",
      "https://good.example/https://evil.example/a/page?x=1&y=%C3%BC",
    ],
  },
  {
    entry: "EVIL.example./page",
    covers: ["http://evil.example/page", "https://evil.example/page", "https://evil.example:443/page"],
    not: ["ftp://evil.example/page", "https://evil.example/page/", "https://evil.example:8080/page"],
  },
  {
    entry: "https://evil.example",
    covers: ["https://evil.example/", "https://evil.example?"],
    not: ["https://evil.example/a"],
  },
  {
    entry: "https://evil.example/part/*",
    covers: ["https://evil.example/part/", "https://evil.example/part/a/b?c", "https://evil.example/x/../part/a"],
    not: ["https://evil.example/part", "https://evil.example/parts/", "https://evil.example/part/../a"],
  },
  {
    entry: "evil.example/m/*",
    covers: ["http://evil.example//m/1", "http://evil.example/m//1?b&a", "http://evil.example/%6D%2e/../m//"],
    not: ["http://evil.example//n/1", "http://evil.example//m"],
  },
  { entry: "evil.example//m//*", covers: ["http://evil.example/m/1", "http://evil.example//m//1"], not: [] },
  { entry: "evil.example/m?b=1&a=2", covers: ["http://evil.example//m?a=2&b=1"], not: ["http://evil.example/m?b=1"] },
  {
    entry: "evil.example/m?b=1&a=*",
    covers: ["http://evil.example/m?a=2&b=1", "http://evil.example//m?b=1&a=2"],
    not: ["http://evil.example/m?b=2&a=1"],
  },
  { entry: "evil.example/*id=1", covers: ["http://evil.example/m?z=1&id=1", "http://evil.example/m?id=1"], not: [] },
  {
    entry: "evil.example/m?*",
    covers: ["http://evil.example/m?&", "http://evil.example//m?x=1"],
    not: ["http://evil.example/m"],
  },
  {
    entry: "evil.example/*?id=*",
    covers: ["http://evil.example/m?id=1&a=2", "http://evil.example/m?id=1"],
    not: ["http://evil.example/m?ident=1"],
  },
  {
    entry: "evil.example/*/private/*.html",
    covers: ["http://evil.example/a/private/b.html", "https://evil.example/a/b/private/c/d.html#e"],
    not: ["https://evil.example/private/b.html", "https://evil.example/a/private/b.htm"],
  },
  {
    entry: "*.evil.example/a*",
    covers: ["http://evil.example/a", "https://x.y.evil.example/ab"],
    not: ["http://devil.example/a", "https://x.evil.example/b"],
  },
  { entry: "*.evil.example/a", covers: ["http://www.evil.example/a"], not: ["http://www.evil.example/ab"] },
  {
    entry: "evil.example/*",
    covers: ["http://evil.example/"],
    not: ["http://www.evil.example/", "http://evil.example:8080/"],
  },
  { entry: "evil.example:8080/*", covers: ["http://evil.example:8080/a"], not: ["http://evil.example/a"] },
  {
    entry: "*/wp-admin/*",
    covers: ["https://a.example/wp-admin/x", "http://b.example:81/wp-admin/"],
    not: ["https://a.example/x"],
  },
  { entry: "evil.example:8080/a", covers: ["http://evil.example:8080/a"], not: ["http://evil.example/a"] },
  { entry: "http://[2001:db8::1]:81/a", covers: ["http://[2001:0db8:0::1]:81/a"], not: ["http://[2001:db8::1]/a"] },
  { entry: "ftp://evil.example/a", covers: ["ftp://evil.example:21/a"], not: ["http://evil.example/a"] },
];

suite("an entry of a policy's list of addresses", () => {
  for (const { entry, covers, not } of cases) {
    for (const url of covers) test(`${entry} covers ${url}`, () => assert.ok(denied(entry, url)));
    for (const url of not) test(`${entry} does not cover ${url}`, () => assert.ok(!denied(entry, url)));
  }

  for (const entry of [
    "",
    "evil.example",
    "page.html",
    "/page",
    "urn:isbn:1",
    "file:///a",
    "https://",
    "https://evil.example*",
  ]) {
    test(`"${entry}" is none`, () => assert.equal(urlEntryOf(entry), null));
  }
  for (const entry of [
    "https://e*.example/",
    "me@evil.example/",
    "evil.example:80:80/",
    "1.2.3.4.5/",
    "https://a b/",
  ]) {
    test(`"${entry}" is none`, () => assert.equal(urlEntryOf(entry), null));
  }

  test("that is an address without a star covers that address, however it is written", () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        fc.pre(!url.includes("*"));
        assert.ok(denied(url, url));
        assert.ok(denied(url, URL.parse(url)?.href ?? ""));
        assert.ok(denied(url, normalUrlOf(url) ?? url));
        assert.ok(denied(normalUrlOf(url) ?? url, url));
      }),
    );
  });
});

suite("a policy's lists of addresses", () => {
  const page = "https://evil.example/a";

  test("name every entry that denies, each once", () => {
    const deny = ["*/a", "evil.example/a", page, "*/a", "https://evil.example/b", "*.example/a*"];
    assert.deepEqual(against({ allow: [], deny }, page), [
      "url:evil.example/a",
      `url:${page}`,
      "url:*/a",
      "url:*.example/a*",
    ]);
  });

  test("keep out what none allows, and what is both allowed and denied", () => {
    assert.deepEqual(against({ allow: ["good.example/*"], deny: [] }, page), ["url:not-allowed"]);
    assert.deepEqual(against({ allow: ["*.example/*"], deny: [] }, page), []);
    assert.deepEqual(against({ allow: ["*.example/*"], deny: [page] }, page), [`url:${page}`]);
  });

  test("refuse what is no address of the web as soon as one of them is not empty", () => {
    for (const url of ["urn:isbn:1", "http://a b/", "", "file:///a"]) {
      assert.deepEqual(against({ allow: [], deny: [page] }, url), ["url:unreadable"]);
      assert.deepEqual(against({ allow: [page], deny: [] }, url), ["url:unreadable"]);
      assert.deepEqual(against({ allow: [], deny: [] }, url), []);
    }
  });

  test("of a hundred thousand addresses are asked about as many documents in a few seconds", () => {
    const deny = Array.from({ length: 100_000 }, (_, at) => `https://evil.example/page/${at}`);
    const lists = { allow: [], deny };
    const begun = performance.now();
    for (const url of deny) assert.deepEqual(against(lists, url), [`url:${url}`]);
    assert.ok(performance.now() - begun < 20_000);
  });
});
