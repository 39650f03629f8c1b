import type { Region } from "../../core/page.ts";
import { bitsOf, elementIndex, kind } from "./elements.ts";
import { pageLimits } from "../page-limits.ts";

/** Levels that may be looked at on one page before searches are cut short: only a hostile page comes near. */
const searchBudget = 20_000_000;
const shortSearch = 16;

/** What an open element hands down to what is inside it. */
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
  /** A new page: nothing is open, and nothing has been searched. */
  readonly begin: () => void;
  readonly depth: () => number;
  readonly top: () => Inherited;
  /** False when the limit of depth was reached: the element is then counted, not held. */
  readonly push: (hash: number, inherited: Inherited) => boolean;
  readonly popTo: (level: number) => void;
  /** True when the end tag only undoes a push that was counted. */
  readonly closeUncounted: () => boolean;
  /**
   * Level of the innermost element with one of the hashes, at or under level `from`, or -1; the search ends at an element
   * with one of `stopBits` or one of `stops`.
   */
  readonly find: (hashes: readonly number[], stops: readonly number[], stopBits: number, from: number) => number;
  /** Tree node of the innermost block-level element; nodes are made only for elements that hold text. */
  readonly node: () => number;
  /** Parent of each node of the page; a parent's number is lower than its children's. Node 0 is the body. */
  readonly parents: () => readonly number[];
}

export function openElements(): OpenElements {
  const hashes = new Int32Array(pageLimits.depth + 1);
  const bits = new Int32Array(pageLimits.depth + 1);
  const nodes = new Int32Array(pageLimits.depth + 1);
  const root: Inherited = { tag: "body", region: "body", hints: 0, nearHints: 0, preformatted: false, dropped: false };
  let levels: Inherited[] = [root];
  let parents = [-1];
  let depth = 0;
  let uncounted = 0;
  let searched = 0;
  return {
    begin() {
      levels = [root];
      parents = [-1];
      nodes[0] = 0;
      depth = 0;
      uncounted = 0;
      searched = 0;
    },
    depth: () => depth,
    top: () => levels[depth] ?? root,
    push(hash, inherited) {
      if (depth === pageLimits.depth) {
        uncounted++;
        return false;
      }
      depth++;
      hashes[depth] = hash;
      bits[depth] = bitsOf(elementIndex(hash));
      nodes[depth] = -1;
      levels[depth] = inherited;
      return true;
    },
    popTo(level) {
      depth = level;
      uncounted = 0;
    },
    closeUncounted() {
      if (uncounted === 0) return false;
      uncounted--;
      return true;
    },
    find(wanted, stops, stopBits, from) {
      const floor = searched < searchBudget ? 0 : Math.max(0, from - shortSearch);
      let level = from;
      let found = -1;
      for (; level > floor; level--) {
        const hash = hashes[level] ?? 0;
        if (wanted.includes(hash)) found = level;
        if (found >= 0 || ((bits[level] ?? 0) & stopBits) !== 0 || stops.includes(hash)) break;
      }
      searched += from - level;
      return found;
    },
    node() {
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
    },
    parents: () => parents,
  };
}
