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

/** The links of the page being read; at most one, an `a`, is open and collects text. */
export interface LinkList {
  links: OpenLink[];
  open: OpenLink | null;
  /** Of the open link. */
  words: string;
  /** The first `alt` in the open link; used if the link has no text. */
  image: string;
}

export function linkList(): LinkList {
  return { links: [], open: null, words: "", image: "" };
}

/** A new page. */
export function clearLinks(list: LinkList): void {
  list.links = [];
  list.open = null;
  list.words = "";
  list.image = "";
}

/** @returns false when the limit of links was reached already */
export function appendLink(list: LinkList, start: LinkStart, isOpen: boolean): boolean {
  if (isOpen) closeOpenLink(list);
  const { tag, href, rel, type, label, region, block } = start;
  if (tag === "img" && !badge.test(href)) return true;
  if (list.links.length >= pageLimits.links) return false;
  const link: OpenLink = {
    tag,
    href,
    rel: rel === null ? [] : tokensOf(rel),
    type: type === null ? null : type.trim().toLowerCase(),
    text: folded(label ?? ""),
    region,
    block,
  };
  list.links.push(link);
  if (isOpen) {
    list.open = link;
    list.words = "";
    list.image = "";
  }
  return true;
}

export function addWords(list: LinkList, piece: string): void {
  if (list.open !== null && list.words.length < textLimit * 2) list.words += ` ${piece.slice(0, textLimit * 2)}`;
}

export function addImage(list: LinkList, alt: string): void {
  if (list.open !== null && list.image === "") list.image = alt;
}

export function closeOpenLink(list: LinkList): void {
  const { open } = list;
  if (open === null) return;
  const text = folded(list.words);
  if (text !== "") open.text = text;
  else if (open.text === "") open.text = folded(list.image);
  list.open = null;
}

/** Blocks from `first` on have become one. */
export function mergeLinkedBlocks({ links }: LinkList, first: number): void {
  for (let at = links.length - 1; at >= 0; at--) {
    const link = links[at];
    if (link === undefined || link.block <= first) return;
    link.block = first;
  }
}

/** @param blocks how many blocks the page has in the end */
export function finishedLinks(list: LinkList, blocks: number): readonly Link[] {
  closeOpenLink(list);
  for (const link of list.links) if (link.block >= blocks) link.block = blocks - 1;
  return list.links;
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
