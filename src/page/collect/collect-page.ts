import { Tokenizer, type TokenizerCallbacks } from "htmlparser2";

import { closeTag } from "./close-tag.ts";
import type { Collected } from "./collected.ts";
import { beginPage, collectorState, type CollectorState } from "./collector-state.ts";
import { bitsOf, kind } from "./elements.ts";
import { finishedLinks } from "./link-list.ts";
import { nameTag, openTag } from "./open-tag.ts";
import { endBlock, readText, writeText } from "./text.ts";

/**
 * Makes a collector that reads pages one after the other, each in one pass over htmlparser2's tokens. It builds no
 * tree, makes no string for a tag or attribute that is not kept, and does no work that grows with depth. It follows
 * HTML's rules for implied end tags as far as the text's shape depends on them. One collector serves all pages of a
 * thread: V8 drops the compiled code of functions that die with their page, and compiling it again took a fifth of all
 * time.
 */
export function pageCollector(): (page: string) => Collected {
  const state = collectorState();
  const tokenizer = new Tokenizer({ decodeEntities: false }, callbacksFor(state));
  return (page) => {
    beginPage(state, page);
    try {
      tokenizer.write(page);
      tokenizer.end();
      writeText(state);
      endBlock(state);
      const { head, blocks, links, stack, truncated } = state;
      return { ...head, blocks, links: finishedLinks(links, blocks.length), parents: stack.parents, truncated };
    } finally {
      // Otherwise the page would stay in memory until the next one comes.
      beginPage(state, "");
      tokenizer.reset();
    }
  };
}

function callbacksFor(state: CollectorState): TokenizerCallbacks {
  const { attributes } = state;
  return {
    ontext: (start, end) => readText(state, start, end),
    ontextentity: unused,
    onopentagname: (start, end) => nameTag(state, start, end),
    onattribname: attributes.name,
    onattribdata: attributes.value,
    onattribentity: unused,
    onattribend: unused,
    onopentagend: () => openTag(state, false),
    onselfclosingtag: () => openTag(state, true),
    onclosetag: (start, end) => closeTag(state, start, end),
    oncomment: unused,
    oncdata: unused,
    ondeclaration: unused,
    onprocessinginstruction: unused,
    onend: unused,
    isInForeignContext: () => (bitsOf(state.skipIndex) & kind.foreign) !== 0,
  };
}

const unused = (): void => undefined;

let collect: ((page: string) => Collected) | null = null;

/** Reads a page. Never throws, whatever it is. */
export function collectPage(page: string): Collected {
  return (collect ??= pageCollector())(page);
}
