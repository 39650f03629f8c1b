import type { Meta } from "../core/page.ts";
import { headerForbidsFollowing } from "../core/robots-directives.ts";
import type { FoundUrl } from "../frontier/turn.ts";
import { essenceOf, readingOf } from "../page/media-type.ts";
import { linkHeaderLinks, pageLinksOf, type PageLink } from "../page/page-links.ts";
import type { PageInput } from "../page/parse-page.ts";
import type { RobotsStatement } from "../robots/parse.ts";
import { addressOf, type Address } from "../url/normalize.ts";
import type { Fields } from "../warc/record.ts";
import type { CrawlContext, DiscoveryPath } from "./crawl-settings.ts";
import { sitemapLinksOf, type Sitemap } from "./sitemap.ts";

/** A link out of a page. */
export interface OutLink {
  /** As written; relative to `OutLinks.base`. */
  readonly url: string;
  /** The publisher asks not to follow it, by its `rel` or by what the page or its header says of all its links. */
  readonly nofollow: boolean;
}

/** Where a page leads. */
export interface OutLinks {
  /** Absolute http(s) address. */
  readonly base: string;
  /** In document order, then those of `Link` headers, then what the page refreshes to. */
  readonly links: readonly OutLink[];
  /** As `PageLinks.metas`. */
  readonly metas: readonly Meta[];
}

/** A body with its content codings taken off. */
export interface LandedPage extends PageInput {
  readonly headers: Fields;
}

/**
 * Where a page leads: its links, those of its `Link` headers, and what it refreshes to; `null` when the body is no HTML.
 * @param agent lower-case name that `X-Robots-Tag` and `meta` elements may call the crawler by
 */
export function outLinksOf({ url, headers, contentType, bytes }: LandedPage, agent: string): OutLinks | null {
  if (readingOf(essenceOf(contentType), bytes) !== "html") return null;
  const page = pageLinksOf({ url, bytes, contentType, agent });
  const nofollow =
    page.metaNofollow || valuesOf(headers, "x-robots-tag").some((one) => headerForbidsFollowing(one, agent));
  const links: OutLink[] = [];
  for (const link of page.links) links.push({ url: link.url, nofollow: nofollow || isNofollow(link) });
  for (const link of linkHeaderLinks(valuesOf(headers, "link")))
    links.push({ url: link.url, nofollow: nofollow || isNofollow(link) });
  if (page.metaRefresh !== null) links.push({ url: page.metaRefresh, nofollow });
  return { base: page.base, links, metas: page.metas };
}

function isNofollow({ rel }: PageLink): boolean {
  return rel.includes("nofollow");
}

function valuesOf(headers: Fields, wanted: string): string[] {
  const values: string[] = [];
  for (const [name, value] of headers) if (name.toLowerCase() === wanted) values.push(value);
  return values;
}

/** Higher is sooner; a list tells of many pages, a redirect ends what was begun. */
export const priorities = { seed: 3, list: 2, redirect: 1, link: 0 } as const;

/** Most links of a page that are none of ours; empty is what leads to the page itself. */
const noAddress = /^(?:$|javascript:|mailto:|tel:|data:)/i;
/** What holds no text that the pipeline reads; to ask for it would cost its server more than all pages together. */
const mediaPath =
  /\.(?:jpe?g|png|gif|webp|avif|bmp|ico|svgz?|tiff?|mp[34]|m4[av]|og[gav]|webm|avi|mov|mkv|flac|wav|css|js|mjs|woff2?|ttf|eot|otf|zip|gz|tgz|bz2|xz|zst|7z|rar|tar|jar|deb|rpm|dmg|iso|exe|msi|apk|bin|pdf|epub|mobi|azw3?|djvu|ps|docx?|xlsx?|pptx?|od[tsp])$/i;

/** URLs that a page leads to and that are in scope; the others are counted by reason. Each address comes once. */
export function pageUrls(
  { base, links }: Pick<OutLinks, "base" | "links">,
  depth: number,
  context: Pick<CrawlContext, "scope" | "refused" | "followNofollow">,
): FoundUrl[] {
  const found: FoundUrl[] = [];
  const seen = new Set<string>();
  const baseFolder = base.slice(0, base.lastIndexOf("/") + 1);
  for (const { url: asWritten, nofollow } of links) {
    const written = withoutFragment(asWritten);
    if (seen.has(written) || noAddress.test(written)) continue;
    seen.add(written);
    const address = cachedAddress(written, base, baseFolder);
    if (address === null || (address.url !== written && seen.has(address.url))) continue;
    seen.add(address.url);
    if (nofollow && !context.followNofollow) context.refused.note("nofollow", address.url);
    else if (isWanted(address, depth, "link", context)) {
      const { url, rawUrl } = address;
      found.push({ url, rawUrl, depth, via: "link", priority: priorities.link });
    }
  }
  return found;
}

