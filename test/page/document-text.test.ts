import assert from "node:assert/strict";
import { test } from "node:test";

import type { Block, Page } from "../../src/core/page.ts";
import { textOf } from "../../src/page/document-text.ts";
import { textPageOf } from "../../src/page/text-page.ts";
import { parsed } from "./html.ts";

const main = (tag: string, text: string): Block => ({ tag, text, region: "body", linkLength: 0, main: true });
const pageWith = (blocks: readonly Block[]): Page => ({ ...parsed(""), blocks });

test("paragraphs stand apart by blank lines, list items and rows by line ends", () => {
  const blocks = [main("h1", "Title"), main("p", "One."), main("li", "a"), main("li", "b"), main("p", "Two.")];
  assert.equal(textOf(pageWith(blocks)), "Title\n\nOne.\n\na\nb\n\nTwo.");
});

test("blocks that are not main are left out", () => {
  assert.equal(textOf(pageWith([{ ...main("p", "menu"), main: false }, main("p", "text")])), "text");
});

test("NUL and halves of surrogate pairs are left out, whole pairs kept", () => {
  assert.equal(textOf(pageWith([main("p", "a\0b\ud800c😀\udc00")])), "abc😀");
});

test("a page without blocks has an empty text", () => assert.equal(textOf(parsed("")), ""));

test("an article's paragraphs are kept, and its site's navigation and footer are not", () => {
  const sentence =
    "The river rose for three days, and on the fourth the people of the lower town moved their goods to the hill. ";
  const html = `<body><header><nav><ul>${"<li><a href=/x>Section</a></li>".repeat(12)}</ul></nav></header>
    <main><article><h1>The flood</h1>${`<p>${sentence.repeat(3)}</p>`.repeat(6)}</article></main>
    <footer><p>Copyright. <a href=/terms>Terms</a> <a href=/privacy>Privacy</a></p></footer></body>`;
  const text = textOf(parsed(html));
  assert.equal(text.split("The river").length - 1, 18);
  assert.ok(!text.includes("Section") && !text.includes("Privacy"));
});

test("plain text keeps its paragraphs and their lines, all main", () => {
  const page = textPageOf({
    url: "https://example.org/a.txt",
    bytes: Buffer.from("\r\n one \r\n two\n\n \n three <b>\n"),
    contentType: "text/plain",
  });
  assert.equal(page.kind, "text");
  assert.deepEqual(
    page.blocks.map(({ text, main }) => [text, main]),
    [
      [" one\n two", true],
      [" three <b>", true],
    ],
  );
});
