import { Tokenizer, type TokenizerCallbacks } from "htmlparser2";
import { blockWriter } from "./block-writer.ts";
import type { Collected, RawBlock } from "./collected.ts";
import { inheritedBy } from "./element-marks.ts";
import { bitsOf, elementIndex, elementNames, elementsOf, kind } from "./elements.ts";
import { entityDecoder } from "../entities.ts";
import { levelAfterEnd, levelAfterStart } from "./implied-ends.ts";
import { linkCollector } from "./link-collector.ts";
import { mergeRow } from "./merge-row.ts";
import { hashesOf, nameHash } from "../name-hash.ts";
import { openElements, type Inherited } from "./open-elements.ts";
import { addMeta, pageHead, type PageHead } from "../page-head.ts";
import { pageLimits, type LimitName } from "../page-limits.ts";
import { tagAttributes } from "../tag-attributes.ts";
import { isWhiteSpace } from "../white-space.ts";

const [anchor = 0, svg = 0, select = 0] = hashesOf("a svg select");
const [bodyIndex = -1, formIndex = -1, headIndex = -1, iframeIndex = -1] = elementsOf("body form head iframe");
const [noscriptIndex = -1, tableIndex = -1, titleIndex = -1, trIndex = -1] = elementsOf("noscript table title tr");
/** A `select` that is never closed ends at any other tag. */
const insideSelect = new Set(hashesOf("option optgroup hr button span img selectedcontent"));

/**
 * Makes what reads pages, one after the other: in one pass over htmlparser2's tokens, with no tree, no string for a tag or
 * attribute that is not kept, and no work that grows with depth. It follows HTML's rules for implied end tags as far as the
 * text's shape depends on them. One serves all pages of a thread: V8 forgets the compiled code of functions that die with
 * their page, and to compile it again took a fifth of all time.
 */
