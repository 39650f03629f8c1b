import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { hostNamed, hostOfOrigin, hostOfUrl, isUnder, splitUrl } from "../../src/core/address/host.ts";

/** Addresses of the same host, in spellings that browsers take. */
const spellings: Readonly<Record<string, readonly string[]>> = {
  "evil.example": [
    "http://evil.example/",
    "http://EVIL.example/",
    "HTTP://eViL.EXAMPLE",
    "http://evil.example./",
    "http://evil.example../",
    "http://evil.example:80/",
    "http://evil.example:8080/x",
    "http://EVIL.example.:80/",
    "http://user@evil.example/",
    "http://user:word@evil.example/",
    "http://good.example@evil.example/",
    "http://good.example%40@evil.example/",
    "http://evil。example/",
    "http://evil．example/",
    "http://ｅｖｉｌ.example/",
    "http://%65vil.example/",
    "http://evil%2Eexample/",
    "http://e\tvil.example/",
    "http://evil.\r\nexample/",
    "ht\ntp://evil.example/",
    "http:\\\\evil.example\\page",
    "http:/evil.example/",
    "http:evil.example",
    "http:///evil.example/",
    "http:/\t/evil.example/",
    " \u0000http://evil.example/",
    "http://evil.example ",
    "http://ev\u00adil.example/",
    "http://evil.example\\@good.example/",
    "http://evil.example\\.good.example/",
    "http://evil.example?@good.example/",
    "http://evil.example#@good.example/",
    "ftp://evil.example/file",
    "metadata://EVIL.example./log",
  ],
  "xn--bcher-kva.example": [
    "http://bücher.example/",
    "http://BÜCHER.example/",
    "http://bu\u0308cher.example/",
    "http://XN--BCHER-KVA.example/",
    "http://b%C3%BCcher.example/",
  ],
  "192.0.2.1": [
    "http://192.0.2.1/",
    "http://0xC0000201/",
    "http://3221225985/",
    "http://0300.0.2.1./",
    "http://0xc0.513../",
  ],
  "[2001:db8::1]": ["http://[2001:db8::1]:8080/", "http://[2001:0DB8:0:0::0:1]/"],
};

for (const [host, urls] of Object.entries(spellings)) {
  for (const url of urls) {
    test(`the host of ${JSON.stringify(url)} is ${host}`, () => assert.equal(hostOfUrl(url), host));
  }
}

test("an address without a host, or with one that no browser could read, has none", () => {
  const without = ["dns:example.org", "urn:isbn:1", "", "metadata://", "http://", "file:///etc/hosts", "example.org/a"];
  const unreadable = [
    "http://a b/",
    "http://a.example:99999/",
    "http://a.example:80:80/",
    "http://1.2.3.4.5/",
    "http://%2565/",
  ];
  for (const url of [...without, ...unreadable]) assert.equal(hostOfUrl(url), "", url);
});

const pieces = [
  "http:",
  "HTTPS:",
  "ftp:",
  "file:",
  "foo:",
  "h\tttp:",
  "/",
  "\\",
  "//",
  "@",
  ".",
  "..",
  "a.example",
  "B",
].concat(["\t", "\n", " ", "%65", "%", "。", "ü", "0x7f.1", "[::1]", "?", "#", ":", ":80", "\u0000", "<", "|", "C:"]);
const anyUrl = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.webUrl({
    withQueryParameters: true,
    withFragments: true,
    authoritySettings: { withUserInfo: true, withPort: true },
  }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 10 }).map((all) => all.join("")),
);

test("the two parts of any address make it again, to the letter, and the first has its host", () => {
  fc.assert(
    fc.property(anyUrl, (url) => {
      const [origin, rest] = splitUrl(url);
      return origin + rest === url && hostOfOrigin(origin) === hostOfUrl(url);
    }),
    { numRuns: 5000 },
  );
});

test("the host is that of the URL standard but for the root's dot, of any address of the web", () => {
  fc.assert(
    fc.property(anyUrl, (url) => {
      const parsed = URL.parse(url);
      if (parsed === null) return hostOfUrl(url) === "";
      fc.pre(/^(?:https?|ftp|file):$/.test(parsed.protocol) && !parsed.hostname.endsWith("."));
      return hostOfUrl(url) === parsed.hostname;
    }),
    { numRuns: 5000 },
  );
});

test("a host is named in as many spellings as it has in addresses", () => {
  for (const name of [
    "evil.example",
    "EVIL.example.",
    "*.evil.example",
    ".evil.example",
    "ｅｖｉｌ。example",
    "%65vil.example",
  ])
    assert.equal(hostNamed(name), "evil.example", name);
  assert.equal(hostNamed("Bücher.example"), "xn--bcher-kva.example");
  assert.equal(hostNamed("0x7f.1"), "127.0.0.1");
  for (const name of ["::1", "[::1]", "[0:0::1]"]) assert.equal(hostNamed(name), "[::1]", name);
});

test("what is more or less than a host names none", () => {
  const more = ["http://a.example", "a.example/", "a.example:80", "me@a.example", "a.example?", "a.example\\b", "a b"];
  for (const name of [...more, "", ".", "*", "*.", "a*.example", "[::1", "1.2.3.4.5", "a.example#"])
    assert.equal(hostNamed(name), null, name);
});

test("a host is under itself and the domains above it, and under nothing that only ends alike", () => {
  const names = new Set(["evil.example"]);
  assert.deepEqual(
    ["evil.example", "a.b.evil.example", "devil.example", "example", ""].map((host) => isUnder(host, names)),
    [true, true, false, false, false],
  );
});
