import type { Block, Page } from "../core/page.ts";

/** Blocks on lines of their own, with no blank line between two of the same kind. */
const tight = new Set(["li", "dt", "dd", "tr", "td", "th", "option", "summary"]);

/**
 * The main text of a page: its main blocks in order. Blank lines separate paragraphs; line feeds separate list items
 * and table rows. NUL and lone surrogates are left out; everything else is Unicode as found.
 */
export function textOf(page: Page): string {
  let text = "";
  let last: Block | null = null;
  for (const block of page.blocks) {
    if (!block.main) continue;
    if (last !== null) text += tight.has(last.tag) && tight.has(block.tag) ? "\n" : "\n\n";
    text += block.text;
    last = block;
  }
  return clean(text);
}

function clean(text: string): string {
  return text.isWellFormed() && !text.includes("\0") ? text : text.replaceAll(/[\0\ud800-\udfff]/gu, "");
}
