import type { RawBlock } from "../collect/collected.ts";

const sentenceEnd = /[.!?。！？…।؟]["'”’»)]*$/;

/** Sums over a page and over each element of it. */
export interface Totals {
  readonly length: number;
  readonly linkLength: number;
  /** Code units of blocks that end as sentences do. */
  readonly proseLength: number;
  readonly isProse: Uint8Array;
  readonly nodeLength: Float64Array;
  readonly nodeLinks: Float64Array;
  readonly nodeProse: Float64Array;
  readonly nodeBlocks: Float64Array;
  readonly timesSeen: ReadonlyMap<string, number>;
  /** Index of the first `h1`; -1 = none. */
  readonly titleIndex: number;
  readonly hints: number;
}

/** @param parents by number of an element, the number of the one around it, which is lower; lengths are in code units */
export function totalsOf(blocks: readonly RawBlock[], parents: readonly number[]): Totals {
  const isProse = new Uint8Array(blocks.length);
  const nodeLength = new Float64Array(parents.length);
  const nodeLinks = new Float64Array(parents.length);
  const nodeProse = new Float64Array(parents.length);
  const nodeBlocks = new Float64Array(parents.length);
  const timesSeen = new Map<string, number>();
  let titleIndex = -1;
  let hints = 0;
  for (const [index, block] of blocks.entries()) {
    const { text, linkLength, node } = block;
    const prose = sentenceEnd.test(text.slice(-12)) ? 1 : 0;
    isProse[index] = prose;
    add(nodeLength, node, text.length);
    add(nodeLinks, node, linkLength);
    add(nodeProse, node, prose * text.length);
    add(nodeBlocks, node, 1);
    timesSeen.set(text, (timesSeen.get(text) ?? 0) + 1);
    if (block.tag === "h1" && titleIndex < 0) titleIndex = index;
    hints |= block.hints;
  }
  // A parent's number is lower than its children's, so one walk down the numbers sums up the tree.
  for (let node = parents.length - 1; node > 0; node--) {
    for (const sums of [nodeLength, nodeLinks, nodeProse, nodeBlocks]) add(sums, parents[node] ?? 0, sums[node] ?? 0);
  }
  const [length = 0] = nodeLength;
  const [linkLength = 0] = nodeLinks;
  const [proseLength = 0] = nodeProse;
  return {
    length,
    linkLength,
    proseLength,
    isProse,
    nodeLength,
    nodeLinks,
    nodeProse,
    nodeBlocks,
    timesSeen,
    titleIndex,
    hints,
  };
}

/** Adds to one place of a list of sums. */
export function add(sums: Float64Array, index: number, value: number): void {
  sums[index] = (sums[index] ?? 0) + value;
}
