import { regions } from "../../core/page.ts";
import type { RawBlock } from "../collect/collected.ts";
import { hint } from "../hints.ts";
import { add, totalsOf, type Totals } from "./page-totals.ts";

/** Tags whose name says something about the block's role on the page. */
const tags = [
  "p",
  "li",
  "div",
  "td",
  "tr",
  "h1",
  "h2",
  "h3",
  "h4",
  "pre",
  "dt",
  "dd",
  "blockquote",
  "button",
  "section",
  "body",
];
/** `hint` names its bits in rising order, without a gap. */
const hintNames = Object.keys(hint);
/** How many levels up the tree the surroundings of a block are examined. */
const containerLevels = [1, 2, 3, 4];
const neighbours = [1, 2];
const comma = /[,،、，;；]/g;

/** Names of the values that `blockFeatures` gives for each block, in its order. */
export const featureNames: readonly string[] = [
  "bias length lengthSquared short sentence commas links linksSquared onlyLinks digits colon repeated".split(" "),
  "position positionSquared beforeTitle underTitle".split(" "),
  neighbours.flatMap((distance) =>
    ["length", "links", "sameTag", "sentence"].flatMap((name) => [
      `previous${distance}:${name}`,
      `next${distance}:${name}`,
    ]),
  ),
  ["prose:near", "prose:wide", "links:near"],
  containerLevels.flatMap((level) =>
    ["length", "mean", "links", "share", "prose"].map((name) => `container${level}:${name}`),
  ),
  "page:main page:article page:length page:links page:prose outsideMain outsideArticle".split(" "),
  "page:links*links page:prose*length page:prose*links page:prose*outside page:links*length".split(" "),
  tags.map((tag) => `tag:${tag}`),
  regions.map((region) => `region:${region}`),
  hintNames.map((name) => `in:${name}`),
  hintNames.map((name) => `near:${name}`),
].flat();
const tagIndexes = new Map(tags.map((tag, index) => [tag, index]));
const regionIndexes = new Map(regions.map((region, index) => [region, index]));

/** What describing a block needs: the page, its sums, and the surroundings of each block. */
interface Described {
  readonly blocks: readonly RawBlock[];
  readonly parents: readonly number[];
  readonly totals: Totals;
  readonly surroundings: Surroundings;
  /** Shares of the page's text that are in links, and in sentences. */
  readonly links: number;
  readonly prose: number;
}

/**
 * One row of `featureNames.length` values for each block, all about 0 to 2. They describe the block itself, its
 * neighbours, the elements around it and its page. Nothing here depends on a language. Linear in blocks and elements.
 */
export function blockFeatures(blocks: readonly RawBlock[], parents: readonly number[]): Float64Array {
  const totals = totalsOf(blocks, parents);
  const page: Described = {
    blocks,
    parents,
    totals,
    surroundings: surroundingsOf(blocks, totals),
    links: totals.linkLength / (totals.length + 1),
    prose: totals.proseLength / (totals.length + 1),
  };
  const into = { values: new Float64Array(blocks.length * featureNames.length), at: 0 };
  for (const [index, block] of blocks.entries()) {
    putText(into, page, block, index);
    putPosition(into, page, index);
    putNeighbours(into, page, block, index);
    putContainers(into, page, block.node);
    putPage(into, page, block);
    putOne(into, tagIndexes.get(block.tag), tags.length);
    putOne(into, regionIndexes.get(block.region), regions.length);
    putBits(into, block.hints);
    putBits(into, block.nearHints);
  }
  return into.values;
}

function putText(into: Values, { totals }: Described, { text, linkLength }: RawBlock, index: number): void {
  const length = scaled(text.length);
  const links = linkLength / text.length;
  put(into, 1);
  put(into, length);
  put(into, length * length);
  flag(into, text.length < 25);
  put(into, totals.isProse[index] ?? 0);
  put(into, text.length > 2000 ? 1 : Math.min(1, (text.match(comma)?.length ?? 0) / 10));
  put(into, links);
  put(into, links * links);
  flag(into, links > 0.95);
  flag(into, /\d/.test(text));
  flag(into, text.endsWith(":"));
  flag(into, (totals.timesSeen.get(text) ?? 0) > 1);
}

function putPosition(into: Values, { blocks, totals: { titleIndex } }: Described, index: number): void {
  const position = index / blocks.length;
  put(into, position);
  put(into, position * position);
  flag(into, index < titleIndex);
  flag(into, titleIndex >= 0 && index >= titleIndex && index < titleIndex + 20);
}

