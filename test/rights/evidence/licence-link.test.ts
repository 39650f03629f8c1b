import assert from "node:assert/strict";
import { test } from "node:test";

import type { Block } from "../../../src/core/page.ts";
import { licenceLink } from "../../../src/rights/evidence/licence-link.ts";
import { blockOf, linkOf, viewOf } from "../page-with.ts";

const apache = "https://www.apache.org/licenses/LICENSE-2.0";

function subjects(block: Block): string[] {
  const links = [linkOf(apache, { text: "Apache License, Version 2.0", region: block.region })];
  return licenceLink
    .collect(viewOf({ links, blocks: [block] }))
    .map(({ licence, subject }) => `${licence ?? "null"} ${subject}`);
}

test("a footer that grants gives the site's licence; one that names the software's does not", () => {
  const footer = { region: "footer", main: false } as const;
  assert.deepEqual(subjects(blockOf("Licensed under the Apache License, Version 2.0.", footer)), ["Apache-2.0 site"]);
  assert.deepEqual(subjects(blockOf("The project is provided under the Apache License, Version 2.0.", footer)), [
    "Apache-2.0 part",
  ]);
  assert.deepEqual(subjects(blockOf("Apache License, Version 2.0", footer)), ["Apache-2.0 part"]);
});

test("a page that links four licences lists them", () => {
  const hrefs = ["mit", "isc", "apache-2.0", "bsd-3-clause"].map((name) => `https://opensource.org/licenses/${name}`);
  const blocks = [blockOf("This document is licensed under this one")];
  const links = (count: number) => hrefs.slice(0, count).map((href) => linkOf(href, { text: "this one" }));
  const found = (count: number) =>
    new Set(licenceLink.collect(viewOf({ links: links(count), blocks })).map(({ subject }) => subject));
  assert.deepEqual([found(3), found(4)], [new Set(["page"]), new Set(["part"])]);
});

test("the text of a licence does not license itself by links to its other forms", () => {
  const view = {
    ...viewOf({ links: [linkOf("https://www.gnu.org/licenses/gpl-3.0.txt")], blocks: [blockOf("")] }),
    url: "https://www.gnu.org/licenses/gpl-3.0.en.html",
  };
  assert.deepEqual(licenceLink.collect(view), []);
});
