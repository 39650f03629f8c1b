import type { OutcomeReason } from "../core/outcome-reasons.ts";

/** Schemes of what was asked of a server. Whatever else a record is named after, a tool made it. */
const fetched = /^(?:https?|ftps?):/i;

/** Schemes of protocols that carry no documents; Heritrix archives what it asked of them. */
const lookedUp = /^(?:dns|whois):/i;

/** What crawlers write about themselves: logs, arguments and settings, in which there may be secrets. */
const ofCrawlers: readonly RegExp[] = [
  // Wget, NetarchiveSuite: `metadata://gnu.org/software/wget/warc/wget.log`, `metadata://netarkivet.dk/crawl/logs/...`
  /^metadata:/i,
  // First record of an ARC file, and of a WARC file made of one.
  /^(?:filedesc|warcinfo):/i,
  // wpull, and with it ArchiveBot and grab-site: `urn:X-wpull:log`; its snapshots are of pages.
  /^urn:x-wpull:(?!snapshot)/i,
  // qwarc: `urn:qwarc:log`, `urn:qwarc:spec...`
  /^urn:(?:x-)?qwarc:/i,
  // Any other that says so at its end: `urn:example:crawl-log`, `urn:logs`.
  /^urn:(?:[\w.-]+:)*(?:[\w.-]*-)?(?:logs?|reports?|arguments|settings|seeds)(?:\.\w+)?$/i,
];

/**
 * Why a record with this target is no document; `null` when the target is an address that pages have. A dump or a text
 * that a tool made of a page (`urn:text:`, `urn:pageinfo:`, `file:///dom-snapshot.html`, `onreadydom:`, `screenshot:`, ...)
 * would stand beside the page without its headers and opt-outs.
 * @param url as the record states it, in any spelling
 */
export function targetFault(url: string): OutcomeReason | null {
  if (fetched.test(url)) return null;
  const target = url.replace(/^[\s<"']+/, "");
  if (fetched.test(target)) return null;
  if (lookedUp.test(target)) return "not-http";
  return ofCrawlers.some((pattern) => pattern.test(target.trimEnd())) ? "crawler-record" : "derived";
}
