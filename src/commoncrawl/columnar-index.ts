import { parquetScan, type ParquetQueryFilter, type ParquetScan } from "hyparquet";

import { PipelineError } from "../core/errors.ts";
import type { CrawlFiles } from "./crawl-files.ts";
import { fitsLanguage, fitsMime, type IndexQuery } from "./index-query.ts";
import { rowReading, type RowReading } from "./index-row.ts";
import { broken, pageCodecs, parquetFile, type ParquetFile } from "./parquet-file.ts";
import { pathListOf } from "./path-list.ts";

/** Footers that are read ahead while the rows of a file are examined. */
const filesAhead = 3;
/** Hits further apart than this are read separately, so that the rows between them need not be fetched. */
const gapRows = 20_000;
/** Rows that are read together where single pages can be read, so that a limit ends the reading early. */
const rowsAtOnce = 50_000;

/** Columns of cc-index-table that become part of a row; old crawls lack some. */
const rowColumns = [
  "url",
  "url_surtkey",
  "fetch_time",
  "fetch_status",
  "content_digest",
  "content_mime_type",
  "content_mime_detected",
  "content_charset",
  "content_languages",
  "content_truncated",
  "warc_filename",
  "warc_record_offset",
  "warc_record_length",
] as const;
type Column = (typeof rowColumns)[number];
const optionalColumns: ReadonlySet<string> = new Set([
  "content_charset",
  "content_languages",
  "content_truncated",
  "content_mime_detected",
  "content_digest",
  "content_mime_type",
]);

/** The Parquet files of a crawl's index, of one of its subsets, in the order of the list. */
export async function indexTable(
  files: CrawlFiles,
  { crawl, subset }: IndexQuery,
  signal: AbortSignal,
): Promise<string[]> {
  const paths = await pathListOf(files, `crawl-data/${crawl}/cc-index-table.paths.gz`, signal);
  return paths.filter((path) => path.includes(`/subset=${subset}/`));
}

/**
 * The rows of the columnar index for a query, in the order of its files and rows. Files are sorted by key, so
 * statistics show which row groups and pages cannot hold a wanted key; these are never read. Of the others only the
 * needed columns are.
 * @throws {PipelineError} `index-broken`, `source-changed`, `source-refused`, `source-unreachable`, `interrupted`
 */
export async function* columnarRows(
  files: CrawlFiles,
  table: readonly string[],
  query: IndexQuery,
  signal: AbortSignal,
): AsyncGenerator<RowReading> {
  const ahead: Promise<ParquetFile>[] = [];
  for (const [at] of table.entries()) {
    for (let next = at + ahead.length; next < table.length && ahead.length <= filesAhead; next++) {
      const opening = parquetFile(files, table[next] ?? "", signal);
      // Its failure is handled when its turn comes; this only silences the unhandled-rejection event.
      opening.catch(() => undefined);
      ahead.push(opening);
    }
    const file = await ahead.shift();
    if (file !== undefined) yield* rowsOfFile(files, file, query);
  }
}

async function* rowsOfFile(files: CrawlFiles, file: ParquetFile, query: IndexQuery): AsyncGenerator<RowReading> {
  const missing = rowColumns.find((column) => !file.columns.has(column) && !optionalColumns.has(column));
  const noLanguages = query.languages.length > 0 && !file.columns.has("content_languages");
  if (missing !== undefined || noLanguages) {
    const words = missing ?? "content_languages; crawls before 2018-39 were indexed without";
    throw new PipelineError("index-broken", `${files.location}${file.path} has no column ${words}`, {
      path: file.path,
    });
  }
  const scan = await broken(files, file.path, async () => {
    const filter = filterOf(query);
    return parquetScan({
      file: file.bytes,
      metadata: file.metadata,
      columns: rowColumns.filter((column) => file.columns.has(column)),
      compressors: pageCodecs,
      usePageIndex: true,
      ...(filter === null ? {} : { pruningFilter: filter }),
    });
  });
  for (const range of scan.ranges) {
    const hits = await broken(files, file.path, async () => hitsIn(scan, file, query, range));
    for (const cluster of clustersOf(hits, pagesStandAlone(file) ? rowsAtOnce : Infinity)) {
      yield* await broken(files, file.path, async () => rowsAt(scan, file, query, cluster));
    }
  }
}