function putNeighbours(into: Values, page: Described, { tag }: RawBlock, index: number): void {
  const { blocks, surroundings, totals } = page;
  for (const distance of neighbours) {
    const previous = blocks[index - distance];
    const next = blocks[index + distance];
    put(into, previous === undefined ? 0 : scaled(previous.text.length));
    put(into, next === undefined ? 0 : scaled(next.text.length));
    put(into, previous === undefined ? 0.5 : previous.linkLength / previous.text.length);
    put(into, next === undefined ? 0.5 : next.linkLength / next.text.length);
    flag(into, previous?.tag === tag);
    flag(into, next?.tag === tag);
    put(into, totals.isProse[index - distance] ?? 0);
    put(into, totals.isProse[index + distance] ?? 0);
  }
  put(into, scaled(surroundings.nearProse[index] ?? 0));
  put(into, scaled(surroundings.wideProse[index] ?? 0));
  put(into, (surroundings.nearLinks[index] ?? 0) / (1 + (surroundings.nearLength[index] ?? 0)));
}

function putContainers(into: Values, { parents, totals }: Described, innermost: number): void {
  let node = innermost;
  for (let level = 0; level < containerLevels.length; level++) {
    const inside = totals.nodeLength[node] ?? 0;
    put(into, scaled(inside));
    put(into, scaled(inside / (totals.nodeBlocks[node] ?? 1)));
    put(into, (totals.nodeLinks[node] ?? 0) / inside);
    put(into, inside / totals.length);
    put(into, (totals.nodeProse[node] ?? 0) / inside);
    node = Math.max(0, parents[node] ?? 0);
  }
}

/** The page, and the block's role on it. */
function putPage(into: Values, page: Described, { text, linkLength, hints }: RawBlock): void {
  const length = scaled(text.length);
  const links = linkLength / text.length;
  const { totals } = page;
  const outsideMain = (totals.hints & ~hints & hint.inMain) !== 0;
  const outsideArticle = (totals.hints & ~hints & hint.inArticle) !== 0;
  flag(into, (totals.hints & hint.inMain) !== 0);
  flag(into, (totals.hints & hint.inArticle) !== 0);
  put(into, scaled(totals.length));
  put(into, page.links);
  put(into, page.prose);
  flag(into, outsideMain);
  flag(into, outsideArticle);
  put(into, page.links * links);
  put(into, page.prose * length);
  put(into, page.prose * links);
  put(into, outsideMain || outsideArticle ? page.prose : 0);
  put(into, page.links * length);
}

interface Values {
  readonly values: Float64Array;
  /** Index of the next one. */
  at: number;
}

function put(into: Values, value: number): void {
  into.values[into.at++] = value;
}

function flag(into: Values, value: boolean): void {
  put(into, value ? 1 : 0);
}

/** A 1 at one of `count` positions. */
function putOne(into: Values, position: number | undefined, count: number): void {
  if (position !== undefined) into.values[into.at + position] = 1;
  into.at += count;
}

/** A 1 for each bit of `hint` that is set. */
function putBits(into: Values, bits: number): void {
  for (let left = bits; left !== 0; left &= left - 1) into.values[into.at + 31 - Math.clz32(left & -left)] = 1;
  into.at += hintNames.length;
}

interface Surroundings {
  readonly nearProse: Float64Array;
  readonly wideProse: Float64Array;
  readonly nearLinks: Float64Array;
  readonly nearLength: Float64Array;
}

function surroundingsOf(blocks: readonly RawBlock[], { isProse }: Totals): Surroundings {
  const prose = new Float64Array(blocks.length);
  const links = new Float64Array(blocks.length);
  const lengths = new Float64Array(blocks.length);
  for (const [index, { text, linkLength }] of blocks.entries()) {
    prose[index] = (text.length - linkLength) * (isProse[index] === 1 ? 1 : 0.3);
    links[index] = linkLength;
    lengths[index] = text.length;
  }
  return {
    nearProse: smoothed(prose, 0.8),
    wideProse: smoothed(prose, 0.97),
    nearLinks: smoothed(links, 0.8),
    nearLength: smoothed(lengths, 0.8),
  };
}

/** About 0 to 2 for the lengths that occur; each doubling counts the same. */
function scaled(length: number): number {
  return Math.log2(1 + length) / 8;
}

/** Sum over all positions, each weighed by `decay` to the power of its distance; two walks. */
function smoothed(values: Float64Array, decay: number): Float64Array {
  const sums = new Float64Array(values.length);
  let carried = 0;
  for (let index = 0; index < values.length; index++) {
    carried = carried * decay + (values[index] ?? 0);
    sums[index] = carried;
  }
  carried = 0;
  for (let index = values.length - 1; index >= 0; index--) {
    add(sums, index, carried);
    carried = (carried + (values[index] ?? 0)) * decay;
  }
  return sums;
}
