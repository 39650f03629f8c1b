import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { PipelineError } from "../../src/core/errors.ts";
import { scopeOf } from "../../src/url/scope.ts";

const seeds = ["https://www.h.example/start", "http://other.example:8080/"];

const places = [
  { scope: "host", url: "https://www.h.example/x", inside: true },
  { scope: "host", url: "http://www.h.example/x", inside: true },
  { scope: "host", url: "https://h.example/x", inside: false },
  { scope: "host", url: "https://www.h.example:444/x", inside: false },
  { scope: "host", url: "http://other.example:8080/x", inside: true },
  { scope: "host", url: "http://other.example/x", inside: false },
  { scope: "domain", url: "https://a.b.h.example/", inside: true },
  { scope: "domain", url: "https://other.example/", inside: true },
  { scope: "domain", url: "https://noth.example/", inside: false },
  { scope: "domain:h.example", url: "http://h.example:81/", inside: true },
  { scope: "domain:h.example", url: "http://x.h.example/", inside: true },
  { scope: "domain:h.example", url: "http://xh.example/", inside: false },
  { scope: "domain:www.h.example", url: "http://h.example/", inside: false },
  { scope: "domain:Bücher.example", url: "http://www.xn--bcher-kva.example/", inside: true },
  { scope: "domain:me.github.io", url: "https://me.github.io/", inside: true },
  { scope: "domain:me.github.io", url: "https://you.github.io/", inside: false },
  { scope: "domain:127.0.0.1", url: "http://127.0.0.1:8080/", inside: true },
  { scope: "domain:0.0.1", url: "http://127.0.0.1/", inside: false },
  { scope: "domain:localhost", url: "http://a.localhost:80/", inside: true },
  { scope: "prefix:https://h.example/docs/", url: "https://h.example/docs/a", inside: true },
  { scope: "prefix:https://h.example/docs/", url: "https://h.example/docs", inside: false },
  { scope: "prefix:https://h.example/docs/", url: "http://h.example/docs/a", inside: false },
  { scope: "prefix:HTTPS://H.example/%64ocs", url: "https://h.example/docs/a", inside: true },
];

suite("scopeOf", () => {
  for (const { scope, url, inside } of places) {
    test(`${scope} ${inside ? "holds" : "does not hold"} ${url}`, () => {
      assert.equal(scopeOf({ scope, seeds })(url, 0), inside ? null : "scope-place");
    });
  }

  test("the domain of a seed at a host of sites is that site's alone", () => {
    const scope = scopeOf({ scope: "domain", seeds: ["https://me.github.io/", "http://10.0.0.1/"] });
    const urls = ["https://a.me.github.io/", "https://you.github.io/", "http://10.0.0.1/", "http://11.0.0.1/"];
    assert.deepEqual(
      urls.map((url) => scope(url, 0)),
      [null, "scope-place", null, "scope-place"],
    );
  });

  test("patterns: one that denies wins over one that allows, and what none allows is out", () => {
    const scope = scopeOf({ scope: "host", seeds, allow: ["*/docs/*", "*.html"], deny: ["*/private/*"] });
    const at = (path: string): string | null => scope(`https://www.h.example${path}`, 0);
    assert.deepEqual(["/docs/a", "/b.html", "/docs/private/a", "/c"].map(at), [
      null,
      null,
      "scope-denied",
      "scope-not-allowed",
    ]);
  });

  for (const pattern of [
    "HTTPS://WWW.H.example.:443/a*",
    "https://www。h.example/a",
    "https:\\\\www.h.example/*",
    "https://*.H.example/*",
  ]) {
    test(`the host of the pattern ${pattern} is read like that of an address`, () => {
      assert.equal(scopeOf({ scope: "host", seeds, deny: [pattern] })("https://www.h.example/a", 0), "scope-denied");
    });
  }

  test("a pattern without a path is that of the host's first page, and a star behind the host stands for any page", () => {
    const denies = (pattern: string, url: string): boolean =>
      scopeOf({ scope: "host", seeds, deny: [pattern] })(url, 0) === "scope-denied";
    assert.ok(denies("https://WWW.h.example", "https://www.h.example/"));
    assert.ok(!denies("https://WWW.h.example", "https://www.h.example/a"));
    assert.ok(denies("https://WWW.h.example*", "https://www.h.example/a"));
  });

  test("depth counts up to and with its bound", () => {
    const scope = scopeOf({ scope: "host", seeds, maxDepth: 2 });
    assert.deepEqual(
      [2, 3].map((depth) => scope(seeds[0] ?? "", depth)),
      [null, "scope-depth"],
    );
  });

  for (const scope of [
    "",
    "hosts",
    "host:x",
    "domain:",
    "domain:co.uk",
    "domain:com",
    "domain:github.io",
    "domain:http://h.example/",
    "prefix:",
    "prefix:ftp://h/",
    "regexp:.*",
  ]) {
    test(`"${scope}" is no scope`, () => {
      assert.throws(
        () => scopeOf({ scope, seeds }),
        (error) => error instanceof PipelineError && error.code === "usage",
      );
    });
  }

  test("empty patterns, and more than can be meant, are refused", () => {
    for (const deny of [[""], ["x".repeat(5000)], Array.from({ length: 1001 }, () => "*")]) {
      assert.throws(() => scopeOf({ scope: "host", seeds, deny }), PipelineError);
    }
  });
});
