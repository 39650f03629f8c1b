import type { IndexRow } from "./index-row.ts";
import type { UrlPattern } from "./url-pattern.ts";

/** Which captures are wanted. An index may return others too; `fits` decides. */
export interface IndexQuery {
  readonly crawl: string;
  readonly subset: "warc" | "robotstxt";
  readonly pattern: UrlPattern;
  /** ISO 639-3; the page's first language must be one of them. Empty: any. */
  readonly languages: readonly string[];
  /** As detected; empty: any. */
  readonly mimes: readonly string[];
  /** `null`: any. */
  readonly status: number | null;
}

export function fits(row: IndexRow, query: IndexQuery): boolean {
  return (
    row.subset === query.subset &&
    query.pattern.matches(row.surt) &&
    fitsLanguage(row.languages, query) &&
    fitsMime(row.mimeDetected ?? row.mime, query) &&
    (query.status === null || row.status === query.status)
  );
}

export function fitsLanguage(languages: string | null, query: IndexQuery): boolean {
  return (
    query.languages.length === 0 || (languages !== null && query.languages.includes(languages.split(",", 1)[0] ?? ""))
  );
}

export function fitsMime(mime: string | null, query: IndexQuery): boolean {
  return query.mimes.length === 0 || (mime !== null && query.mimes.includes(mime));
}
