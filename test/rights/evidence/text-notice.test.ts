import assert from "node:assert/strict";
import { test } from "node:test";

import type { Block } from "../../../src/core/page.ts";
import { textNotice } from "../../../src/rights/evidence/text-notice.ts";
import { blockOf, viewOf } from "../page-with.ts";

function seen(...blocks: readonly Block[]): string[] {
  return textNotice.collect(viewOf({ blocks })).map(({ licence, subject }) => `${licence ?? "null"} ${subject}`);
}
const footer = { region: "footer", main: false } as const;

const cases: readonly (readonly [title: string, block: Block, expected: readonly string[]])[] = [
  [
    "a sentence about this page is the page's",
    blockOf("This document is licensed under CC BY 4.0."),
    ["CC-BY-4.0 page"],
  ],
  [
    "a sentence about this site is the site's",
    blockOf("Content on this site is licensed under CC BY 4.0."),
    ["CC-BY-4.0 site"],
  ],
  ["a label in the footer is the site's", blockOf("CC-BY-SA 3.0", footer), ["CC-BY-SA-3.0 site"]],
  ["a heading is a mention", blockOf("CC-BY-SA 3.0", { tag: "h2", region: "footer" }), []],
  ["the bare name of another licence is a mention", blockOf("GNU General Public License, version 3", footer), []],
  ["a mention in the text is none", blockOf("I read about CC BY 4.0 yesterday."), []],
  ["a picture credit is a part's", blockOf("Foto: Jane Doe, CC BY 2.0"), ["CC-BY-2.0 part"]],
  ["another's grant is a part's", blockOf("Wikipedia is published under CC BY-SA 4.0."), ["CC-BY-SA-4.0 part"]],
  [
    "the software's licence in the footer is a part's",
    blockOf("Built on GitHub, released under the GNU AGPL", footer),
    ["LicenseRef-AGPL-unversioned part"],
  ],
  [
    "what readers write is a part's",
    blockOf("This text is licensed under CC BY 4.0.", { region: "comment" }),
    ["CC-BY-4.0 part"],
  ],
  [
    "a line's end inside a name does not matter",
    blockOf("This text is licensed under the Creative\nCommons Attribution 4.0 licence"),
    ["CC-BY-4.0 page"],
  ],
  [
    "reserved rights in the footer are the site's",
    blockOf("© 2024 Jane. All rights reserved.", footer),
    ["LicenseRef-ARR site"],
  ],
  ["reserved rights in a short line are the site's", blockOf("Alle Rechte vorbehalten"), ["LicenseRef-ARR site"]],
  ["quoted words reserve nothing", blockOf('Look for "All rights reserved" in the file.', footer), []],
  [
    "a paragraph that speaks of reserved rights reserves nothing",
    blockOf(`All rights reserved ${"is a phrase with a long history ".repeat(6)}`),
    [],
  ],
  [
    "a picture's reserved rights are a part's",
    blockOf("Photo: Jane Doe. All rights reserved.", { region: "figure" }),
    ["LicenseRef-ARR part"],
  ],
  ["an owner alone is no notice", blockOf("© 2024 Jane Doe", footer), []],
];
for (const [title, block, expected] of cases)
  test(`text notice: ${title}`, () => assert.deepEqual(seen(block), expected));

test("on a page that names four licences only sentences about the page itself count", () => {
  const list = ["MIT License", "GPLv3", "Apache License 2.0", "CC0"].map((name) => blockOf(`A word on ${name}`));
  assert.deepEqual(seen(...list, blockOf("Licensed under CC BY 4.0")), ["CC-BY-4.0 part"]);
  assert.deepEqual(seen(...list.slice(2), blockOf("Licensed under CC BY 4.0")), ["CC-BY-4.0 page"]);
  assert.deepEqual(seen(...list, blockOf("This text is licensed under CC BY 4.0")), ["CC-BY-4.0 page"]);
});

test("of thousands of notices those at both ends of the page are looked at", () => {
  const blocks = Array.from({ length: 3000 }, () => blockOf("Foto: Jane Doe, CC BY 2.0"));
  const found = seen(...blocks, blockOf("Content on this site is licensed under CC BY 4.0.", footer));
  assert.equal(found.length, 400);
  assert.equal(found.at(-1), "CC-BY-4.0 site");
});
