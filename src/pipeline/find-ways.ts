import type { FindWays } from "../crawl/crawl-context.ts";
import { productToken } from "../crawl/user-agent.ts";
import { linkHeaderLinks, pageLinksOf } from "../page/page-links.ts";
import { essenceOf, readingOf } from "./media-type.ts";

/** Where a page leads: its links, those of its `Link` headers, and what it sends on to. */
export const findWays: FindWays = ({ url, headers, contentType, bytes }) => {
  if (readingOf(essenceOf(contentType), bytes) !== "html") return null;
  const page = pageLinksOf({ url, bytes, contentType, agent: productToken });
  const header = headers.filter(([name]) => name.toLowerCase() === "link").map(([, value]) => value);
  const links = [...page.links, ...(header.length === 0 ? [] : linkHeaderLinks(header))].map(({ url, rel }) => ({
    url,
    nofollow: rel.includes("nofollow"),
  }));
  if (page.metaRefresh !== null) links.push({ url: page.metaRefresh, nofollow: false });
  return { base: page.base, links, nofollow: page.metaNofollow };
};
