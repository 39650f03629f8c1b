import assert from "node:assert/strict";
import { test } from "node:test";

import { sentenceScopeAt } from "../../src/rights/sentence-scope.ts";

/** The mention stands in square brackets. */
function scopeOf(marked: string): ReturnType<typeof sentenceScopeAt> {
  const start = marked.indexOf("[");
  const end = marked.indexOf("]") - 1;
  return sentenceScopeAt(marked.replace("[", "").replace("]", ""), start, end);
}

const topics: readonly (readonly [text: string, topic: "work" | "picture" | "software" | null])[] = [
  ["This work is licensed under a [CC BY 4.0] license", "work"],
  ["Except where otherwise noted, content on this site is licensed under [CC BY 4.0]", "work"],
  ["Die Inhalte dieser Website stehen unter [CC BY 3.0 DE]", "work"],
  ["Texte und Bilder dieser Seite stehen unter [CC BY 3.0 DE]", "work"],
  ["Bilder und Texte stehen unter [CC BY 3.0 DE]", "work"],
  ["Die Bilder in diesem Blog stehen unter [CC BY 3.0 DE]", "picture"],
  ["On this site you find photos under [CC0]", "picture"],
  ["Content on this site, including photos, is licensed under [CC BY 4.0]", "work"],
  ["Foto: Jane Doe, [CC BY 2.0]", "picture"],
  ["Foto: Jane Doe, via Wikimedia Commons | Lizenz: [CC BY 4.0]", "picture"],
  ["Theme by Jane | [CC BY 4.0]", null],
  ["Jane Doe (own work) [CC BY 2.0]", "picture"],
  ["This plugin is licensed under [CC0]", "software"],
  ["Design by Jane, Lizenz: [CC BY-NC-SA]", "software"],
  ["This manual is free software; you may redistribute it under the terms of the [GNU GPL]", "work"],
  ["Our photos are lovely. This text is under [CC BY 4.0]", "work"],
  [
    "The content of this page is under CC BY 4.0, and code samples are licensed under the [Apache License 2.0]",
    "software",
  ],
  ["This article is new. It is made available under [CC BY 4.0]", "work"],
  ["Jane Doe [CC BY 2.0]", null],
  ["a [CC BY 2.0] photo of a cat", "picture"],
  ["[CC BY 2.0]", null],
];
for (const [text, topic] of topics) {
  test(`the licence in ${JSON.stringify(text)} is about ${topic ?? "nothing that is named"}`, () =>
    assert.equal(scopeOf(text).topic, topic));
}

test("a grant, a pointer to the page, a whole site and a bare grant are distinguished", () => {
  assert.deepEqual(scopeOf("All content of this blog is licensed under [CC BY 4.0]"), {
    topic: "work",
    site: true,
    grants: true,
    points: true,
    startsWithGrant: false,
  });
  assert.deepEqual(scopeOf("Licensed under [CC BY 4.0]"), {
    topic: null,
    site: false,
    grants: true,
    points: false,
    startsWithGrant: true,
  });
  assert.equal(scopeOf("Lightbox2 © Jane Doe licensed under [CC BY 2.5]").startsWithGrant, false);
  assert.equal(scopeOf("Wikipedia uses [CC BY-SA 4.0]").grants, false);
});