/** A manual leads to a hundred places of one page. Source: URL Standard, 4.4: a fragment begins at the first number sign. */
function withoutFragment(written: string): string {
  const mark = written.indexOf("#");
  return mark < 0 ? written : written.slice(0, mark);
}

/** URLs that a sitemap or feed lists: pages of the depth of the list itself, and further sitemaps. */
export function listUrls(list: Sitemap, url: string, depth: number, context: CrawlContext): FoundUrl[] {
  const { indexes, namedBy } = context.paths.of(url);
  const at = { url, depth: indexes, namedBy };
  const { pages, sitemaps, refused } = sitemapLinksOf(list, at);
  for (const [reason, links] of refused) for (const link of links) context.refused.note(reason, link);
  const via = list.kind === "feed" ? "feed" : "sitemap";
  const further = sitemaps.filter((one) => isWanted(one, depth, "sitemap", context));
  for (const { url: named } of further) noteDiscovery(context, named, { indexes: indexes + 1 });
  const wanted = pages.filter((one) => isWanted(one, depth, via, context));
  return [...further.map(foundBy(priorities.list)), ...wanted.map(foundBy(priorities.link))];

  function foundBy(priority: number): (address: Address) => FoundUrl {
    return ({ url, rawUrl }) => ({ url, rawUrl, depth, via, priority });
  }
}

/** Remembers what led to a URL, for the turn that visits it. */
export function noteDiscovery(
  { paths, pathsChanged }: CrawlContext,
  url: string,
  change: Partial<DiscoveryPath>,
): void {
  paths.change(url, change);
  pathsChanged.add(url);
}

/** Sitemaps that a host's robots.txt names. */
export function statedSitemaps(
  context: CrawlContext,
  host: string,
  statements: readonly RobotsStatement[],
): FoundUrl[] {
  const found: FoundUrl[] = [];
  for (const { name, value } of statements) {
    const address = name === "sitemap" ? addressOf(value, `${host}/`) : null;
    if (address === null) continue;
    const { namedBy } = context.paths.of(address.url);
    if (!namedBy.includes(host)) noteDiscovery(context, address.url, { namedBy: [...namedBy, host] });
    const reason = context.scope(address.url, 0);
    if (reason === null) found.push({ ...address, depth: 0, priority: priorities.list, via: "sitemap" });
    else context.refused.note(reason, address.url);
  }
  return found;
}

function isWanted(
  { url }: Address,
  depth: number,
  via: FoundUrl["via"],
  { scope, refused }: Pick<CrawlContext, "scope" | "refused">,
): boolean {
  const reason = scope(url, depth) ?? (isMedia(url, via) ? "media" : null);
  if (reason !== null) refused.note(reason, url);
  return reason === null;
}

/** A sitemap may lead to further ones that are packed. */
function isMedia(url: string, via: FoundUrl["via"]): boolean {
  const query = url.indexOf("?");
  return mediaPath.test(query < 0 ? url : url.slice(0, query)) && !(via === "sitemap" && url.endsWith(".gz"));
}

/** Addresses of late by the folder they are relative to and what was written: pages of one folder share most links. */
type Known = Map<string, Map<string, Address | null>>;
let young: Known = new Map();
let old: Known = new Map();
let youngCount = 0;
const remembered = 4_000;

function cachedAddress(written: string, base: string, baseFolder: string): Address | null {
  // A relative address that names a file depends on the base's folder only.
  if (!/^[\w./]/.test(written)) return addressOf(written, base);
  const known = young.get(baseFolder)?.get(written) ?? old.get(baseFolder)?.get(written);
  if (known !== undefined) return known;
  const found = addressOf(written, base);
  const address =
    found === null ? null : { url: found.url, rawUrl: found.rawUrl === found.url ? found.url : detached(found.rawUrl) };
  if (youngCount >= remembered) {
    [old, young] = [young, new Map()];
    youngCount = 0;
  }
  let folder = young.get(baseFolder);
  if (folder === undefined) young.set(baseFolder, (folder = new Map()));
  folder.set(detached(written), address);
  youngCount += 1;
  return address;
}

/** A copy: V8 lets a piece of a page keep the whole page alive, and an address that was written in full is such a piece. */
function detached(text: string): string {
  return Buffer.from(text).toString();
}
