import { pageLimits } from "../page-limits.ts";
import { isWhiteSpace } from "../white-space.ts";
import { addPiece, takeText } from "./block-writer.ts";
import type { CollectorState } from "./collector-state.ts";
import { addWords } from "./link-list.ts";
import { nodeOf } from "./open-elements.ts";

/** The tokenizer splits text at each `<` that starts no tag; adjoining pieces are joined here. */
export function readText(state: CollectorState, start: number, end: number): void {
  if (start !== state.textEnd) {
    writeText(state);
    state.textStart = start;
  }
  state.textEnd = end;
}

/** Writes the text since the last tag to where it belongs: the title, the block and its link, or nowhere. */
export function writeText(state: CollectorState): void {
  const { source, textStart: start, textEnd: end, inherited, writer } = state;
  state.textStart = end;
  if (start === end || state.skipIndex >= 0) return;
  if (state.inTitle) {
    state.head.title = (state.head.title ?? "") + state.entities.text(source.slice(start, end));
    return;
  }
  if (state.inHeadNoscript) return;
  if (!inherited.preformatted && isWhiteSpace(source, start, end)) {
    writer.spacePending = true;
    return;
  }
  state.inHead = false;
  if (inherited.dropped) return;
  const piece = state.entities.text(source.slice(start, end));
  const added = addPiece(writer, piece, inherited.preformatted);
  if (state.linkLevel < 0) return;
  if (state.linkStart < 0) state.linkStart = writer.text.length - added;
  addWords(state.links, piece);
}

/** Ends the block that is being written, if there is anything in it. */
export function endBlock(state: CollectorState): void {
  const { writer, blocks } = state;
  if (writer.text === "") return;
  countLinkText(state);
  const text = takeText(writer);
  const linkLength = Math.min(state.linkLength, text.length);
  state.linkLength = 0;
  if (text === "") return;
  const { tag, region, hints, nearHints } = state.inherited;
  if (blocks.length >= pageLimits.blocks) state.truncated.add("blocks");
  else blocks.push({ text, tag, linkLength, region, hints, nearHints, node: nodeOf(state.stack) });
}

/** What the open link has in the block so far counts as text of links. */
export function countLinkText(state: CollectorState): void {
  if (state.linkStart >= 0) state.linkLength += state.writer.text.length - state.linkStart;
  state.linkStart = -1;
}
