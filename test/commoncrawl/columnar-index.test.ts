import assert from "node:assert/strict";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";

import { ByteWriter, parquetWrite, type ColumnSource, type ParquetWriteOptions } from "hyparquet-writer";

import { serveCrawl } from "../../scripts/fixtures/common-crawl/serve-crawl.ts";
import { columnarRows, indexTable } from "../../src/commoncrawl/columnar-index.ts";
import type { CrawlFiles } from "../../src/commoncrawl/crawl-files.ts";
import { fits, type IndexQuery } from "../../src/commoncrawl/index-query.ts";
import { byPlace, type IndexRow } from "../../src/commoncrawl/index-row.ts";
import { localFiles } from "../../src/commoncrawl/local-files.ts";
import { urlPatternOf } from "../../src/commoncrawl/url-pattern.ts";
import { crawl, filesAt, never, smallCrawl, type SmallCrawl } from "./small-crawl.ts";

let small: SmallCrawl;
before(async () => {
  small = await smallCrawl();
});
after(() => small[Symbol.dispose]());

function queryFor(pattern: string, more: Partial<IndexQuery> = {}): IndexQuery {
  return { crawl, subset: "warc", pattern: urlPatternOf(pattern), languages: [], mimes: [], status: 200, ...more };
}

async function rowsOf(files: CrawlFiles, query: IndexQuery): Promise<IndexRow[]> {
  const rows: IndexRow[] = [];
  for await (const reading of columnarRows(files, await indexTable(files, query, never), query, never)) {
    assert.ok(reading.ok);
    rows.push(reading.row);
  }
  return rows.toSorted(byPlace);
}

/** An index file with a page of each host. */
function tableOf(hosts: readonly string[], options: Omit<ParquetWriteOptions, "writer" | "columnData">): Uint8Array {
  const text = (name: string, of: (host: string) => string): ColumnSource => ({
    name,
    type: "STRING",
    data: hosts.map(of),
  });
  const number = (name: string): ColumnSource => ({ name, type: "INT32", data: hosts.map(() => 200) });
  const writer = new ByteWriter();
  const columnData = [
    text("url", (host) => `https://${host}/`),
    text("url_surtkey", (host) => `${host.split(".").toReversed().join(",")})/`),
    text("warc_filename", () => "x/y.warc.gz"),
    ...["fetch_status", "warc_record_offset", "warc_record_length"].map(number),
    { name: "fetch_time", type: "TIMESTAMP" as const, data: hosts.map((_, at) => new Date(at * 1000)) },
  ];
  void parquetWrite({ writer, columnData, ...options });
  return writer.getBytes();
}

suite("the columnar index", () => {
  const queries: readonly (readonly [string, IndexQuery])[] = [
    ["everything", queryFor("*")],
    ["a domain", queryFor("*.landregister.example")],
    ["a part of a host", queryFor("encyclopedia.example/wiki/*")],
    ["one page", queryFor("encyclopedia.example/")],
    ["a language", queryFor("*", { languages: ["deu", "fra"] })],
    ["a language of a domain that has none of it", queryFor("*.landregister.example", { languages: ["jpn"] })],
    ["a media type", queryFor("*", { mimes: ["application/xml"] })],
    ["robots.txt", queryFor("*", { subset: "robotstxt", status: null })],
  ];
  for (const [name, query] of queries) {
    test(`gives for ${name} exactly the rows that fit, each as it was written`, async () => {
      const wanted = small.made.rows.filter((row) => fits(row, query)).toSorted(byPlace);
      assert.deepEqual(await rowsOf(localFiles(small.folder), query), wanted);
      if (!name.includes("none")) assert.ok(wanted.length > 0, "the query fits nothing: the test looks at nothing");
    });
  }

  test("reads next to nothing of files and row groups that cannot hold a key", async () => {
    await using served = await serveCrawl(small.folder);
    await using files = filesAt(served.base);
    const rows = await rowsOf(files, queryFor("*.no-such-domain.example"));
    assert.deepEqual(rows, []);
    const parquet = served.asked.filter(({ path }) => path.endsWith(".parquet"));
    // One request a file: its end, which holds the statistics.
    assert.equal(parquet.length, 2);
    assert.ok(parquet.every(({ headers }) => /^bytes=-\d+$/.test(headers.range ?? "")));
  });

  for (const [codec, compress] of [
    ["GZIP", (bytes: Uint8Array): Uint8Array => gzipSync(bytes)],
    ["ZSTD", (bytes: Uint8Array): Uint8Array => zstdCompressSync(bytes)],
    ["SNAPPY", null],
    ["UNCOMPRESSED", null],
  ] as const) {
    test(`reads pages packed with ${codec}`, async () => {
      using other = await smallCrawl();
      const [path = ""] = await indexTable(localFiles(other.folder), queryFor("*"), never);
      const compressors = compress === null ? {} : { compressors: { [codec]: compress } };
      writeFileSync(join(other.folder, path), tableOf(["a.example", "b.example"], { codec, ...compressors }));
      const query = queryFor("b.example/");
      const found: IndexRow[] = [];
      for await (const reading of columnarRows(localFiles(other.folder), [path], query, never)) {
        if (reading.ok) found.push(reading.row);
      }
      assert.deepEqual(
        found.map(({ url, fetchedAt, languages }) => [url, fetchedAt, languages]),
        [["https://b.example/", "1970-01-01T00:00:01Z", null]],
      );
    });
  }

  test("is named as broken when a file is cut, is no Parquet, is missing, or has no column for what is asked", async () => {
    using other = await smallCrawl();
    const files = localFiles(other.folder);
    const [first = "", second = ""] = await indexTable(files, queryFor("*"), never);
    const whole = readFileSync(join(other.folder, first));
    const middle = Buffer.from(whole).fill(0, 100, 4000);
    for (const bytes of [Buffer.from("no Parquet"), Buffer.alloc(0), whole.subarray(0, -9), middle]) {
      writeFileSync(join(other.folder, first), bytes);
      await assert.rejects(rowsOf(files, queryFor("*")), { code: "index-broken" });
    }
    writeFileSync(join(other.folder, first), whole);
    await assert.rejects(
      async () => {
        for await (const _ of columnarRows(files, ["cc-index/none.parquet"], queryFor("*"), never));
      },
      { code: "index-broken", message: /no such file/ },
    );
    truncateSync(join(other.folder, second), 10);
    await assert.rejects(rowsOf(files, queryFor("*")), { code: "index-broken" });
    await assert.rejects(indexTable(files, { ...queryFor("*"), crawl: "CC-MAIN-1999-01" }, never), {
      code: "index-broken",
      message: /is the crawl's name right/,
    });
  });

  test("that changes while it is read is not read on", async () => {
    using other = await smallCrawl();
    const [path = ""] = await indexTable(localFiles(other.folder), queryFor("*"), never);
    // Larger than what is read of its end, so that its columns are asked for.
    const hosts = Array.from({ length: 20_000 }, (_, at) => `host-${String(at).padStart(6, "0")}.example`);
    const table = tableOf(hosts, { codec: "UNCOMPRESSED" });
    writeFileSync(join(other.folder, path), table);
    let asked = 0;
    await using served = await serveCrawl(other.folder, {
      fault: (request) => {
        if (!request.path.includes("part-00000")) return null;
        asked++;
        if (asked === 2) writeFileSync(join(other.folder, path), table);
        return null;
      },
    });
    await using files = filesAt(served.base);
    await assert.rejects(rowsOf(files, queryFor("*")), { code: "source-changed" });
  });
});
