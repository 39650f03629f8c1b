import assert from "node:assert/strict";
import { test } from "node:test";

import type { Meta } from "../../../src/core/page.ts";
import type { RightsView } from "../../../src/core/rights.ts";
import { tdmReservation } from "../../../src/rights/signals/tdm-reservation.ts";
import { viewOf } from "../page-with.ts";

function said(headers: RightsView["headers"], metas: readonly Meta[] = []): string[] {
  return tdmReservation
    .read(viewOf({ metas }, headers))
    .map(({ place, value, policyUrl }) => [place, value ?? "?", policyUrl ?? "-"].join(" "));
}

const cases: readonly (readonly [value: string, expected: string])[] = [
  ["1", "n"],
  [" 1 ", "n"],
  ["0", "y"],
  ["2", "?"],
  ["true", "?"],
  ["1, 1", "?"],
  ["", "?"],
];
for (const [value, expected] of cases) {
  test(`tdm-reservation ${JSON.stringify(value)} reads as ${expected}`, () => {
    assert.deepEqual(said([["TDM-Reservation", value]]), [`http-header:tdm-reservation ${expected} -`]);
  });
}

test("a policy is resolved against the page, and ignored unless the right is reserved", () => {
  const policy = ["tdm-policy", "/tdm.json"] as const;
  assert.deepEqual(said([["tdm-reservation", "1"], policy]), [
    "http-header:tdm-reservation n https://site.test/tdm.json",
  ]);
  assert.deepEqual(said([["tdm-reservation", "0"], policy]), ["http-header:tdm-reservation y -"]);
  assert.deepEqual(said([policy]), []);
  assert.deepEqual(
    said([
      ["tdm-reservation", "1"],
      ["tdm-policy", "javascript:alert(1)"],
    ]),
    ["http-header:tdm-reservation n -"],
  );
});

test("header and metadata are both reported, metadata last since they prevail", () => {
  const metas = [
    { name: "tdm-reservation", content: "1" },
    { name: "tdm-policy", content: "https://site.test/policy" },
  ];
  assert.deepEqual(said([["tdm-reservation", "0"]], metas), [
    "http-header:tdm-reservation y -",
    "meta:tdm-reservation n https://site.test/policy",
  ]);
});
