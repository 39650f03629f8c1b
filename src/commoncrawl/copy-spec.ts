import { createHash } from "node:crypto";

import { listOf, nullable, object, text, type Shape } from "../core/json-shape.ts";
import type { Refusal } from "./copied-record.ts";
import type { CrawlFiles } from "./crawl-files.ts";
import { byPlace, indexRow, type IndexRow } from "./index-row.ts";

/** What to copy of one file of a crawl: plain JSON, and a job of its own. */
export interface CopySpec {
  readonly crawl: string;
  readonly file: string;
  /** The records wanted, in the order of the file; `null`: all of the file as it is. */
  readonly rows: readonly IndexRow[] | null;
}

export const copySpec: Shape<CopySpec> = object({ crawl: text, file: text, rows: nullable(listOf(indexRow)) });

/** Where a copy comes from and goes to. */
export interface CopyRun {
  /** Holds the archive, and beside it the state from which a stopped copy continues. */
  readonly folder: string;
  readonly files: CrawlFiles;
  readonly signal: AbortSignal;
  /** Notified of each piece that was fetched. */
  readonly onBytes: (bytes: number) => void;
}

/** The result. The same spec gives the same bytes, wherever and whenever. */
export interface Copied {
  /** `null` when no record of the file could be copied. */
  readonly path: string | null;
  readonly name: string;
  readonly records: number;
  readonly bytes: number;
  readonly refused: readonly Refusal[];
}

/** One spec for each file, in order of the files; a record that is named twice is copied once. */
export function specsOf(crawl: string, rows: readonly IndexRow[]): CopySpec[] {
  const byFile = new Map<string, IndexRow[]>();
  for (const row of rows.toSorted(byPlace)) {
    const held = byFile.get(row.filename) ?? [];
    byFile.set(row.filename, held);
    if (held.at(-1)?.offset !== row.offset) held.push(row);
  }
  return [...byFile].map(([file, held]) => ({ crawl, file, rows: held }));
}

/** Name of the archive that a spec becomes: safe on every file system, whatever the index says. */
export function copyName({ file, rows, crawl }: CopySpec): string {
  const base = (file.split("/").pop() ?? "")
    .replace(/\.warc\.gz$/, "")
    .replaceAll(/[^A-Za-z0-9_.-]+/g, "_")
    .replace(/^[.-]+/, "_")
    .slice(0, 150);
  if (rows === null) return `${base}.warc.gz`;
  return `${base}-${specDigest({ crawl, file, rows }).slice(0, 16)}.warc.gz`;
}

/** SHA-256 of everything that determines the bytes of the copy. */
export function specDigest(spec: CopySpec): string {
  return createHash("sha256").update(JSON.stringify(spec)).digest("hex");
}
