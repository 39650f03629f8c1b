import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import type { EvidenceKindName, Licence, SeenEvidence } from "../../src/core/rights.ts";
import { licenceOf } from "../../src/rights/licence-of.ts";
import { licenceRank } from "../../src/rights/licence-table.ts";

function seen(kind: EvidenceKindName, licence: string | null, subject: SeenEvidence["subject"] = "page"): SeenEvidence {
  return { kind, licence, value: "", place: "body", quote: "", subject };
}
const arr = "LicenseRef-ARR";

const cases: readonly (readonly [title: string, evidence: readonly SeenEvidence[], expected: Licence])[] = [
  ["no evidence at all asserts nothing", [], { id: "NOASSERTION", basis: "none-found" }],
  [
    "evidence that names no licence asserts nothing",
    [seen("rel-license", null)],
    { id: "NOASSERTION", basis: "none-found" },
  ],
  [
    "the licence of a picture is not the page's",
    [seen("rel-license", "CC-BY-4.0", "part")],
    { id: "NOASSERTION", basis: "part-only" },
  ],
  ["one licence is named with its kind", [seen("cc-link", "CC-BY-4.0", "site")], { id: "CC-BY-4.0", basis: "cc-link" }],
  [
    "the page's licence stands though a picture has another",
    [seen("rel-license", "CC-BY-4.0", "part"), seen("cc-link", "CC-BY-NC-SA-4.0", "site")],
    { id: "CC-BY-NC-SA-4.0", basis: "cc-link" },
  ],
  [
    "two licences for the page: the most restrictive, as a conflict",
    [seen("http-link", "CC-BY-4.0"), seen("text-notice", "CC-BY-NC-ND-4.0")],
    { id: "CC-BY-NC-ND-4.0", basis: "conflict" },
  ],
  [
    "a stated version completes a name without one, without conflict",
    [seen("rel-license", "LicenseRef-CC-BY-SA-unversioned"), seen("text-notice", "CC-BY-SA-3.0")],
    { id: "CC-BY-SA-3.0", basis: "text-notice" },
  ],
  [
    "the link's port wins over the text's, without conflict",
    [seen("text-notice", "CC-BY-3.0-DE"), seen("rel-license", "CC-BY-3.0")],
    { id: "CC-BY-3.0", basis: "rel-license" },
  ],
  [
    "two versions are a conflict",
    [seen("rel-license", "CC-BY-3.0"), seen("cc-link", "CC-BY-4.0")],
    { id: "CC-BY-3.0", basis: "conflict" },
  ],
  [
    "an unversioned name is not completed from another licence",
    [seen("text-notice", "LicenseRef-CC-BY-NC-unversioned"), seen("text-notice", "CC-BY-4.0")],
    { id: "LicenseRef-CC-BY-NC-unversioned", basis: "conflict" },
  ],
  [
    "a sentence with a restriction that was not read leaves no freer licence",
    [seen("rel-license", "CC-BY-4.0"), seen("text-notice", null, "site")],
    { id: "NOASSERTION", basis: "conflict" },
  ],
  [
    "such a sentence beside a licence that forbids something changes nothing",
    [seen("rel-license", "CC-BY-NC-4.0"), seen("text-notice", null)],
    { id: "CC-BY-NC-4.0", basis: "rel-license" },
  ],
  [
    "such a sentence about a picture changes nothing",
    [seen("rel-license", "CC-BY-4.0"), seen("text-notice", null, "part")],
    { id: "CC-BY-4.0", basis: "rel-license" },
  ],
  ["reserved rights alone are reserved", [seen("text-notice", arr, "site")], { id: arr, basis: "text-notice" }],
  [
    "reserved rights beside an unmarked link are reserved, as a conflict",
    [seen("cc-link", "CC-BY-4.0", "site"), seen("text-notice", arr, "site")],
    { id: arr, basis: "conflict" },
  ],
  [
    "reserved rights beside a marked licence are kept in the basis",
    [seen("rel-license", "CC-BY-4.0", "site"), seen("text-notice", arr, "site")],
    { id: "CC-BY-4.0", basis: "rel-license+reserved" },
  ],
  [
    "of two licences as strict as each other the one that the better kind of evidence names stands",
    [seen("cc-link", "GFDL-1.3-only"), seen("meta", "CC-BY-SA-4.0")],
    { id: "CC-BY-SA-4.0", basis: "conflict" },
  ],
];
for (const [title, evidence, expected] of cases)
  test(title, () => assert.deepEqual(licenceOf(evidence, true), expected));

test("what a capture that was cut off does not say is unknown", () => {
  assert.deepEqual(licenceOf([], false), { id: "NOASSERTION", basis: "incomplete" });
  assert.deepEqual(licenceOf([seen("cc-link", "CC-BY-4.0", "part")], false), {
    id: "NOASSERTION",
    basis: "incomplete",
  });
});

test("no order of evidence and no further evidence about the page makes it freer than what stands there", () => {
  const licences = fc.constantFrom(
    "CC0-1.0",
    "CC-BY-4.0",
    "CC-BY-SA-4.0",
    "CC-BY-NC-4.0",
    "CC-BY-ND-4.0",
    "CC-BY-NC-ND-4.0",
  );
  const kinds = fc.constantFrom("http-link", "meta", "rel-license", "cc-link", "cc-badge", "text-notice");
  const claims = fc.array(
    fc.tuple(kinds, licences).map(([kind, licence]) => seen(kind, licence)),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(claims, (evidence) => {
      const strictest = Math.max(...evidence.map(({ licence }) => licenceRank(licence ?? "")));
      assert.equal(licenceRank(licenceOf(evidence, true).id), strictest);
      assert.deepEqual(licenceOf(evidence.toReversed(), true).id, licenceOf(evidence, true).id);
    }),
  );
});
