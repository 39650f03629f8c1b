import assert from "node:assert/strict";
import { test } from "node:test";

import type { Block, Link } from "../../../src/core/page.ts";
import { relLicense } from "../../../src/rights/evidence/rel-license.ts";
import { blockOf, linkOf, viewOf } from "../page-with.ts";

const by = "https://creativecommons.org/licenses/by/4.0/";

function seen(link: Partial<Link> & { readonly href?: string }, block: Block = blockOf("")): string[] {
  const view = viewOf({
    links: [linkOf(link.href ?? by, { region: block.region, text: "license", ...link })],
    blocks: [block],
  });
  return relLicense.collect(view).map(({ licence, subject, place }) => `${licence ?? "null"} ${subject} ${place}`);
}

const cases: readonly (readonly [title: string, link: Partial<Link>, block: Block, expected: readonly string[]])[] = [
  [
    "a link in the head is about the page",
    { tag: "link", rel: ["license"], region: "head", block: -1 },
    blockOf(""),
    ["CC-BY-4.0 page head"],
  ],
  [
    "other tokens beside the relation do not matter",
    { rel: ["nofollow", "license", "noopener"] },
    blockOf("license"),
    ["CC-BY-4.0 page main"],
  ],
  ["areas and forms may be marked", { tag: "area", rel: ["license"] }, blockOf(""), ["CC-BY-4.0 page main"]],
  ["ccREL and hNews relations are marks too", { rel: ["cc:license"] }, blockOf("license"), ["CC-BY-4.0 page main"]],
  ["an image is no licence link", { tag: "img", rel: ["license"] }, blockOf("license"), []],
  ["a link without the relation is none", { rel: ["external"] }, blockOf("license"), []],
  [
    "in a caption it is the picture's",
    { rel: ["license"] },
    blockOf("license", { region: "figure" }),
    ["CC-BY-4.0 part figure"],
  ],
  [
    "in a reader's comment it is not the page's",
    { rel: ["license"] },
    blockOf("license", { region: "comment" }),
    ["CC-BY-4.0 part comment"],
  ],
  [
    "after a picture credit it is the picture's",
    { rel: ["license"] },
    blockOf("Photo by Jane Doe, license"),
    ["CC-BY-4.0 part main"],
  ],
  [
    "of a plugin it is the plugin's",
    { rel: ["license"] },
    blockOf("This plugin is licensed under this license"),
    ["CC-BY-4.0 part main"],
  ],
  [
    "in a line of labels it is the page's",
    { rel: ["license"] },
    blockOf("Jane Doe — in Code — license"),
    ["CC-BY-4.0 page main"],
  ],
  [
    "in the footer it is the site's",
    { rel: ["license"] },
    blockOf("license", { region: "footer" }),
    ["CC-BY-4.0 site footer"],
  ],
  [
    "in the footer the sentence may say that it is the page's",
    { rel: ["license"] },
    blockOf("This article is under this license", { region: "footer" }),
    ["CC-BY-4.0 page footer"],
  ],
  [
    "an imprint is kept as a pointer that names no licence",
    { rel: ["license"], href: "/imprint" },
    blockOf("license"),
    ["null page main"],
  ],
  [
    "rel=copyright counts when its target is a licence",
    { rel: ["copyright"] },
    blockOf("license"),
    ["CC-BY-4.0 page main"],
  ],
  ["rel=copyright to an imprint is no evidence", { rel: ["copyright"], href: "/imprint" }, blockOf("license"), []],
  [
    "RSL terms are no open licence",
    { rel: ["license"], type: "application/rsl+xml" },
    blockOf("license"),
    ["null page main"],
  ],
  [
    "what it wraps may reserve all rights",
    { rel: ["license"], href: "/principles", text: "© Agency. All rights reserved." },
    blockOf("© Agency. All rights reserved."),
    ["LicenseRef-ARR page main"],
  ],
];
for (const [title, link, block, expected] of cases) {
  test(`rel=license: ${title}`, () => assert.deepEqual(seen(link, block), expected));
}

test("rel=license keeps the address as written and the words around it", () => {
  const blocks = [blockOf(`${"before ".repeat(60)}license${" after".repeat(60)}`)];
  const [evidence] = relLicense.collect(viewOf({ links: [linkOf(by, { rel: ["license"], text: "license" })], blocks }));
  assert.equal(evidence?.value, by);
  assert.ok(evidence.quote.length <= 300 && evidence.quote.includes("before license after"));
});
