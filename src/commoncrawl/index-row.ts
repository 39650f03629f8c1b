import { count, nullable, number, object, text, type Shape } from "../core/json-shape.ts";

/** One capture as an index of Common Crawl knows it; a field that the index lacks is `null`. Plain JSON. */
export interface IndexRow {
  readonly url: string;
  /** Canonical key that the index is sorted by: `org,example)/path`. */
  readonly surt: string;
  /** `2025-09-05T11:21:01Z`. */
  readonly fetchedAt: string;
  readonly status: number | null;
  /** SHA-1 of the payload as stored, base32, without a prefix. */
  readonly digest: string | null;
  /** As the server said. */
  readonly mime: string | null;
  readonly mimeDetected: string | null;
  readonly charset: string | null;
  /** ISO 639-3 codes, most text first: `eng,deu`. */
  readonly languages: string | null;
  /** Why bytes of the page are missing: `length`, `time`, `disconnect`, `unspecified`. */
  readonly truncated: string | null;
  readonly filename: string;
  readonly offset: number;
  readonly length: number;
  readonly crawl: string;
  /** `warc`, `robotstxt` or `crawldiagnostics`. */
  readonly subset: string;
}

export const indexRow: Shape<IndexRow> = object({
  url: text,
  surt: text,
  fetchedAt: text,
  status: nullable(number),
  digest: nullable(text),
  mime: nullable(text),
  mimeDetected: nullable(text),
  charset: nullable(text),
  languages: nullable(text),
  truncated: nullable(text),
  filename: text,
  offset: count,
  length: count,
  crawl: text,
  subset: text,
});

/** A row, or why an entry of the index cannot be one. */
export type RowReading = { readonly ok: true; readonly row: IndexRow } | { readonly ok: false; readonly why: string };

const pathForm = /^[A-Za-z0-9/_.=-]+$/;
const maxPathLength = 1024;
/** Common Crawl writes no record longer than this: it cuts pages at 5 MiB. */
const maxRecordBytes = 128 << 20;
const maxUrlLength = 64 << 10;

/** True for a path that Common Crawl would use: relative, without `..`, safe in a URL and below a folder. */
export function isCrawlPath(path: string): boolean {
  return (
    path.length <= maxPathLength &&
    pathForm.test(path) &&
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  );
}

/** Checks a row that was read: nothing from an index is used before this check. */
export function rowReading(row: IndexRow): RowReading {
  if (row.url === "" || row.url.length > maxUrlLength) return fault("the address is empty or too long");
  if (row.surt === "" || row.surt.length > maxUrlLength) return fault("the key is empty or too long");
  if (!isCrawlPath(row.filename)) return fault(`${JSON.stringify(row.filename.slice(0, 200))} is no path of a crawl`);
  if (!Number.isSafeInteger(row.offset) || row.offset < 0) return fault(`${row.offset} is no offset`);
  if (!Number.isSafeInteger(row.length) || row.length <= 0 || row.length > maxRecordBytes)
    return fault(`${row.length} bytes is no length of a record`);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(row.fetchedAt)) return fault(`${row.fetchedAt} is no time`);
  if (row.digest !== null && !/^[A-Z2-7]{32}$/.test(row.digest)) return fault("the digest is no SHA-1 in base32");
  return { ok: true, row };
}

function fault(why: string): RowReading {
  return { ok: false, why };
}

/** The subset of a crawl that a file belongs to, according to its path. */
export function subsetOf(filename: string): string {
  if (filename.includes("/robotstxt/")) return "robotstxt";
  return filename.includes("/crawldiagnostics/") ? "crawldiagnostics" : "warc";
}

/** The one order of a selection, whatever order the index used. */
export function byPlace(a: IndexRow, b: IndexRow): number {
  return compared(a.filename, b.filename) || a.offset - b.offset || compared(a.url, b.url);
}

function compared(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
