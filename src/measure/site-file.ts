import type { SiteFile } from "../core/records.ts";
import { siteFiles, type SiteFileKind } from "../core/rights.ts";
import { fileTextOf } from "../robots/file-text.ts";
import { maxRobotsBytes } from "../robots/parse.ts";

/** The kind of file that an address of a site is known for; `null` for all others. */
export function siteFileKindOf(url: string): SiteFileKind | null {
  const [, path = ""] = /^https?:\/\/[^/?#]+(\/(?:robots\.txt|\.well-known\/tdmrep\.json))$/i.exec(url) ?? [];
  if (path === "") return null;
  return path.toLowerCase() === siteFiles.tdmrep ? "tdmrep" : "robots-txt";
}

/** Real ones have under 100 KiB. */
const maxTdmrepBytes = 1 << 20;

/**
 * What a site says in such a file, as text; `null` when a page of HTML stands in its place, or when the path differs in
 * case, where nobody looks for it.
 * @param body decoded; a robots.txt is read as far as the crawler reads it
 */
export function siteFileOf(kind: SiteFileKind, url: string, body: Buffer): SiteFile | null {
  if (!url.endsWith(siteFiles[kind])) return null;
  const text = fileTextOf(body.subarray(0, kind === "robots-txt" ? maxRobotsBytes : maxTdmrepBytes));
  const markup = /^\s*</.test(text);
  return markup && (kind !== "robots-txt" || !/^[ \t]*user-?agent/im.test(text)) ? null : { kind, text };
}

/** The file of a site that has none, or none any more: it says nothing, and what an earlier one said no longer holds. */
export function siteFileGone(url: string, status: number): SiteFile | null {
  if (status !== 404 && status !== 410) return null;
  const kind = siteFileKindOf(url);
  return kind === null || !url.endsWith(siteFiles[kind]) ? null : { kind, text: "" };
}
