import assert from "node:assert/strict";
import { test } from "node:test";

import type { Block } from "../../../src/core/page.ts";
import { ccLink } from "../../../src/rights/evidence/cc-link.ts";
import { blockOf, linkOf, viewOf } from "../page-with.ts";

/** Subjects of one CC BY link whose words, "CC BY 4.0", stand in the last block. */
function subjects(...blocks: readonly Block[]): string[] {
  const block = blocks.length - 1;
  const region = blocks[block]?.region ?? "main";
  const link = linkOf("https://creativecommons.org/licenses/by/4.0/", { text: "CC BY 4.0", block, region });
  return ccLink
    .collect(viewOf({ links: [link], blocks }))
    .map(({ licence, subject }) => `${licence ?? "null"} ${subject}`);
}

const cases: readonly (readonly [title: string, blocks: readonly Block[], expected: string])[] = [
  ["in a footer is the site's", [blockOf("© Jane CC BY 4.0", { region: "footer", main: false })], "CC-BY-4.0 site"],
  ["in a side column is the site's", [blockOf("CC BY 4.0", { region: "aside", main: false })], "CC-BY-4.0 site"],
  [
    "after the main text of an old page is the site's",
    [blockOf("Text."), blockOf("CC BY 4.0", { region: "body", main: false })],
    "CC-BY-4.0 site",
  ],
  ["in the main text, bare, is a part's", [blockOf("Jane Doe CC BY 4.0")], "CC-BY-4.0 part"],
  [
    "in an article that speaks of others' licences is a part's",
    [blockOf("Wikipedia publishes its text under CC BY 4.0")],
    "CC-BY-4.0 part",
  ],
  [
    "in a sentence about this page is the page's",
    [blockOf("This article is published under CC BY 4.0")],
    "CC-BY-4.0 page",
  ],
  [
    "in a sentence about this blog is the site's",
    [blockOf("All content of this blog is published under CC BY 4.0")],
    "CC-BY-4.0 site",
  ],
  ["after a bare grant is the page's", [blockOf("Licensed under CC BY 4.0")], "CC-BY-4.0 page"],
  [
    "after a label of its own is the page's",
    [blockOf("License:", { tag: "dt" }), blockOf("CC BY 4.0", { tag: "dd" })],
    "CC-BY-4.0 page",
  ],
  [
    "in a picture credit is a part's, also in the footer",
    [blockOf("Banner picture: Jane, CC BY 4.0", { region: "footer" })],
    "CC-BY-4.0 part",
  ],
  [
    "under a heading of credits is a part's",
    [blockOf("Bildnachweise", { tag: "h3" }), blockOf("Jane, CC BY 4.0", { region: "footer" })],
    "CC-BY-4.0 part",
  ],
  ["in a theme's credit is a part's", [blockOf("Theme by Jane, CC BY 4.0", { region: "footer" })], "CC-BY-4.0 part"],
  ["in a caption is a part's", [blockOf("This text is under CC BY 4.0", { region: "figure" })], "CC-BY-4.0 part"],
];
for (const [title, blocks, expected] of cases)
  test(`a Creative Commons link ${title}`, () => assert.deepEqual(subjects(...blocks), [expected]));

test("pages of Creative Commons that are no licence, marked links, the head and images are left to others", () => {
  const url = "https://creativecommons.org/licenses/by/4.0/";
  const links = [
    linkOf("https://creativecommons.org/about/"),
    linkOf("https://creativecommons.org/licenses/"),
    linkOf(url, { rel: ["license"] }),
    linkOf(url, { tag: "link", rel: ["alternate"], region: "head", block: -1 }),
    linkOf(url, { tag: "img" }),
  ];
  assert.deepEqual(ccLink.collect(viewOf({ links, blocks: [blockOf("")] })), []);
});
