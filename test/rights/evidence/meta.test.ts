import assert from "node:assert/strict";
import { test } from "node:test";

import { meta } from "../../../src/rights/evidence/meta.ts";
import { viewOf } from "../page-with.ts";

function seen(name: string, content: string): string[] {
  return meta
    .collect(viewOf({ metas: [{ name, content }] }))
    .map(({ licence, place, subject }) => `${licence ?? "null"} ${place} ${subject}`);
}

const cases: readonly (readonly [name: string, content: string, licence: string | undefined])[] = [
  ["dc.rights", "https://creativecommons.org/licenses/by-sa/4.0/", "CC-BY-SA-4.0"],
  ["dcterms:license", "//creativecommons.org/licenses/by/3.0/at/", "CC-BY-3.0-AT"],
  ["dc.rights", "Licensed under CC BY (http://creativecommons.org/licenses/by/4.0/).", "CC-BY-4.0"],
  ["license", "GPL-3.0", "GPL-3.0-only"],
  ["og:license", "CC BY-NC 4.0", "CC-BY-NC-4.0"],
  ["dc.rights", "All rights reserved", "LicenseRef-ARR"],
  ["copyright", "© 2011 Jane Doe", "null"],
  ["dc.rights", 'https://creativecommons.org/licenses/by"nc', "null"],
  ["dc.rights", "https://creativecommons.org/licenses/by/4.0/ NonCommercial", "null"],
  ["dc.rights", "https://creativecommons.org/licenses/by/4.0/ | All rights reserved, no derivatives", "LicenseRef-ARR"],
  ["dc.rights", "https://creativecommons.org/licenses/by#nc", "null"],
  ["rights", " ", undefined],
  ["description", "CC BY 4.0", undefined],
];
for (const [name, content, licence] of cases) {
  const expected = licence === undefined ? [] : [`${licence} meta:${name} page`];
  test(`meta ${name} ${JSON.stringify(content)} is ${licence ?? "no evidence"}`, () =>
    assert.deepEqual(seen(name, content), expected));
}
