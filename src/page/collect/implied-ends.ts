import { kind } from "./elements.ts";
import { hashesOf, nameHash } from "../name-hash.ts";
import type { OpenElements } from "./open-elements.ts";

interface Rule {
  readonly ends: readonly number[];
  /** The search does not go past these, nor past elements with one of the bits. */
  readonly stops: readonly number[];
  readonly stopBits: number;
  /** All that are found are ended, not the innermost alone. */
  readonly all: boolean;
}

const none: readonly number[] = [];
const paragraph = hashesOf("p");
const headings = hashesOf("h1 h2 h3 h4 h5 h6");
const row = nameHash("tr", 0, 2);
const rule = (ends: string, stops: string, all = false): Rule => ({
  ends: hashesOf(ends),
  stops: hashesOf(stops),
  stopBits: 0,
  all,
});
const ruled = (names: string, rule: Rule): (readonly [number, Rule])[] => hashesOf(names).map((hash) => [hash, rule]);

/** Which open elements a start tag ends, after an open `p`. */
const rules = new Map<number, Rule>([
  ...ruled("li", rule("li", "ul ol menu dir table td th")),
  ...ruled("dd dt", rule("dd dt", "dl table td th")),
  ...ruled("td th", rule("td th", "tr table")),
  ...ruled("tr", rule("td th tr", "table", true)),
  ...ruled("tbody thead tfoot", rule("td th tr tbody thead tfoot", "table", true)),
  // A heading ends another only when that is the innermost block.
  ...ruled("h1 h2 h3 h4 h5 h6", { ends: headings, stops: none, stopBits: kind.block, all: false }),
]);

/** Level down to which the stack stays open when the start tag of a block-level element comes. */
export function levelAfterStart(stack: OpenElements, hash: number, bits: number): number {
  let level = stack.depth();
  if ((bits & kind.endsParagraph) !== 0) {
    const found = stack.find(paragraph, none, kind.block, level);
    if (found > 0) level = found - 1;
  }
  const ruled = rules.get(hash);
  if (ruled === undefined) return level;
  const { ends, stops, stopBits, all } = ruled;
  for (let found = stack.find(ends, stops, stopBits, level); found > 0;) {
    level = found - 1;
    found = all ? stack.find(ends, stops, stopBits, level) : -1;
  }
  return level;
}

/**
 * Level down to which the stack stays open when an end tag comes, or the depth as it is when the tag ends nothing: an
 * inline element's does not reach out of the block around it, a block's not out of its table cell.
 */
export function levelAfterEnd(stack: OpenElements, hash: number, bits: number): number {
  const isBlock = (bits & kind.block) !== 0;
  const throughCells = (bits & kind.barrier) !== 0 || hash === row;
  const stopBits = !isBlock ? kind.block : throughCells ? 0 : kind.barrier;
  const found = stack.find(headings.includes(hash) ? headings : [hash], none, stopBits, stack.depth());
  return found > 0 ? found - 1 : stack.depth();
}
