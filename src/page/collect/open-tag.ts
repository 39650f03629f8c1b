import { nameHash } from "../name-hash.ts";
import { pageLimits } from "../page-limits.ts";
import type { AttributeName } from "../tag-attributes.ts";
import { addLineBreak, addPiece } from "./block-writer.ts";
import { closeAnchor, closeDownTo, endRow } from "./close-tag.ts";
import { attributeOf, type CollectorState } from "./collector-state.ts";
import { inheritedBy } from "./element-marks.ts";
import { bitsOf, elementIndex, elementNames, kind } from "./elements.ts";
import { levelAfterStart } from "./implied-ends.ts";
import { addImage, appendLink } from "./link-list.ts";
import { push } from "./open-elements.ts";
import { endBlock, writeText } from "./text.ts";

/** A start tag begins: its name is that range of the source. */
export function nameTag(state: CollectorState, start: number, end: number): void {
  state.tagHash = nameHash(state.source, start, end);
  state.tagIndex = elementIndex(state.tagHash);
  state.tagBits = bitsOf(state.tagIndex);
  state.attributes.clear();
}

/** A start tag has ended: its name and attributes are known. */
export function openTag(state: CollectorState, selfClosing: boolean): void {
  writeText(state);
  if (isSkipped(state, selfClosing) || isOutsideHead(state)) return;
  const { tagIndex, tagBits } = state;
  if ((tagBits & kind.skipped) !== 0) {
    skipElement(state, selfClosing);
    return;
  }
  if (tagIndex >= 0) setters[tagIndex]?.(state);
  const opensNothing = (tagBits & (kind.void | kind.phrase | kind.unstacked)) !== 0 && (tagBits & kind.block) === 0;
  if (!opensNothing && !state.inHeadNoscript) openElement(state);
}

/** Inside an element whose content is skipped. An open `select` ends here if it may not contain the tag. */
function isSkipped(state: CollectorState, selfClosing: boolean): boolean {
  if (state.skipIndex < 0) return false;
  if ((bitsOf(state.skipIndex) & kind.select) !== 0 && (state.tagBits & kind.inSelect) === 0) {
    state.skipIndex = -1;
    return false;
  }
  if (state.tagIndex === state.skipIndex && !selfClosing) state.skipNesting++;
  return true;
}

/**
 * The tag is in a `noscript` of the head, so it is not the head's own. Any other tag that does not belong in the head
 * ends it.
 */
function isOutsideHead(state: CollectorState): boolean {
  if (!state.inHead) return false;
  const { tagBits } = state;
  if ((tagBits & kind.noscript) !== 0) state.inHeadNoscript = true;
  if ((tagBits & kind.body) !== 0) state.inHeadNoscript = false;
  if (state.inHeadNoscript && (tagBits & kind.inHead) === 0) return true;
  state.inHead = (tagBits & kind.inHead) !== 0;
  return false;
}

function skipElement(state: CollectorState, selfClosing: boolean): void {
  addLink(state, false);
  if (selfClosing && (state.tagBits & kind.foreign) !== 0) return;
  state.skipIndex = state.tagIndex;
  state.skipNesting = 1;
}

function openElement(state: CollectorState): void {
  const { stack, tagHash, tagBits } = state;
  if ((tagBits & kind.block) !== 0) {
    endBlock(state);
    closeDownTo(state, levelAfterStart(stack, tagHash, tagBits));
    if ((tagBits & kind.void) !== 0) return;
    if ((tagBits & kind.row) !== 0) {
      endRow(state);
      state.rowStart = state.blocks.length;
    }
  } else if ((tagBits & kind.anchor) !== 0 && state.linkLevel >= 0) closeAnchor(state, tagHash);
  const inherited = inheritedBy(state.inherited, state.tagIndex, tagBits, state.attributes);
  const isHeld = push(stack, tagHash, inherited);
  if (isHeld) state.inherited = inherited;
  else state.truncated.add("depth");
  const isAnchor = (tagBits & kind.anchor) !== 0;
  if (isAnchor && !state.attributes.has("href")) return;
  addLink(state, isAnchor && isHeld);
  if (isAnchor && isHeld) state.linkLevel = stack.depth;
}

/** What a start tag sets or adds, whether or not it opens an element. */
const setters = byElement<(state: CollectorState) => void>({
  html: setLanguage,
  title: beginTitle,
  meta: addMeta,
  base: setBase,
  br: breakLine,
  img: addImageLink,
  link: addLeafLink,
  area: addLeafLink,
  frame: addLeafLink,
});

/** Which attributes of an element are its link's address and label. */
const linkAttributes = byElement<readonly [address: AttributeName, label: AttributeName | null]>({
  a: ["href", "title"],
  area: ["href", "alt"],
  form: ["action", null],
  frame: ["src", "title"],
  iframe: ["src", "title"],
  img: ["src", "alt"],
  link: ["href", "title"],
});

/** A table by index in `elementNames`. */
function byElement<T>(byName: Readonly<Record<string, T>>): readonly (T | undefined)[] {
  return elementNames.map((name) => byName[name]);
}

function setLanguage(state: CollectorState): void {
  state.head.languageAttribute ??= attributeOf(state, "lang") ?? attributeOf(state, "xml:lang");
}

function beginTitle(state: CollectorState): void {
  state.inTitle = state.head.title === null;
}

function addMeta(state: CollectorState): void {
  const { metas } = state.head;
  const name =
    attributeOf(state, "name") ??
    attributeOf(state, "property") ??
    attributeOf(state, "http-equiv") ??
    attributeOf(state, "itemprop");
  if (name === null) return;
  if (metas.length >= pageLimits.metas) state.truncated.add("metas");
  else metas.push({ name: name.trim().toLowerCase(), content: attributeOf(state, "content") ?? "" });
}

function setBase(state: CollectorState): void {
  state.head.baseHref ??= attributeOf(state, "href");
}

/** A second forced line end in a row ends the block. */
function breakLine(state: CollectorState): void {
  if (state.inherited.preformatted) addPiece(state.writer, "\n", true);
  else if (!addLineBreak(state.writer)) endBlock(state);
}

function addImageLink(state: CollectorState): void {
  const alt = attributeOf(state, "alt");
  if (alt !== null) addImage(state.links, alt);
  addLink(state, false);
}

function addLeafLink(state: CollectorState): void {
  addLink(state, false);
}

/** Adds the link of an element that can be one, if its tag has the address. */
function addLink(state: CollectorState, isOpen: boolean): void {
  const attributes = linkAttributes[state.tagIndex];
  if (attributes === undefined) return;
  const [address, label] = attributes;
  const href = attributeOf(state, address);
  const labelText = label === null ? null : attributeOf(state, label);
  if (href === null || state.truncated.has("links")) return;
  const { inHead } = state;
  const start = {
    tag: elementNames[state.tagIndex] ?? "",
    href: href.trim(),
    rel: attributeOf(state, "rel"),
    type: attributeOf(state, "type"),
    label: labelText,
    region: inHead ? ("head" as const) : state.inherited.region,
    block: inHead ? -1 : state.blocks.length,
  };
  if (!appendLink(state.links, start, isOpen)) state.truncated.add("links");
}