function filterOf({ pattern: { keys, exact } }: IndexQuery): ParquetQueryFilter | null {
  if (exact !== null) return { url_surtkey: { $in: [...exact] } };
  return keys === null ? null : { url_surtkey: { $gte: keys.from, $lt: keys.to } };
}

/** Rows that fit, found column by column: each column is read only where the ones before it left rows. */
async function hitsIn(
  scan: ParquetScan,
  { columns }: ParquetFile,
  query: IndexQuery,
  { rowStart, rowEnd }: { readonly rowStart: number; readonly rowEnd: number },
): Promise<number[]> {
  let hits: number[] | null = null;
  const keep = async (column: Column, wanted: (value: unknown) => boolean): Promise<void> => {
    if (hits?.length === 0 || !columns.has(column)) return;
    const [from, to]: [number, number] = hits === null ? [rowStart, rowEnd] : [hits[0] ?? 0, (hits.at(-1) ?? 0) + 1];
    const values = await scan.readColumn({ column, rowStart: from, rowEnd: to });
    if (hits === null) {
      hits = [];
      for (let row = from; row < to; row++) if (wanted(values[row - from])) hits.push(row);
    } else hits = hits.filter((row) => wanted(values[row - from]));
  };
  if (query.pattern.keys !== null)
    await keep("url_surtkey", (key) => typeof key === "string" && query.pattern.matches(key));
  if (query.languages.length > 0) await keep("content_languages", (value) => fitsLanguage(textOf(value), query));
  if (query.mimes.length > 0) await keep("content_mime_detected", (value) => fitsMime(textOf(value), query));
  if (query.status !== null) await keep("fetch_status", (value) => Number(value) === query.status);
  return hits ?? Array.from({ length: rowEnd - rowStart }, (_, at) => rowStart + at);
}

/** A column without an index of its pages is read as a whole each time. */
function pagesStandAlone({ metadata }: ParquetFile): boolean {
  return metadata.row_groups.every(({ columns }) => columns.every((chunk) => chunk.offset_index_offset !== undefined));
}

function* clustersOf(hits: readonly number[], mostRows: number): Generator<readonly number[]> {
  let begin = 0;
  for (let at = 1; at <= hits.length; at++) {
    const [first = 0, last = 0, next] = [hits[begin], hits[at - 1], hits[at]];
    if (next !== undefined && next - last <= gapRows && next - first < mostRows) continue;
    if (at > begin) yield hits.slice(begin, at);
    begin = at;
  }
}

async function rowsAt(
  scan: ParquetScan,
  file: ParquetFile,
  query: IndexQuery,
  hits: readonly number[],
): Promise<RowReading[]> {
  const [rowStart, rowEnd] = [hits[0] ?? 0, (hits.at(-1) ?? 0) + 1];
  const wanted = rowColumns.filter((column) => file.columns.has(column));
  const read = await Promise.all(wanted.map(async (column) => scan.readColumn({ column, rowStart, rowEnd })));
  const values = new Map<string, ArrayLike<unknown>>(wanted.map((column, at) => [column, read[at] ?? []]));
  return hits.map((hit) => {
    const at = (column: Column): unknown => values.get(column)?.[hit - rowStart];
    const status = at("fetch_status");
    return rowReading({
      url: textOf(at("url")) ?? "",
      surt: textOf(at("url_surtkey")) ?? "",
      fetchedAt: timeOf(at("fetch_time")),
      status: status === null || status === undefined ? null : Number(status),
      digest: textOf(at("content_digest"))?.replace(/^sha1:/i, "") ?? null,
      mime: textOf(at("content_mime_type")),
      mimeDetected: textOf(at("content_mime_detected")),
      charset: textOf(at("content_charset")),
      languages: textOf(at("content_languages")),
      truncated: textOf(at("content_truncated")),
      filename: textOf(at("warc_filename")) ?? "",
      offset: numberOf(at("warc_record_offset")),
      length: numberOf(at("warc_record_length")),
      crawl: query.crawl,
      subset: query.subset,
    });
  });
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function numberOf(value: unknown): number {
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : Number.NaN;
}

function timeOf(value: unknown): string {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return `${value.toISOString().slice(0, 19)}Z`;
  return String(value);
}
