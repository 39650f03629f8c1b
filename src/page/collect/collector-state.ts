import { entityDecoder, type EntityDecoder } from "../entities.ts";
import { pageHead, type PageHead } from "../page-head.ts";
import type { LimitName } from "../page-limits.ts";
import { tagAttributes, type AttributeName, type TagAttributes } from "../tag-attributes.ts";
import { blockWriter, clearWriter, type BlockWriter } from "./block-writer.ts";
import type { RawBlock } from "./collected.ts";
import { clearLinks, linkList, type LinkList } from "./link-list.ts";
import { closeAll, inheritedFrom, openElements, type Inherited, type OpenElements } from "./open-elements.ts";

/** The page being read. One record serves all pages of a thread, one after the other. */
export interface CollectorState {
  source: string;
  truncated: Set<LimitName>;
  blocks: RawBlock[];
  head: PageHead;

  /** The start tag being read: hash of its name, index in `elementNames` (-1 = not there), bits of `kind`. */
  tagHash: number;
  tagIndex: number;
  tagBits: number;
  readonly attributes: TagAttributes;

  /** What is open. */
  readonly stack: OpenElements;
  /** What is inherited from the innermost open element. */
  inherited: Inherited;
  inTitle: boolean;
  inHead: boolean;
  inHeadNoscript: boolean;
  /** Index of the element whose content is skipped, -1 = none; and how many nested elements of its name are open. */
  skipIndex: number;
  skipNesting: number;
  /** First block of the open table row; -1 = none is open. */
  rowStart: number;

  /** The text that is read and not yet written: a range of `source`. */
  textStart: number;
  textEnd: number;
  readonly entities: EntityDecoder;
  /** The block being written. */
  readonly writer: BlockWriter;
  /** Its code units in links that have ended. */
  linkLength: number;
  /** Where the open link's text starts in the block; -1 = it has none there yet. */
  linkStart: number;
  /** Stack level of the open `a`; -1 = no link is open. */
  linkLevel: number;
  readonly links: LinkList;
}

export function collectorState(): CollectorState {
  const stack = openElements();
  const state: CollectorState = {
    source: "",
    truncated: new Set(),
    blocks: [],
    head: pageHead(),
    tagHash: 0,
    tagIndex: -1,
    tagBits: 0,
    attributes: tagAttributes(() => state.truncated.add("attributes")),
    stack,
    inherited: inheritedFrom(stack),
    inTitle: false,
    inHead: true,
    inHeadNoscript: false,
    skipIndex: -1,
    skipNesting: 0,
    rowStart: -1,
    textStart: 0,
    textEnd: 0,
    entities: entityDecoder(),
    writer: blockWriter(),
    linkLength: 0,
    linkStart: -1,
    linkLevel: -1,
    links: linkList(),
  };
  return state;
}

/** A new page: nothing of an earlier one is left. */
export function beginPage(state: CollectorState, source: string): void {
  state.source = source;
  state.truncated = new Set();
  state.blocks = [];
  state.head = pageHead();
  state.tagHash = 0;
  state.tagIndex = -1;
  state.tagBits = 0;
  state.attributes.begin(source);
  closeAll(state.stack);
  state.inherited = inheritedFrom(state.stack);
  state.inTitle = false;
  state.inHead = true;
  state.inHeadNoscript = false;
  state.skipIndex = -1;
  state.skipNesting = 0;
  state.rowStart = -1;
  state.textStart = 0;
  state.textEnd = 0;
  clearWriter(state.writer);
  state.linkLength = 0;
  state.linkStart = -1;
  state.linkLevel = -1;
  clearLinks(state.links);
}

/** An attribute of the start tag being read, its entities decoded; `null` when the tag does not have it. */
export function attributeOf(state: CollectorState, name: AttributeName): string | null {
  const raw = state.attributes.raw(name);
  return raw === null ? null : state.entities.attribute(raw);
}
