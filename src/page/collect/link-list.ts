import type { Link, Region } from "../../core/page.ts";
import { pageLimits } from "../page-limits.ts";

const textLimit = 200;
/** `img` is kept only where its address says that it may be a licence badge. */
const badge = /creativecommons|licen[cs]e|copyleft|\bcc[-_]?(?:by|zero|0)\b/i;

type OpenLink = { -readonly [Key in keyof Link]: Link[Key] };

/** What is known of a link when its tag is read; `null` = the tag does not say. */
export interface LinkStart {
  readonly tag: string;
  readonly href: string;
  readonly rel: string | null;
  readonly type: string | null;
  /** `title` or `alt`, for a link without words. */
  readonly label: string | null;
  readonly region: Region;
  readonly block: number;
}

/** The links of a page in the making; at most one, an `a`, is open and gathers words. */
export interface LinkCollector {
  /** A new page. */
  readonly begin: () => void;
  /** False when there are already as many links as may be. */
  readonly add: (start: LinkStart, isOpen: boolean) => boolean;
  readonly addWords: (piece: string) => void;
  /** An image's `alt` stands in for words. */
  readonly addImage: (alt: string) => void;
  readonly close: () => void;
  /** Blocks from `first` on have become one. */
  readonly mergeBlocks: (first: number) => void;
  /** @param blocks how many blocks the page has in the end */
  readonly finish: (blocks: number) => readonly Link[];
}

export function linkCollector(): LinkCollector {
  let links: OpenLink[] = [];
  let open: OpenLink | null = null;
  let words = "";
  let image = "";
  const close = (): void => {
    if (open === null) return;
    const text = folded(words);
    if (text !== "") open.text = text;
    else if (open.text === "") open.text = folded(image);
    open = null;
  };
  return {
    begin() {
      links = [];
      open = null;
      words = "";
      image = "";
    },
    add({ tag, href, rel, type, label, region, block }, isOpen) {
      if (isOpen) close();
      if (tag === "img" && !badge.test(href)) return true;
      if (links.length >= pageLimits.links) return false;
      const link: OpenLink = {
        tag,
        href,
        rel: rel === null ? [] : tokensOf(rel),
        type: type === null ? null : type.trim().toLowerCase(),
        text: folded(label ?? ""),
        region,
        block,
      };
      links.push(link);
      if (isOpen) {
        open = link;
        words = "";
        image = "";
      }
      return true;
    },
    addWords(piece) {
      if (open !== null && words.length < textLimit * 2) words += ` ${piece.slice(0, textLimit * 2)}`;
    },
    addImage(alt) {
      if (open !== null && image === "") image = alt;
    },
    close,
    mergeBlocks(first) {
      for (let at = links.length - 1; at >= 0; at--) {
        const link = links[at];
        if (link === undefined || link.block <= first) return;
        link.block = first;
      }
    },
    finish(blocks) {
      close();
      for (const link of links) if (link.block >= blocks) link.block = blocks - 1;
      return links;
    },
  };
}

function tokensOf(rel: string): string[] {
  return rel.toLowerCase().split(/\s+/).filter(isNotEmpty);
}

const isNotEmpty = (token: string): boolean => token !== "";

function folded(text: string): string {
  if (text === "") return text;
  const whole = text.replaceAll(/\s+/g, " ").trim();
  return whole.length <= textLimit ? whole : whole.slice(0, textLimit).replace(/[\ud800-\udbff]$/, "");
}
