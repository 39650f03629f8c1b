import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { hostOf, splitUrl } from "../../src/ledger/rows.ts";

test("the two parts of any address make it again, to the letter", () => {
  const anything = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
  );
  fc.assert(fc.property(anything, (url) => splitUrl(url).join("") === url));
});

test("the host is that of the URL standard, without user and port", () => {
  fc.assert(
    fc.property(fc.webUrl({ authoritySettings: { withUserInfo: true, withPort: true } }), (url) => {
      const { hostname } = new URL(url);
      // The standard also rewrites numeric hosts; those that it leaves alone are compared.
      fc.pre(url.toLowerCase().includes(hostname));
      return hostOf(splitUrl(url)[0]) === hostname;
    }),
  );
});

test("an address without an authority has no host", () => {
  for (const url of ["dns:example.org", "urn:isbn:1", "", "metadata://"]) assert.equal(hostOf(splitUrl(url)[0]), "");
});
