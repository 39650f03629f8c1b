import type { Region } from "../../core/page.ts";
import { pageLimits } from "../page-limits.ts";
import { bitsOf, elementIndex, kind } from "./elements.ts";

/** Levels that may be searched on one page before searches are cut short: only a hostile page comes near. */
const searchBudget = 20_000_000;
const shortSearch = 16;

/** What the content of an open element inherits. */
export interface Inherited {
  /** Name of the nearest block-level element. */
  readonly tag: string;
  readonly region: Region;
  /** Bits of `hint`, of this element and all around it. */
  readonly hints: number;
  /** Bits of `hint` of the nearest element that has any. */
  readonly nearHints: number;
  readonly preformatted: boolean;
  /** Inside an inline element that is not shown: its text is left out. */
  readonly dropped: boolean;
}

/** The stack of open elements, bounded in depth and in the work that end tags can cause. Level 0 is the body. */
export interface OpenElements {
  /** Of the innermost element; 0 = nothing is open. */
  depth: number;
  /** Of each level: hash of its name, bits of `kind`, tree node (-1 = none yet), and what its content inherits. */
  readonly hashes: Int32Array;
  readonly bits: Int32Array;
  readonly nodes: Int32Array;
  levels: Inherited[];
  /** Parent of each node of the page; a parent's number is lower than its children's. Node 0 is the body. */
  parents: number[];
  /** Elements open beyond the limit of depth. */
  uncounted: number;
  /** Levels looked at on this page. */
  searched: number;
}

/** What to look for among the open elements, and where to stop. */
export interface Search {
  /** Hashes of names. */
  readonly ends: readonly number[];
  /** The search stops at these, and at elements with one of the bits. */
  readonly stops: readonly number[];
  readonly stopBits: number;
}

const body: Inherited = { tag: "body", region: "body", hints: 0, nearHints: 0, preformatted: false, dropped: false };

export function openElements(): OpenElements {
  const levels = pageLimits.depth + 1;
  return {
    depth: 0,
    hashes: new Int32Array(levels),
    bits: new Int32Array(levels),
    nodes: new Int32Array(levels),
    levels: [body],
    parents: [-1],
    uncounted: 0,
    searched: 0,
  };
}

/** A new page: nothing is open, and nothing has been searched. */
export function closeAll(stack: OpenElements): void {
  stack.levels = [body];
  stack.parents = [-1];
  stack.nodes[0] = 0;
  stack.depth = 0;
  stack.uncounted = 0;
  stack.searched = 0;
}

/** What is inherited from the innermost open element. */
export function inheritedFrom({ levels, depth }: OpenElements): Inherited {
  return levels[depth] ?? body;
}

/** @returns false when the limit of depth was reached: the element is then counted but not stored */
export function push(stack: OpenElements, hash: number, inherited: Inherited): boolean {
  if (stack.depth === pageLimits.depth) {
    stack.uncounted++;
    return false;
  }
  const level = ++stack.depth;
  stack.hashes[level] = hash;
  stack.bits[level] = bitsOf(elementIndex(hash));
  stack.nodes[level] = -1;
  stack.levels[level] = inherited;
  return true;
}

export function popToLevel(stack: OpenElements, level: number): void {
  stack.depth = level;
  stack.uncounted = 0;
}

/** @returns true when the end tag only undoes such a counted push */
export function closeUncounted(stack: OpenElements): boolean {
  if (stack.uncounted === 0) return false;
  stack.uncounted--;
  return true;
}

/** Level of the innermost element that is looked for, at or under level `from`; -1 = none before the search stops. */
export function find(stack: OpenElements, { ends, stops, stopBits }: Search, from: number): number {
  const floor = floorOf(stack, from);
  let level = from;
  let found = -1;
  for (; level > floor; level--) {
    const hash = stack.hashes[level] ?? 0;
    if (ends.includes(hash)) found = level;
    if (found >= 0 || ((stack.bits[level] ?? 0) & stopBits) !== 0 || stops.includes(hash)) break;
  }
  stack.searched += from - level;
  return found;
}

/** The same for one name, from the innermost element on. */
export function findOne(stack: OpenElements, hash: number, stopBits: number): number {
  const floor = floorOf(stack, stack.depth);
  let level = stack.depth;
  let found = -1;
  for (; level > floor; level--) {
    if (stack.hashes[level] === hash) found = level;
    if (found >= 0 || ((stack.bits[level] ?? 0) & stopBits) !== 0) break;
  }
  stack.searched += stack.depth - level;
  return found;
}

function floorOf({ searched }: OpenElements, from: number): number {
  return searched < searchBudget ? 0 : Math.max(0, from - shortSearch);
}

/** Tree node of the innermost block-level element; nodes are made only for elements that hold text. */
export function nodeOf({ nodes, bits, parents, depth }: OpenElements): number {
  let level = depth;
  while (level > 0 && (nodes[level] ?? 0) < 0) level--;
  let node = nodes[level] ?? 0;
  for (level++; level <= depth; level++) {
    if (((bits[level] ?? 0) & kind.block) !== 0) {
      parents.push(node);
      node = parents.length - 1;
    }
    nodes[level] = node;
  }
  return node;
}
