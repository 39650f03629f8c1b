import assert from "node:assert/strict";
import { suite, test } from "node:test";

import * as fc from "fast-check";

import { robotsKeyOf, surtOf, urlPatternOf } from "../../src/commoncrawl/url-pattern.ts";

const cases: readonly { readonly pattern: string; readonly fit: readonly string[]; readonly not: readonly string[] }[] =
  [
    {
      pattern: "*.example.org",
      fit: [
        "https://example.org/",
        "https://www.example.org/a",
        "http://a.b.example.org:8080/x",
        "https://example.org:8080/",
      ],
      not: ["https://example.org.evil.test/", "https://example-shop.org/", "https://notexample.org/", "https://org/"],
    },
    {
      pattern: "example.org/part/*",
      fit: ["https://example.org/part/one", "https://www.example.org/Part/TWO?b=1&a=2"],
      not: ["https://example.org/party", "https://sub.example.org/part/one", "https://example.org/"],
    },
    {
      pattern: "https://example.org/page",
      fit: ["https://example.org/page", "http://example.org/page", "https://example.org/page/"],
      not: ["https://example.org/page/more", "https://example.org/pages"],
    },
    {
      pattern: "example.org",
      fit: ["https://example.org/", "https://example.org/any"],
      not: ["https://a.example.org/"],
    },
    { pattern: "*.example", fit: ["https://any.example/", "https://a.b.example/x"], not: ["https://example.org/"] },
    { pattern: "*", fit: ["https://any.example/", "http://192.0.2.1/x"], not: [] },
    { pattern: "example.org/?b=1&a=2", fit: ["https://example.org/?a=2&b=1"], not: ["https://example.org/"] },
  ];

suite("a pattern of addresses", () => {
  for (const { pattern, fit, not } of cases) {
    test(`${pattern} fits what it says and nothing else, and its keys lie in its range`, () => {
      const { matches, keys } = urlPatternOf(pattern);
      for (const url of fit) {
        const key = surtOf(url);
        assert.ok(matches(key), `${pattern} does not fit ${url} (${key})`);
        assert.ok(keys === null || (key >= keys.from && key < keys.to), `${key} is outside the range of ${pattern}`);
      }
      for (const url of not) assert.ok(!matches(surtOf(url)), `${pattern} fits ${url}`);
    });
  }

  test("with a star in the middle, or without a host, is a usage error", () => {
    for (const bad of ["example.org/*/page", "a.*.org", "", "*.", "/page", "exa mple.org"]) {
      assert.throws(() => urlPatternOf(bad), { code: "usage" }, bad);
    }
  });

  test("never fits a key outside the range that is read for it", () => {
    const host = fc.stringMatching(/^[a-z][a-z0-9-]{0,4}[a-z0-9](\.[a-z]{2,3}){1,2}$/);
    const path = fc.stringMatching(/^\/[a-zA-Z0-9/_-]{0,6}$/);
    fc.assert(
      fc.property(host, host, path, fc.constantFrom("", "*"), (one, other, rest, star) => {
        for (const pattern of [`*.${one}`, `${one}${rest}${star}`].map(urlPatternOf)) {
          for (const url of [`https://${other}${rest}`, `https://${one}${rest}x`, `https://${other}.${one}/`]) {
            const key = surtOf(url);
            const { keys } = pattern;
            if (pattern.matches(key))
              assert.ok(keys !== null && key >= keys.from && key < keys.to, `${pattern.text} ${key}`);
          }
        }
      }),
    );
  });

  test("a host's robots.txt has the key that its address has", () => {
    for (const url of ["https://www.example.org/a?b", "http://example.org:8080/x"]) {
      assert.equal(robotsKeyOf(url), surtOf(new URL("/robots.txt", url).href));
    }
    assert.equal(robotsKeyOf("dns:example.org"), null);
  });
});
