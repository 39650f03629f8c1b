import assert from "node:assert/strict";
import { suite, test } from "node:test";

import * as fc from "fast-check";

import { addressOf, hostKeyOf, normalUrlOf, urlLengthLimit } from "../../src/url/normalize.ts";

const cases = [
  { name: "scheme and host are lower-cased", raw: "HTTP://Example.ORG/Path", normal: "http://example.org/Path" },
  { name: "a scheme's own port is dropped", raw: "https://h.example:443/", normal: "https://h.example/" },
  { name: "another port stays", raw: "https://h.example:80/", normal: "https://h.example:80/" },
  { name: "an empty port is dropped", raw: "http://h.example:/", normal: "http://h.example/" },
  { name: "an empty path is the root", raw: "http://h.example?x", normal: "http://h.example/?x" },
  { name: "fragment and credentials are dropped", raw: "http://u:p@h.example/a#b", normal: "http://h.example/a" },
  { name: "dot segments are resolved", raw: "http://h.example/a/./b/../../c", normal: "http://h.example/c" },
  { name: "escaped dot segments are too", raw: "http://h.example/a/%2e%2E/c", normal: "http://h.example/c" },
  { name: "repeated slashes are one", raw: "http://h.example//a///b", normal: "http://h.example/a/b" },
  { name: "slashes of a query are its own", raw: "http://h.example/?a=b//c", normal: "http://h.example/?a=b//c" },
  { name: "unreserved letters are not escaped", raw: "http://h.example/%7Eme%2D", normal: "http://h.example/~me-" },
  { name: "reserved ones stay escaped, upper-case", raw: "http://h.example/%2f%3a", normal: "http://h.example/%2F%3A" },
  { name: "a stray percent sign is escaped", raw: "http://h.example/5%/%g1", normal: "http://h.example/5%25/%25g1" },
  { name: "escapes are read once only", raw: "http://h.example/%2541%%34", normal: "http://h.example/%2541%254" },
  { name: "letters beyond ASCII are UTF-8", raw: "http://h.example/ü?ü", normal: "http://h.example/%C3%BC?%C3%BC" },
  {
    name: "what RFC 3986 does not allow is escaped",
    raw: 'http://h.example/{^|}?["`]',
    normal: "http://h.example/%7B%5E%7C%7D?%5B%22%60%5D",
  },
  { name: "an empty query is none", raw: "http://h.example/?", normal: "http://h.example/" },
  { name: "parts without a name are dropped", raw: "http://h.example/?&=1&&a", normal: "http://h.example/?a" },
  { name: "an empty value is none", raw: "http://h.example/?a=&b=1", normal: "http://h.example/?a&b=1" },
  {
    name: "parts are in order of names, not values",
    raw: "http://h.example/?b=1&a=2&a=1",
    normal: "http://h.example/?a=2&a=1&b=1",
  },
  { name: "a plus stays a plus", raw: "http://h.example/?q=a+b%20c", normal: "http://h.example/?q=a+b%20c" },
  { name: "the root dot of a host is dropped", raw: "http://h.example./", normal: "http://h.example/" },
  {
    name: "a name of many letters is Punycode",
    raw: "http://bücher.example/",
    normal: "http://xn--bcher-kva.example/",
  },
  { name: "an address in figures has one spelling", raw: "http://0x7f.1/", normal: "http://127.0.0.1/" },
  { name: "white space around is dropped", raw: " \thttp://h.example/ \n", normal: "http://h.example/" },
  { name: "line breaks inside are dropped", raw: "\u0000h\nttp://h.example/a\r\n\tb", normal: "http://h.example/ab" },
  { name: "a backslash is a slash", raw: "http:\\\\h.example\\a", normal: "http://h.example/a" },
  { name: "a bare name is http", raw: "h.example/a", normal: "http://h.example/a" },
  { name: "a bare name may have a port", raw: "h.example:8080/a", normal: "http://h.example:8080/a" },
  { name: "localhost may have a port", raw: "localhost:8080", normal: "http://localhost:8080/" },
  { name: "mail is not fetched", raw: "mailto:me@h.example", normal: null },
  { name: "files are not fetched", raw: "file:///etc/passwd", normal: null },
  { name: "scripts are not fetched", raw: "javascript:void(0)", normal: null },
  { name: "no host is no address", raw: "http:///", normal: null },
  { name: "a host with an empty label is none", raw: "http://a..b/", normal: null },
  { name: "two root dots are none", raw: "http://1.2.3../", normal: null },
  { name: "a host that is not UTF-8 is none", raw: "http://abc%FE.example/", normal: null },
  { name: "a host with a stray escape is none", raw: "http://a%2Xb.example/", normal: null },
  { name: "a port beyond 65535 is none", raw: "http://h.example:65536/", normal: null },
  { name: "nothing is no address", raw: "", normal: null },
];

