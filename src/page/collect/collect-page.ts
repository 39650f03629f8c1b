import { Tokenizer, type TokenizerCallbacks } from "htmlparser2";
import { closeTag } from "./close-tag.ts";
import type { Collected } from "./collected.ts";
import { beginPage, collectorState, type CollectorState } from "./collector-state.ts";
import { bitsOf, kind } from "./elements.ts";
import { finishedLinks } from "./link-list.ts";
import { nameTag, openTag } from "./open-tag.ts";
import { endBlock, readText, writeText } from "./text.ts";

/**
 * Makes what reads pages, one after the other: in one pass over htmlparser2's tokens, with no tree, no string for a tag or
 * attribute that is not kept, and no work that grows with depth. It follows HTML's rules for implied end tags as far as the
 * text's shape depends on them. One serves all pages of a thread: V8 forgets the compiled code of functions that die with
 * their page, and to compile it again took a fifth of all time.
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
      // The page would else be kept until the next one comes.
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
