import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { headerLinksOf } from "../../src/core/link-header.ts";

function read(value: string): unknown {
  return headerLinksOf(value).map(({ target, parameters }) => [target, Object.fromEntries(parameters)]);
}

const cases: readonly (readonly [title: string, value: string, expected: unknown])[] = [
  ["one link", '<https://a.test/>; rel="license"', [["https://a.test/", { rel: "license" }]]],
  ["a token for a value", "<x>;rel=license", [["x", { rel: "license" }]]],
  [
    "several links, with commas and semicolons inside the address and the quotes",
    '<a,b;c>; rel=next; title="1, 2; <3>" , <d>; REL="license"',
    [
      ["a,b;c", { rel: "next", title: "1, 2; <3>" }],
      ["d", { rel: "license" }],
    ],
  ],
  ["an escaped quote", String.raw`<a>; title="say \"hi\""`, [["a", { title: 'say "hi"' }]]],
  ["the first of two values of one name", '<a>; rel="license"; rel="next"', [["a", { rel: "license" }]]],
  ["a name without value", "<a>; crossorigin; rel=license", [["a", { crossorigin: "", rel: "license" }]]],
  ["an address that never ends", "<a; rel=license", []],
  ["no address", "rel=license", []],
  ["nothing", "", []],
];
for (const [title, value, expected] of cases)
  test(`the Link header is read with ${title}`, () => assert.deepEqual(read(value), expected));

test("any links that are written by the grammar are read back", () => {
  const target = fc.stringMatching(/^[a-z0-9:/?,;=.&-]{1,30}$/);
  const quoted = fc.string({ unit: "grapheme-ascii", maxLength: 20 });
  const link = fc.record({ target, rel: quoted, title: quoted });
  const quote = (text: string): string => `"${text.replace(/["\\]/g, String.raw`\$&`)}"`;
  fc.assert(
    fc.property(fc.array(link, { maxLength: 5 }), (links) => {
      const value = links
        .map(({ target, rel, title }) => `<${target}>; rel=${quote(rel)};title=${quote(title)}`)
        .join(" ,");
      assert.deepEqual(
        read(value),
        links.map(({ target, rel, title }) => [target, { rel, title }]),
      );
    }),
  );
});

test("no text makes the reader of Link headers throw or give back more links than it has brackets", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("<", ">", '"', "\\", ";", ",", "=", "a", " ") }), (value) => {
      assert.ok(headerLinksOf(value).length <= value.split("<").length - 1);
    }),
  );
});
