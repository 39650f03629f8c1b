import { normalPathOf } from "../core/address/normal-rest.ts";
import type { SiteFile } from "../core/records.ts";
import { siteFiles, type SiteFileKind } from "../core/rights.ts";
import { fileTextOf } from "../robots/file-text.ts";
import { maxRobotsBytes } from "../robots/parse.ts";

/**
 * The kind of file that an address of a site is known for, however it is written, in any case; `null` for all others, among
 * them addresses with a query.
 */
export function siteFileKindOf(url: string): SiteFileKind | null {
  const path = pathOf(url)?.toLowerCase();
  return path === siteFiles.tdmrep ? "tdmrep" : path === siteFiles["robots-txt"] ? "robots-txt" : null;
}

/** As the URL standard reads it and the ledger compares it: `//robots.txt` and `/%72obots.txt` are `/robots.txt`. */
function pathOf(url: string): string | null {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.search !== "" || !/^https?:$/.test(parsed.protocol)) return null;
  return normalPathOf(parsed.pathname);
}

/** Real ones have under 100 KiB. */
const maxTdmrepBytes = 1 << 20;

/** What was found at the address of such a file. */
interface Found {
  readonly url: string;
  /** Decoded. */
  readonly body: Buffer;
  /** The end of the body is missing. */
  readonly isCut: boolean;
}

/**
 * What a site says in such a file, as text; `null` when a page of HTML stands in its place, or when the path differs in
 * case, where nobody looks for it. A robots.txt is read as far as the crawler reads it: what comes behind that is not missing.
 */
export function siteFileOf(kind: SiteFileKind, { url, body, isCut }: Found): SiteFile | null {
  if (pathOf(url) !== siteFiles[kind]) return null;
  const isRobots = kind === "robots-txt";
  const text = fileTextOf(body.subarray(0, isRobots ? maxRobotsBytes : maxTdmrepBytes));
  const markup = /^\s*</.test(text);
  if (markup && (!isRobots || !/^[ \t]*user-?agent/im.test(text))) return null;
  const cut = isRobots ? isCut && body.length < maxRobotsBytes : isCut || body.length > maxTdmrepBytes;
  return cut ? { kind, text, cut } : { kind, text };
}

/** The file of a site that has none, or none any more: it says nothing, and what an earlier one said no longer holds. */
export function siteFileGone(kind: SiteFileKind | null, url: string, status: number): SiteFile | null {
  if (status !== 404 && status !== 410) return null;
  return kind === null || pathOf(url) !== siteFiles[kind] ? null : { kind, text: "" };
}
