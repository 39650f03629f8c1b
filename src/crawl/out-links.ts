import type { FindWays } from "./crawl-context.ts";
import { productToken } from "../fetch/requester.ts";
import { linkHeaderLinks, pageLinksOf, type PageLink } from "../page/page-links.ts";
import type { Fields } from "../warc/record.ts";
import { essenceOf, readingOf } from "../page/media-type.ts";

/** Where a page leads: its links, those of its `Link` headers, and what it sends on to. */
export const findWays: FindWays = ({ url, headers, contentType, bytes }) => {
  if (readingOf(essenceOf(contentType), bytes) !== "html") return null;
  const page = pageLinksOf({ url, bytes, contentType, agent: productToken });
  const links: { url: string; nofollow: boolean }[] = [];
  for (const { url, rel } of page.links) links.push({ url, nofollow: rel.includes("nofollow") });
  for (const { url, rel } of headerLinks(headers)) links.push({ url, nofollow: rel.includes("nofollow") });
  if (page.metaRefresh !== null) links.push({ url: page.metaRefresh, nofollow: false });
  return { base: page.base, links, nofollow: page.metaNofollow };
};

function headerLinks(headers: Fields): PageLink[] {
  const stated: string[] = [];
  for (const [name, value] of headers) if (name.toLowerCase() === "link") stated.push(value);
  return stated.length === 0 ? [] : linkHeaderLinks(stated);
}