suite("normalUrlOf", () => {
  for (const { name, raw, normal } of cases) test(name, () => assert.equal(normalUrlOf(raw), normal));

  test("relative addresses are resolved against the base", () => {
    const base = "https://h.example/a/b?c";
    const resolved = ["d", "/d", "?d", "//i.example/d", "#d", "", "../../../d"].map((raw) => normalUrlOf(raw, base));
    assert.deepEqual(resolved, [
      "https://h.example/a/d",
      "https://h.example/d",
      "https://h.example/a/b?d",
      "https://i.example/d",
      "https://h.example/a/b?c",
      "https://h.example/a/b?c",
      "https://h.example/d",
    ]);
    assert.equal(normalUrlOf("h.example/a", base), "https://h.example/a/h.example/a");
  });

  test("addresses up to the bound are taken, longer ones are not", () => {
    const head = "http://h.example/";
    const longest = head + "a".repeat(urlLengthLimit - head.length);
    assert.equal(normalUrlOf(longest), longest);
    assert.equal(normalUrlOf(`${longest}a`), null);
    assert.equal(normalUrlOf(head + "é".repeat(400)), null);
    assert.equal(normalUrlOf(`${head}${"a/../".repeat(1000)}`), head);
    assert.equal(normalUrlOf(`${head}${"a/../".repeat(2_000_000)}`), null);
    assert.equal(normalUrlOf(`http://${"a.".repeat(127)}example/`), null);
  });

  const piece = fc.constantFrom(
    ..."/ // . .. %2e %2F %41 % %% %4 ; ? & = a=1 b A é \ud800 # : @ [ ] \\ | + \t ~ %C3%BC %ff 😀".split(" "),
    " ",
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 14 }).map((pieces) => `http://h.example/${pieces.join("")}`),
    fc
      .tuple(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string({ unit: "binary" }))
      .map((parts) => parts.join("")),
    fc.array(piece, { maxLength: 8 }).map((pieces) => `https://${pieces.join("")}`),
  );

  test("a normal address is its own normal form, with and without a base", () => {
    fc.assert(
      fc.property(text, (raw) => {
        const normal = normalUrlOf(raw);
        if (normal === null) return;
        assert.equal(normalUrlOf(normal), normal);
        assert.equal(normalUrlOf(normal, "https://other.example/x/y"), normal);
      }),
      { numRuns: 2000 },
    );
  });

  test("a normal address is plain ASCII of an http scheme without fragment or credentials", () => {
    fc.assert(
      fc.property(text, (raw) => {
        const normal = normalUrlOf(raw);
        if (normal !== null) assert.match(normal, /^https?:\/\/[^/?#@]+\/(?:[\w\-.~!$&'()*+,;=:@/?]|%[\dA-F]{2})*$/);
      }),
      { numRuns: 1000 },
    );
  });

  test("the raw address has the same normal form", () => {
    fc.assert(
      fc.property(text, (raw) => {
        const address = addressOf(raw);
        if (address !== null) assert.equal(normalUrlOf(address.rawUrl), address.url);
      }),
      { numRuns: 1000 },
    );
  });
});

suite("addressOf", () => {
  test("the raw address keeps the order of a query and its escapes, but no fragment or credentials", () => {
    assert.deepEqual(addressOf("//u:p@H.example./a//b?z=%7e&a=#f", "https://x.example/"), {
      url: "https://h.example/a/b?a&z=~",
      rawUrl: "https://h.example/a//b?z=%7e&a=",
    });
  });
});

suite("hostKeyOf", () => {
  test("is scheme, name and port", () => {
    assert.equal(hostKeyOf("https://h.example/a/b"), "https://h.example");
    assert.equal(hostKeyOf("http://h.example:81/"), "http://h.example:81");
    assert.equal(hostKeyOf("http://[::1]:81/"), "http://[::1]:81");
  });
});
