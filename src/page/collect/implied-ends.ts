import { hashesOf } from "../name-hash.ts";
import { kind } from "./elements.ts";
import { find, findOne, type OpenElements, type Search } from "./open-elements.ts";

interface Rule extends Search {
  /** All matching elements are closed, not only the innermost. */
  readonly all: boolean;
}

const none: readonly number[] = [];
const headings = hashesOf("h1 h2 h3 h4 h5 h6");
const openParagraph: Search = { ends: hashesOf("p"), stops: none, stopBits: kind.block };
const openHeading: Search = { ends: headings, stops: none, stopBits: kind.barrier };
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
  let level = stack.depth;
  if ((bits & kind.endsParagraph) !== 0) {
    const found = find(stack, openParagraph, level);
    if (found > 0) level = found - 1;
  }
  const rule = rules.get(hash);
  if (rule === undefined) return level;
  for (let found = find(stack, rule, level); found > 0;) {
    level = found - 1;
    found = rule.all ? find(stack, rule, level) : -1;
  }
  return level;
}

/**
 * Level down to which the stack stays open when an end tag comes; the present depth when the tag ends nothing. An
 * inline element's end tag cannot reach outside the block around it, and a block's cannot reach outside its table cell.
 * The end tag of a heading ends a heading of any rank.
 */
export function levelAfterEnd(stack: OpenElements, hash: number, bits: number): number {
  const throughCells = (bits & (kind.barrier | kind.row)) !== 0;
  const stopBits = (bits & kind.block) === 0 ? kind.block : throughCells ? 0 : kind.barrier;
  const found = (bits & kind.heading) === 0 ? findOne(stack, hash, stopBits) : find(stack, openHeading, stack.depth);
  return found > 0 ? found - 1 : stack.depth;
}
