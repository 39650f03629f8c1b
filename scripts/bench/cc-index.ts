import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { parquetWriteFile, type ColumnSource } from "hyparquet-writer";

import { columnarRows, indexTable } from "../../src/commoncrawl/columnar-index.ts";
import { fits, type IndexQuery } from "../../src/commoncrawl/index-query.ts";
import { remoteFiles } from "../../src/commoncrawl/remote-files.ts";
import { requestPacer, usualPatience } from "../../src/commoncrawl/request-pacing.ts";
import { urlPatternOf } from "../../src/commoncrawl/url-pattern.ts";
import { streamer } from "../../src/fetch/stream.ts";
import { serveCrawl } from "../fixtures/common-crawl/serve-crawl.ts";
import { putList } from "../fixtures/common-crawl/write-index.ts";

// How many records of a columnar index a selection covers in a second, over HTTP ranges from a server of this machine.
//   node scripts/bench/cc-index.ts [records in millions, 10]
const crawl = "CC-MAIN-2026-10";
const millions = Number(process.argv[2] ?? "10");
const rowsInFile = 500_000;
const rowsInGroup = 100_000;
const pagesOfHost = 100;
const folder = join(tmpdir(), `colophon-bench-cc-index-${millions}m`);
const languages = ["eng", "eng", "eng", "eng", "eng,deu", "deu", "rus", "jpn", "fra", "spa", "zho", null];

if (process.argv[2] === "serve") await serve(process.argv[3] ?? "");
else await bench();

/** In a process of its own, so that what the server costs is not counted as the selection's. */
async function serve(place: string): Promise<void> {
  const served = await serveCrawl(place);
  process.send?.({ base: served.base });
  process.once("disconnect", () => process.exit(0));
}

