import type { Block, Link, Page } from "../../src/core/page.ts";
import type { RightsView } from "../../src/core/rights.ts";

/** A hand-made page; what is not given is empty. */
export function pageWith(parts: Partial<Page> = {}): Page {
  return {
    charset: { name: "utf-8", source: "header" },
    kind: "html",
    title: null,
    canonicalUrl: null,
    languageAttribute: null,
    baseUrl: "https://site.test/page",
    metas: [],
    links: [],
    blocks: [],
    truncated: [],
    ...parts,
  };
}

export function viewOf(parts: Partial<Page> = {}, headers: RightsView["headers"] = []): RightsView {
  return { url: "https://site.test/page", headers, page: pageWith(parts), complete: true };
}

export function blockOf(text: string, parts: Partial<Block> = {}): Block {
  return { text, tag: "p", region: "main", linkLength: 0, main: true, ...parts };
}

export function linkOf(href: string, parts: Partial<Link> = {}): Link {
  return { tag: "a", href, rel: [], type: null, text: "", region: "main", block: 0, ...parts };
}
