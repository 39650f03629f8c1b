import { nameHash } from "../name-hash.ts";
import type { CollectorState } from "./collector-state.ts";
import { bitsOf, elementIndex, kind } from "./elements.ts";
import { levelAfterEnd } from "./implied-ends.ts";
import { closeOpenLink, mergeLinkedBlocks } from "./link-list.ts";
import { mergeRow } from "./merge-row.ts";
import { closeUncounted, inheritedFrom, popToLevel } from "./open-elements.ts";
import { countLinkText, endBlock, writeText } from "./text.ts";

/** An end tag whose name is that range of the source. */
export function closeTag(state: CollectorState, start: number, end: number): void {
  writeText(state);
  const hash = nameHash(state.source, start, end);
  const index = elementIndex(hash);
  const bits = bitsOf(index);
  if (state.skipIndex >= 0) {
    if (index === state.skipIndex && --state.skipNesting === 0) state.skipIndex = -1;
  } else if ((bits & kind.title) !== 0) state.inTitle = false;
  else if (state.inHead) {
    if ((bits & kind.noscript) !== 0) state.inHeadNoscript = false;
    if ((bits & kind.head) !== 0) state.inHead = false;
  } else if ((bits & (kind.phrase | kind.void)) === 0 && !closeUncounted(state.stack)) closeElement(state, hash, bits);
}

function closeElement(state: CollectorState, hash: number, bits: number): void {
  if ((bits & kind.anchor) !== 0) {
    closeAnchor(state, hash);
    return;
  }
  if ((bits & kind.block) !== 0) endBlock(state);
  closeDownTo(state, levelAfterEnd(state.stack, hash, bits));
  if ((bits & kind.endsRow) !== 0) endRow(state);
}

/** The next `a` does this too, since links cannot be nested. */
export function closeAnchor(state: CollectorState, hash: number): void {
  closeDownTo(state, levelAfterEnd(state.stack, hash, kind.anchor));
  if (state.linkLevel >= 0) closeLink(state);
}

/** Closes the elements above that level of the stack. */
export function closeDownTo(state: CollectorState, level: number): void {
  const { stack } = state;
  if (level === stack.depth) return;
  popToLevel(stack, level);
  state.inherited = inheritedFrom(stack);
  if (state.linkLevel > level) closeLink(state);
}

function closeLink(state: CollectorState): void {
  countLinkText(state);
  closeOpenLink(state.links);
  state.linkLevel = -1;
}

/** The cells of the row that ends may become one block. */
export function endRow(state: CollectorState): void {
  const { rowStart, blocks, links } = state;
  if (rowStart >= 0 && mergeRow(blocks, rowStart)) mergeLinkedBlocks(links, rowStart);
  state.rowStart = -1;
}
