import assert from "node:assert/strict";
import { test } from "node:test";

import { licenceAttributesOf, licenceFamilies, licenceRank } from "../../src/rights/licence-table.ts";

const families = [
  ["CC0-1.0", "public-domain"],
  ["CC-PDM-1.0", "public-domain"],
  ["DL-DE-ZERO-2.0", "public-domain"],
  ["CC-BY-4.0", "attribution"],
  ["LicenseRef-CC-BY-2.5-SCOTLAND", "attribution"],
  ["OGL-UK-3.0", "attribution"],
  ["Apache-2.0", "attribution"],
  ["CC-BY-SA-3.0-DE", "share-alike"],
  ["LicenseRef-CC-BY-SA-unversioned", "share-alike"],
  ["GFDL-1.3-or-later", "share-alike"],
  ["CC-BY-NC-3.0-IGO", "non-commercial"],
  ["CC-BY-NC-SA-4.0", "non-commercial-share-alike"],
  ["CC-BY-ND-3.0-DE", "no-derivatives"],
  ["LicenseRef-CC-BY-NC-ND-2.0-DE", "non-commercial-no-derivatives"],
  ["NOASSERTION", "unknown"],
  ["LicenseRef-CC-SAMPLING-1.0", "unknown"],
  ["CC-BY-SOMETHING-4.0", "unknown"],
  ["", "unknown"],
  ["LicenseRef-ARR", "reserved"],
] as const;
for (const [id, family] of families) {
  test(`${JSON.stringify(id)} is of the family ${family}`, () => assert.equal(licenceAttributesOf(id).family, family));
}

test("licences rank from public domain over attribution, share-alike, NC and ND and the unknown to all rights reserved", () => {
  const ids = [
    "CC0-1.0",
    "CC-BY-4.0",
    "CC-BY-SA-4.0",
    "CC-BY-NC-4.0",
    "CC-BY-NC-SA-4.0",
    "CC-BY-ND-4.0",
    "CC-BY-NC-ND-4.0",
    "NOASSERTION",
    "LicenseRef-ARR",
  ];
  assert.deepEqual(
    ids.toSorted((left, right) => licenceRank(left) - licenceRank(right)),
    ids,
  );
  assert.equal(new Set(ids.map(licenceRank)).size, licenceFamilies.length);
});

test("NC forbids commerce, ND derivatives, and what an unknown licence allows is unknown", () => {
  assert.deepEqual(licenceAttributesOf("CC-BY-NC-ND-4.0"), {
    family: "non-commercial-no-derivatives",
    derivatives: false,
    commercial: false,
    shareAlike: false,
    attribution: true,
  });
  assert.equal(licenceAttributesOf("NOASSERTION").commercial, null);
});
