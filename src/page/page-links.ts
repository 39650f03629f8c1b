import { headerLinksOf } from "../core/link-header.ts";
import type { Meta } from "../core/page.ts";
import { headerForbidsFollowing, metaForbidsFollowing } from "../core/robots-directives.ts";
import { robotsCarrierOf, robotsNamesOf } from "../core/robots-names.ts";
import { charsetOf, decode, latin1Of } from "./charset/charset.ts";
import { entityDecoder } from "./entities.ts";
import { pageLimits } from "./page-limits.ts";
import type { PageInput } from "./parse-page.ts";
import { attributeOf, nextTag, tagNames, tagScan, valueEnd, valueStart, type TagScan } from "./tag-scanner.ts";

/** One link of a page, as a crawler sees it. */
export interface PageLink {
  /** As written, entities decoded, white space trimmed; relative to the page's `base`. */
  readonly url: string;
  /** Lower-case tokens of `rel`. */
  readonly rel: readonly string[];
  /** `a`, `area`, `frame`, `iframe`, `link`, or `http-link` for one of the header. */
  readonly tag: string;
  /** `type` of a `link`, lower case: tells feeds from pages. */
  readonly type: string | null;
}

/** What a crawler needs to know of a page. Addresses are as written, to be resolved against `base`. */
export interface PageLinks {
  /** In document order; one address may occur many times. */
  readonly links: readonly PageLink[];
  /** Absolute http(s) address. */
  readonly base: string;
  /** Where `meta http-equiv=refresh` leads, the first that leads elsewhere. */
  readonly metaRefresh: string | null;
  /** The publisher asks not to follow the links of the page. */
  readonly metaNofollow: boolean;
  /** Named elements that may say something about rights. */
  readonly metas: readonly Meta[];
}

export interface PageLinksInput extends PageInput {
  /** Lower-case name that a `meta` may call the crawler by, beside `robots`. */
  readonly agent: string;
}

const wanted = tagNames(["a", "area", "frame", "iframe", "link", "base", "meta"]);
/** Names of `meta` that no signal goes by: to read their values would take longer than all else. */
const aboutRights =
  /^(?!(?:og|twitter|fb|dc|article|citation|msapplication|apple)[:._-]|(?:viewport|description|keywords|author|generator|content-type|refresh)$)/;
/** What a `link` must be to be followed: others are parts of the page, such as style sheets and icons. */
const followed = new Set(["next", "prev", "alternate", "canonical"]);

/**
 * The links of an HTML payload for a crawler to follow, read in one light pass with no tree; the full parse is
 * `pageOf`. Never throws; bytes and links over `pageLimits` are left out.
 */
export function pageLinksOf({ url, bytes, contentType, agent }: PageLinksInput): PageLinks {
  const read = bytes.subarray(0, pageLimits.bytes);
  const source = sourceOf(read, contentType);
  const links: PageLink[] = [];
  let baseHref: string | null = null;
  let metaRefresh: string | null = null;
  let metaNofollow = false;
  const metas: Meta[] = [];
  for (const scan = tagScan(source.text, wanted); links.length < pageLimits.links && nextTag(scan);) {
    const tag = scan.name;
    if (tag === "meta") {
      const pragma = labelOf(source, scan, "http-equiv");
      const name =
        labelOf(source, scan, "name") ??
        labelOf(source, scan, "property") ??
        pragma ??
        labelOf(source, scan, "itemprop");
      if (name !== null && aboutRights.test(name)) {
        const meta = { name, content: valueOf(source, scan, "content") ?? "" };
        if (metas.length < pageLimits.metas) metas.push(meta);
        metaNofollow ||= forbidsFollowing(meta, agent);
      }
      if (pragma === "refresh") metaRefresh ??= refreshTarget(valueOf(source, scan, "content") ?? "");
      continue;
    }
    const address = valueOf(source, scan, tag === "frame" || tag === "iframe" ? "src" : "href")?.trim() ?? null;
    if (address === null) continue;
    if (tag === "base") {
      baseHref ??= address;
      continue;
    }
    const rel = tokensOf(valueOf(source, scan, "rel"));
    const type = tag === "link" ? (valueOf(source, scan, "type")?.trim().toLowerCase() ?? null) : null;
    if (tag === "link" && !isFollowed(rel)) continue;
    links.push({ url: address, rel, tag, type });
  }
  return { links, base: absoluteBase(baseHref, url) ?? url, metaRefresh, metaNofollow, metas };
}

