import assert from "node:assert/strict";
import { test } from "node:test";

import { ccBadge } from "../../../src/rights/evidence/cc-badge.ts";
import { blockOf, linkOf, viewOf } from "../page-with.ts";

function seen(text: string, region: "footer" | "main" | "figure"): string[] {
  const badge = linkOf("https://i.creativecommons.org/l/by-nc/3.0/de/88x31.png", {
    tag: "img",
    text: "CC-Lizenz",
    region,
  });
  const blocks = [blockOf(text, { region, main: region === "main" })];
  return ccBadge
    .collect(viewOf({ links: [badge], blocks }))
    .map(({ licence, subject }) => `${licence ?? "null"} ${subject}`);
}

const cases = [
  ["in a footer is the site's", "Powered by WordPress", "footer", "site"],
  ["in a footer follows the block's own grant", "Die Fotos stehen unter einer Lizenz.", "footer", "part"],
  ["in the main text follows the block's own grant", "Dieser Artikel steht unter einer Lizenz.", "main", "page"],
  ["in the main text without words is a part's", "", "main", "part"],
  ["in a caption is a part's", "", "figure", "part"],
] as const;
for (const [title, text, region, subject] of cases) {
  test(`a licence button ${title}`, () => assert.deepEqual(seen(text, region), [`CC-BY-NC-3.0-DE ${subject}`]));
}

test("a link to a button, or an image from elsewhere, is no badge", () => {
  const links = [
    linkOf("https://i.creativecommons.org/l/by/3.0/88x31.png"),
    linkOf("https://site.test/licenses/by/3.0.png", { tag: "img" }),
  ];
  assert.deepEqual(ccBadge.collect(viewOf({ links, blocks: [blockOf("")] })), []);
});
