import type { RawBlock } from "./collected.ts";

/** Cells with more text than this are layout columns rather than cells of a data table. */
const shortCell = 300;

/**
 * Merges the blocks from `first` on if they are the short cells of one table row, one block each. Tabs separate them,
 * as in `innerText`. Returns whether it did.
 */
export function mergeRow(blocks: RawBlock[], first: number): boolean {
  const row = blocks.slice(first);
  const [head] = row;
  if (head === undefined || row.length < 2 || !row.every(isShortCell)) return false;
  const text = row.map((cell) => cell.text.replaceAll("\n", " ")).join("\t");
  const linkLength = row.reduce((sum, cell) => sum + cell.linkLength, 0);
  blocks.splice(first, row.length, { ...head, text, tag: "tr", linkLength });
  return true;
}

function isShortCell({ tag, text }: RawBlock): boolean {
  return (tag === "td" || tag === "th") && text.length <= shortCell;
}
