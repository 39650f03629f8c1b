/** Bounds beyond which a site probably generates addresses without end. */
export interface TrapLimits {
  /** Segments of a path. */
  readonly pathSegments: number;
  /** How often one segment may occur in a path. */
  readonly segmentRepeats: number;
  /** Parts of a query. */
  readonly queryParts: number;
  /** URLs of a host that differ in nothing but a session id. */
  readonly sessionVariants: number;
  /** URLs of a host that differ in nothing but a date. */
  readonly dateVariants: number;
  /** URLs of a host that differ in nothing but the query. */
  readonly queryVariants: number;
  /** Consecutive pages of a host with the same content; beyond this number their links to the host are not followed. */
  readonly sameContentRun: number;
}

/**
 * Real sites stay below these. The bounds on paths are wider than Heritrix's (20 segments, 2 repeats). A calendar may
 * have ten years of days; a script behind one path, as many pages as a large forum.
 */
export const trapLimits: TrapLimits = {
  pathSegments: 25,
  segmentRepeats: 3,
  queryParts: 20,
  sessionVariants: 2,
  dateVariants: 3650,
  queryVariants: 20_000,
  sameContentRun: 25,
};

export type TrapReason =
  | "trap-path-depth"
  | "trap-repeated-segment"
  | "trap-query-parts"
  | "trap-session-ids"
  | "trap-calendar"
  | "trap-query-variants"
  | "trap-same-content";

/** The trap that is visible from an address alone, `null` for none. @param url a normal address */
export function trapOf(url: string, limits: TrapLimits): TrapReason | null {
  const [path, query] = pathAndQueryOf(url);
  const segments = path.split("/");
  if (countOfOthers(segments, "") > limits.pathSegments) return "trap-path-depth";
  if (isRepeatedBeyond(segments, limits.segmentRepeats)) return "trap-repeated-segment";
  if (query !== "" && query.split("&").length > limits.queryParts) return "trap-query-parts";
  return null;
}

/** A family of URLs on one host that may not grow beyond a bound. */
export interface Family {
  readonly reason: TrapReason;
  /** A key that the members of this family share, and no other addresses have. */
  readonly key: string;
  readonly limit: number;
}

/**
 * The families that an address belongs to. The frontier counts the members of each, every URL once, and adds none to a
 * full family. @param url a normal address
 */
export function familiesOf(url: string, limits: TrapLimits): Family[] {
  const families: Family[] = [];
  const target = url.slice(url.indexOf("/", "https://".length));
  if (!/[?;()\d]/.test(target)) return families;
  const unnamed = target.replace(sessionId, "\u0001");
  if (unnamed !== target) families.push({ reason: "trap-session-ids", key: unnamed, limit: limits.sessionVariants });
  const undated = target.replaceAll(date, "\u0002").replaceAll(datePart, "\u0002");
  if (undated !== target) families.push({ reason: "trap-calendar", key: undated, limit: limits.dateVariants });
  const query = target.indexOf("?");
  if (query >= 0) {
    const key = `${target.slice(0, query)}?`;
    families.push({ reason: "trap-query-variants", key, limit: limits.queryVariants });
  }
  return families;
}

/** Session ids: the default names of Java and PHP, those of early shop software, and ASP.NET's brackets in the path. */
const sessionId =
  /(?<=[;?&])(?:jsessionid|phpsessid|aspsessionid[a-z]*|sessionid|session_id|sessid|sid|cfid|cftoken|oscsid|zenid)=[\w.!~-]{12,128}|\((?:[A-Z]\([\w-]{16,64}\)){1,4}\)/gi;

/** A day, month or year between 1800 and 2999, not part of a longer run of digits and separators. */
const date = /(?<!\d)(?:1[89]|2\d)\d\d(?:[-/._]?(?:1[0-2]|0?[1-9])(?:[-/._]?(?:[12]\d|3[01]|0?[1-9]))?)?(?!\d)/g;

/** Months and days in query parameters of their own. */
const datePart = /(?<=[?&](?:month|mon|week|day|m|w|d)=)\d{1,2}(?=&|$)/gi;

function countOfOthers(segments: readonly string[], segment: string): number {
  let count = 0;
  for (const one of segments) if (one !== segment) count += 1;
  return count;
}

/** The path has few segments at this point, so counting them needs no table. */
function isRepeatedBeyond(segments: readonly string[], repeats: number): boolean {
  for (const segment of segments) {
    if (segment !== "" && segments.length - countOfOthers(segments, segment) > repeats) return true;
  }
  return false;
}

function pathAndQueryOf(url: string): readonly [path: string, query: string] {
  const start = url.indexOf("/", "https://".length);
  const query = url.indexOf("?", start);
  return query < 0 ? [url.slice(start), ""] : [url.slice(start, query), url.slice(query + 1)];
}