async function bench(): Promise<void> {
  makeIndex();
  const server = fork(fileURLToPath(import.meta.url), ["serve", folder]);
  try {
    const [{ base }] = (await once(server, "message")) as [{ base: string }];
    await using streams = streamer({
      ports: [Number(new URL(base).port)],
      allowPrivate: true,
      connectTo: [],
      connectMs: 5000,
      lookup: null,
      certificateAuthority: null,
      connections: 4,
      idleMs: 60_000,
    });
    let fetched = 0;
    const counting = {
      ...streams,
      async get(request: Parameters<typeof streams.get>[0]): ReturnType<typeof streams.get> {
        const answer = await streams.get(request);
        if (answer.ok) fetched += Number(answer.headers.get("content-length") ?? "0");
        return answer;
      },
    };
    const files = remoteFiles(base, counting, [], requestPacer(usualPatience));
    const records = millions * 1e6;
    const queries: readonly (readonly [string, string, Partial<IndexQuery>])[] = [
      ["one domain", "*.site-0050001.com", {}],
      ["one host, in German", "site-0012345.com/*", { languages: ["deu"] }],
      ["a name of a thousand hosts, in English", "*.many.org", { languages: ["eng"] }],
      ["everything in a rare language (no pushdown possible)", "*", { languages: ["isl"] }],
    ];
    for (const [name, pattern, more] of queries) {
      const query: IndexQuery = {
        crawl,
        subset: "warc",
        pattern: urlPatternOf(pattern),
        languages: [],
        mimes: [],
        status: 200,
        ...more,
      };
      const seconds: number[] = [];
      let found = 0;
      // Reading everything takes a minute, whether or not caches are warm.
      for (let run = 0; run < (pattern === "*" ? 1 : 3); run++) {
        [found, fetched] = [0, 0];
        const started = performance.now();
        const { signal } = new AbortController();
        for await (const reading of columnarRows(files, await indexTable(files, query, signal), query, signal)) {
          if (reading.ok && fits(reading.row, query)) found++;
        }
        seconds.push((performance.now() - started) / 1000);
      }
      const median = seconds.toSorted((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? 0;
      console.log(
        `${name}: ${found} of ${records} records in ${median.toFixed(3)} s = ${(records / median / 1e6).toFixed(1)} million records/s, ${(fetched / 1e6).toFixed(1)} MB fetched`,
      );
    }
  } finally {
    server.disconnect();
  }
}

/** Made once and kept: a few minutes for ten millions. */
function makeIndex(): void {
  const paths: string[] = [];
  for (let file = 0; file * rowsInFile < millions * 1e6; file++) {
    const path = `cc-index/table/cc-main/warc/crawl=${crawl}/subset=warc/part-${String(file).padStart(5, "0")}.c000.gz.parquet`;
    paths.push(path);
    const place = join(folder, path);
    if (existsSync(place)) continue;
    mkdirSync(dirname(place), { recursive: true });
    parquetWriteFile({
      filename: `${place}.new`,
      columnData: columnsFrom(file * rowsInFile),
      codec: "GZIP",
      compressors: { GZIP: (bytes) => gzipSync(bytes, { level: 1 }) },
      rowGroupSize: rowsInGroup,
    });
    renameSync(`${place}.new`, place);
    console.log(`made ${place}`);
  }
  putList(folder, `crawl-data/${crawl}/cc-index-table.paths.gz`, paths);
}

/** Half a million rows, sorted by key. The last percent of the hosts are below one name. */
function columnsFrom(first: number): ColumnSource[] {
  const text = (name: string, of: (row: number) => string | null): ColumnSource => ({
    name,
    type: "STRING",
    data: Array.from({ length: rowsInFile }, (_, at) => of(first + at)),
  });
  const number = (name: string, of: (row: number) => number): ColumnSource => ({
    name,
    type: "INT32",
    data: Array.from({ length: rowsInFile }, (_, at) => of(first + at)),
  });
  const hosts = (millions * 1e6) / pagesOfHost;
  const numberOf = (row: number): string => String(Math.floor(row / pagesOfHost)).padStart(7, "0");
  const isMany = (row: number): boolean => row / pagesOfHost >= hosts * 0.99;
  const hostOf = (row: number): string => (isMany(row) ? `s${numberOf(row)}.many.org` : `site-${numberOf(row)}.com`);
  const keyOf = (row: number): string => (isMany(row) ? `org,many,s${numberOf(row)}` : `com,site-${numberOf(row)}`);
  const pathOf = (row: number): string =>
    `/articles/2026/${String(row % pagesOfHost).padStart(3, "0")}-${(row * 7919) % 99991}`;
  return [
    { ...text("url_surtkey", (row) => `${keyOf(row)})${pathOf(row)}`), columnIndex: true },
    text("url", (row) => `https://${hostOf(row)}${pathOf(row)}`),
    text("url_host_name", hostOf),
    {
      name: "fetch_time",
      type: "TIMESTAMP",
      data: Array.from({ length: rowsInFile }, (_, at) => new Date(1.77e12 + ((first + at) % 1e6) * 1000)),
    },
    number("fetch_status", () => 200),
    text("content_digest", (row) =>
      createHash("sha1")
        .update(String(row))
        .digest("hex")
        .toUpperCase()
        .replaceAll(/[0189]/g, "Z")
        .slice(0, 32),
    ),
    text("content_mime_type", () => "text/html"),
    text("content_mime_detected", (row) => (row % 50 === 0 ? "application/pdf" : "text/html")),
    text("content_charset", () => "UTF-8"),
    text("content_languages", (row) => (row % 9973 === 0 ? "isl" : (languages[(row * 31) % languages.length] ?? null))),
    text("content_truncated", (row) => (row % 40 === 0 ? "length" : null)),
    text(
      "warc_filename",
      (row) =>
        `crawl-data/${crawl}/segments/1770000000000.${row % 100}/warc/CC-MAIN-20260210112101-20260210142101-${String((row * 17) % 800).padStart(5, "0")}.warc.gz`,
    ),
    number("warc_record_offset", (row) => (row * 104_729) % 1e9),
    number("warc_record_length", (row) => 5000 + (row % 40_000)),
  ];
}