/** The links of `Link` fields that a crawler follows. Source: RFC 8288. */
export function linkHeaderLinks(fields: readonly string[]): PageLink[] {
  return fields.flatMap(headerLinksOf).flatMap(({ target, parameters }) => {
    const rel = tokensOf(parameters.get("rel") ?? null);
    const type = parameters.get("type")?.trim().toLowerCase() ?? null;
    return isFollowed(rel) && !parameters.has("anchor") ? [{ url: target, rel, tag: "http-link", type }] : [];
  });
}

/** Does an element that addresses the crawler or everybody ask not to follow? */
function forbidsFollowing({ name, content }: Meta, agent: string): boolean {
  const names = robotsNamesOf(name);
  if (!names.includes("*") && !names.includes(agent)) return false;
  return robotsCarrierOf(name) === "header" ? headerForbidsFollowing(content, agent) : metaForbidsFollowing(content);
}

interface Source {
  /** What is scanned. */
  readonly text: string;
  readonly bytes: Uint8Array;
  /** How to read a value that is not ASCII; `null` where `text` is decoded already. */
  readonly charset: string | null;
}

/**
 * Reading bytes as latin1 costs almost nothing and keeps their offsets; the few values that are not ASCII are decoded
 * one by one. In encodings where ASCII bytes can mean something else, the whole text is decoded.
 */
function sourceOf(bytes: Uint8Array, contentType: string | null): Source {
  const charset = charsetOf(bytes, contentType, "html");
  if (charset.name.startsWith("utf-16") || charset.name === "iso-2022-jp") {
    return { text: decode(bytes, charset), bytes, charset: null };
  }
  return { text: latin1Of(bytes), bytes, charset: charset.name };
}

/** Text of the tag's attribute of that name, entities decoded; `null` for none. */
function valueOf({ text, bytes, charset }: Source, scan: TagScan, attribute: string): string | null {
  const found = attributeOf(scan, attribute);
  if (found < 0) return null;
  const start = valueStart(scan, found);
  const end = Math.min(valueEnd(scan, found), start + pageLimits.attributes);
  const stored = text.slice(start, end);
  const isPlain = charset === null || !/[\u0080-\u00ff]/.test(stored);
  return entities.attribute(isPlain ? stored : decoderOf(charset).decode(bytes.subarray(start, end)));
}

/** The value of an attribute that names what the tag is. */
function labelOf(source: Source, scan: TagScan, attribute: string): string | null {
  return valueOf(source, scan, attribute)?.trim().toLowerCase() ?? null;
}

const entities = entityDecoder();
const decoders = new Map<string, TextDecoder>();

function decoderOf(charset: string): TextDecoder {
  const known = decoders.get(charset) ?? new TextDecoder(charset);
  decoders.set(charset, known);
  return known;
}

const noTokens: readonly string[] = [];

function tokensOf(rel: string | null): readonly string[] {
  if (rel === null || rel === "") return noTokens;
  return rel
    .toLowerCase()
    .split(/[\t\n\f\r ]+/)
    .filter((token) => token !== "");
}

const isFollowed = (rel: readonly string[]): boolean =>
  rel.some((token) => followed.has(token)) && !rel.includes("stylesheet");

/** Source: HTML Standard, "shared declarative refresh steps". A refresh without an address leads back to the page. */
function refreshTarget(content: string): string | null {
  const rest = /^\s*[\d.]+(?=[\s;,])([^]*)$/.exec(content)?.[1];
  if (rest === undefined) return null;
  let target = rest.trimStart().replace(/^[;,]/, "").trimStart();
  const named = /^url\s*=\s*/i.exec(target);
  if (named !== null) target = target.slice(named[0].length);
  const quote = target[0];
  if (quote === '"' || quote === "'") {
    const end = target.indexOf(quote, 1);
    target = target.slice(1, end < 0 ? target.length : end);
  }
  target = target.trim();
  return target === "" ? null : target;
}

function absoluteBase(href: string | null, url: string): string | null {
  const base = href === null ? null : URL.parse(href, url);
  return base !== null && (base.protocol === "http:" || base.protocol === "https:") ? base.href : null;
}
