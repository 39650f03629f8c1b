import { forbidsFollowing } from "../core/robots-directives.ts";
import { essenceOf, readingOf } from "../page/media-type.ts";
import { linkHeaderLinks, pageLinksOf, type PageLink } from "../page/page-links.ts";
import type { PageInput } from "../page/parse-page.ts";
import type { Fields } from "../warc/record.ts";

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
  const nofollow = page.metaNofollow || valuesOf(headers, "x-robots-tag").some((one) => forbidsFollowing(one, agent));
  const links: OutLink[] = [];
  for (const link of page.links) links.push({ url: link.url, nofollow: nofollow || isNofollow(link) });
  for (const link of linkHeaderLinks(valuesOf(headers, "link")))
    links.push({ url: link.url, nofollow: nofollow || isNofollow(link) });
  if (page.metaRefresh !== null) links.push({ url: page.metaRefresh, nofollow });
  return { base: page.base, links };
}

function isNofollow({ rel }: PageLink): boolean {
  return rel.includes("nofollow");
}

function valuesOf(headers: Fields, wanted: string): string[] {
  const values: string[] = [];
  for (const [name, value] of headers) if (name.toLowerCase() === wanted) values.push(value);
  return values;
}