export function pageCollector(): (page: string) => Collected {
  let source: string;
  let truncated: Set<LimitName>;
  let blocks: RawBlock[];
  let head: PageHead;
  let tagHash: number;
  let tagIndex: number;
  let tagBits: number;
  let inTitle: boolean;
  let inHead: boolean;
  let inHeadNoscript: boolean;
  let textStart: number;
  let textEnd: number;
  let linkLength: number;
  /** Where in the block the open link's text starts; -1 = it has none there yet. */
  let linkStart: number;
  /** Stack level of the open `a`; -1 = no link is open. */
  let linkLevel: number;
  let skipHash: number;
  let skipNesting: number;
  let rowStart: number;
  let state: Inherited;
  const attributes = tagAttributes(() => truncated.add("attributes"));
  const entities = entityDecoder();
  const stack = openElements();
  const writer = blockWriter();
  const links = linkCollector();

  /** Nothing of an earlier page is left. */
  const begin = (page: string): void => {
    source = page;
    attributes.begin(page);
    stack.begin();
    writer.begin();
    links.begin();
    truncated = new Set();
    blocks = [];
    head = pageHead();
    tagHash = 0;
    tagIndex = -1;
    tagBits = 0;
    inTitle = false;
    inHead = true;
    inHeadNoscript = false;
    textStart = 0;
    textEnd = 0;
    linkLength = 0;
    linkStart = -1;
    linkLevel = -1;
    skipHash = 0;
    skipNesting = 0;
    rowStart = -1;
    state = stack.top();
  };

  const attribute = (name: Parameters<typeof attributes.raw>[0]): string | null => {
    const raw = attributes.raw(name);
    return raw === null ? null : entities.attribute(raw);
  };
  const countLink = (): void => {
    if (linkStart >= 0) linkLength += writer.length() - linkStart;
    linkStart = -1;
  };
  const flush = (): void => {
    if (writer.length() === 0) return;
    countLink();
    const text = writer.take();
    const inLinks = Math.min(linkLength, text.length);
    linkLength = 0;
    if (text === "") return;
    const { tag, region, hints, nearHints } = state;
    if (blocks.length >= pageLimits.blocks) truncated.add("blocks");
    else blocks.push({ text, tag, linkLength: inLinks, region, hints, nearHints, node: stack.node() });
  };
  const closeLink = (): void => {
    countLink();
    links.close();
    linkLevel = -1;
  };
  const popTo = (level: number): void => {
    if (level === stack.depth()) return;
    stack.popTo(level);
    state = stack.top();
    if (linkLevel > level) closeLink();
  };
  const addLink = (href: string | null, label: string | null, isOpen: boolean): void => {
    if (href === null || truncated.has("links")) return;
    const start = {
      tag: elementNames[tagIndex] ?? "",
      href: href.trim(),
      rel: attribute("rel"),
      type: attribute("type"),
      label,
      region: inHead ? ("head" as const) : state.region,
      block: inHead ? -1 : blocks.length,
    };
    if (!links.add(start, isOpen)) truncated.add("links");
  };

  /** Elements that hold nothing, and those that only set something; true when there is no more to do. */
  const openEmpty = (): boolean => {
    switch (elementNames[tagIndex] ?? "") {
      case "html":
        head.languageAttribute ??= attribute("lang") ?? attribute("xml:lang");
        return true;
      case "title":
        inTitle = head.title === null;
        return true;
      case "meta":
        if (!addMeta(head, attribute)) truncated.add("metas");
        return true;
      case "base":
        head.baseHref ??= attribute("href");
        return true;
      case "link":
        addLink(attribute("href"), attribute("title"), false);
        return true;
      case "area":
        addLink(attribute("href"), attribute("alt"), false);
        return true;
      case "frame":
        addLink(attribute("src"), attribute("title"), false);
        return true;
      case "img": {
        const alt = attribute("alt");
        if (alt !== null) links.addImage(alt);
        addLink(attribute("src"), alt, false);
        return true;
      }
      case "br":
        if (state.preformatted) writer.add("\n", true);
        else if (!writer.lineBreak()) flush();
        return true;
      default:
        return (tagBits & (kind.void | kind.phrase)) !== 0 && (tagBits & kind.block) === 0;
    }
  };

  const openElement = (selfClosing: boolean): void => {
    writeText();
    if (skipHash !== 0) {
      if (skipHash !== select || insideSelect.has(tagHash)) {
        if (tagHash === skipHash && !selfClosing) skipNesting++;
        return;
      }
      skipHash = 0;
    }
    if (inHead) {
      if (tagIndex === noscriptIndex) inHeadNoscript = true;
      if (tagIndex === bodyIndex) inHeadNoscript = false;
      if (inHeadNoscript && (tagBits & kind.head) === 0) return;
      inHead = (tagBits & kind.head) !== 0;
    }
    if ((tagBits & kind.skipped) !== 0) {
      if (tagIndex === iframeIndex) addLink(attribute("src"), attribute("title"), false);
      if (selfClosing && tagHash === svg) return;
      skipHash = tagHash;
      skipNesting = 1;
      return;
    }
    if (openEmpty() || tagIndex === headIndex || tagIndex === bodyIndex || inHeadNoscript) return;
    const isBlock = (tagBits & kind.block) !== 0;
    if (isBlock) {
      flush();
      popTo(levelAfterStart(stack, tagHash, tagBits));
      if ((tagBits & kind.void) !== 0) return;
      if (tagIndex === trIndex) {
        endRow();
        rowStart = blocks.length;
      }
    } else if (tagHash === anchor) {
      if (linkLevel >= 0) endAnchor();
    }
    const inherited = inheritedBy(state, tagIndex, tagBits, attributes);
    const isHeld = stack.push(tagHash, inherited);
    if (isHeld) state = inherited;
    else truncated.add("depth");
    if (tagIndex === formIndex) addLink(attribute("action"), null, false);
    if (tagHash !== anchor || !attributes.has("href")) return;
    addLink(attribute("href"), attribute("title"), isHeld);
    if (isHeld) linkLevel = stack.depth();
  };
  const endAnchor = (): void => {
    popTo(levelAfterEnd(stack, anchor, 0));
    if (linkLevel >= 0) closeLink();
  };

  const closeElement = (hash: number): void => {
    writeText();
    if (skipHash !== 0) {
      if (hash === skipHash && --skipNesting === 0) skipHash = 0;
      return;
    }
    const index = elementIndex(hash);
    const bits = bitsOf(index);
    if (index === titleIndex) {
      inTitle = false;
      return;
    }
    if (inHead) {
      if (index === noscriptIndex) inHeadNoscript = false;
      if (index === headIndex) inHead = false;
      return;
    }
    if ((bits & (kind.phrase | kind.void)) !== 0 || stack.closeUncounted()) return;
    if (hash === anchor) {
      endAnchor();
      return;
    }
    if ((bits & kind.block) !== 0) flush();
    popTo(levelAfterEnd(stack, hash, bits));
    if (index === trIndex || index === tableIndex) endRow();
  };
  const endRow = (): void => {
    if (rowStart >= 0 && mergeRow(blocks, rowStart)) links.mergeBlocks(rowStart);
    rowStart = -1;
  };

  /** The tokenizer breaks text at each `<` that starts no tag; what adjoins is taken together. */
  const addText = (start: number, end: number): void => {
    if (start !== textEnd) {
      writeText();
      textStart = start;
    }
    textEnd = end;
  };
  const writeText = (): void => {
    const [start, end] = [textStart, textEnd];
    textStart = end;
    if (start === end || skipHash !== 0) return;
    if (inTitle) {
      head.title = (head.title ?? "") + entities.text(source.slice(start, end));
      return;
    }
    if (inHeadNoscript) return;
    if (!state.preformatted && isWhiteSpace(source, start, end)) {
      writer.space();
      return;
    }
    inHead = false;
    if (state.dropped) return;
    const piece = entities.text(source.slice(start, end));
    const added = writer.add(piece, state.preformatted);
    if (linkLevel >= 0) {
      if (linkStart < 0) linkStart = writer.length() - added;
      links.addWords(piece);
    }
  };

  const callbacks: TokenizerCallbacks = {
    ontext: addText,
    ontextentity: unused,
    onopentagname(start, end) {
      tagHash = nameHash(source, start, end);
      tagIndex = elementIndex(tagHash);
      tagBits = bitsOf(tagIndex);
      attributes.clear();
    },
    onattribname: attributes.name,
    onattribdata: attributes.value,
    onattribentity: unused,
    onattribend: unused,
    onopentagend: () => openElement(false),
    onselfclosingtag: () => openElement(true),
    onclosetag: (start, end) => closeElement(nameHash(source, start, end)),
    oncomment: unused,
    oncdata: unused,
    ondeclaration: unused,
    onprocessinginstruction: unused,
    onend: unused,
    isInForeignContext: () => skipHash === svg,
  };
  const tokenizer = new Tokenizer({ decodeEntities: false }, callbacks);
  return (page) => {
    begin(page);
    try {
      tokenizer.write(page);
      tokenizer.end();
      writeText();
      flush();
      return { ...head, blocks, links: links.finish(blocks.length), parents: stack.parents(), truncated };
    } finally {
      // The page would else be kept until the next one comes.
      begin("");
      tokenizer.reset();
    }
  };
}

const unused = (): void => undefined;

let collect: ((page: string) => Collected) | null = null;

/** Reads a page. Never throws, whatever it is. */
export function collectPage(page: string): Collected {
  return (collect ??= pageCollector())(page);
}
