import type { Link, Page } from "../core/page.ts";
import { charsetOf, decode } from "./charset/charset.ts";
import { collectPage } from "./collect/collect-page.ts";
import { mainText } from "./main-text/main-text.ts";
import { pageLimits, type LimitName } from "./page-limits.ts";

/** A payload and what its exchange says of it. */
export interface PageInput {
  readonly url: string;
  readonly bytes: Uint8Array;
  /** The whole `Content-Type` header. */
  readonly contentType: string | null;
}

/** Parses an HTML payload once. Never throws, whatever the bytes; limits that were reached are named in `truncated`. */
export function pageOf({ url, bytes, contentType }: PageInput): Page {
  const read = bytes.subarray(0, pageLimits.bytes);
  const charset = charsetOf(read, contentType, "html");
  const found = collectPage(decode(read, charset));
  const baseUrl = (found.baseHref === null ? null : httpUrl(found.baseHref.trim(), url)) ?? url;
  const truncated = new Set<LimitName>(found.truncated);
  if (bytes.length > pageLimits.bytes) truncated.add("bytes");
  return {
    charset,
    kind: "html",
    title: found.title === null ? null : detached(found.title.replaceAll(/\s+/g, " ").trim()),
    canonicalUrl: canonicalUrlOf(found.links, baseUrl),
    languageAttribute: found.languageAttribute === null ? null : detached(found.languageAttribute),
    baseUrl,
    metas: found.metas,
    links: found.links,
    blocks: mainText(found.blocks, found.parents),
    truncated: [...truncated].toSorted(),
  };
}

function canonicalUrlOf(links: readonly Link[], baseUrl: string): string | null {
  for (const { tag, rel, href } of links) {
    const address = tag === "link" && rel.includes("canonical") ? httpUrl(href, baseUrl) : null;
    if (address !== null) return address;
  }
  return null;
}

function httpUrl(href: string, base: string): string | null {
  const url = URL.parse(href, base);
  return url !== null && (url.protocol === "http:" || url.protocol === "https:") ? url.href : null;
}

/** A real copy: in V8 a slice keeps the whole page alive, and these few strings outlive it. */
function detached(text: string): string {
  return ` ${text}`.slice(1);
}
