import assert from "node:assert/strict";
import { test } from "node:test";

import { httpLink } from "../../../src/rights/evidence/http-link.ts";
import { viewOf } from "../page-with.ts";

function seen(...values: readonly string[]): string[] {
  const headers = values.map((value) => ["Link", value] as const);
  return httpLink
    .collect(viewOf({}, headers))
    .map(({ licence, subject, value }) => `${licence ?? "null"} ${subject} ${value}`);
}
const by = "https://creativecommons.org/licenses/by/4.0/";

const cases: readonly (readonly [title: string, headers: readonly string[], expected: readonly string[]])[] = [
  ["a licence is the page's", [`<${by}>; rel="license"`], [`CC-BY-4.0 page ${by}`]],
  ["the relation may stand among others, in any case", [`<${by}>; REL="alternate License"`], [`CC-BY-4.0 page ${by}`]],
  ["other relations are none", [`<${by}>; rel="next"`, `<${by}>`], []],
  [
    "several fields and values are read",
    ["</a>; rel=next, </b>; rel=license", `<${by}>; rel=license`],
    ["null page /b", `CC-BY-4.0 page ${by}`],
  ],
  ["RSL terms name no licence", [`<${by}>; rel="license"; type="application/rsl+xml"`], [`null page ${by}`]],
  ["an anchor elsewhere makes it a part's", [`<${by}>; rel="license"; anchor="/photo.jpg"`], [`CC-BY-4.0 part ${by}`]],
  [
    "an anchor at the page itself keeps it the page's",
    [`<${by}>; rel="license"; anchor="/page"`],
    [`CC-BY-4.0 page ${by}`],
  ],
];
for (const [title, headers, expected] of cases)
  test(`Link header: ${title}`, () => assert.deepEqual(seen(...headers), expected));
