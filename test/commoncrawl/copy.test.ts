import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";

import { serveCrawl } from "../../scripts/fixtures/common-crawl/serve-crawl.ts";
import { copyRecords } from "../../src/commoncrawl/copy-records.ts";
import { copyName, specsOf, type CopyRun } from "../../src/commoncrawl/copy-spec.ts";
import type { IndexRow } from "../../src/commoncrawl/index-row.ts";
import { localFiles } from "../../src/commoncrawl/local-files.ts";
import { copiedFromOf, copiedRecordType } from "../../src/core/copied.ts";
import { readArchive } from "../../src/warc/read-archive.ts";
import type { ArchiveRecord } from "../../src/warc/record.ts";
import { bytesSource } from "../../src/warc/source.ts";
import { gzipMember, recordBytes } from "../../src/warc/write.ts";
import {
  crawl,
  filesAt,
  fileHandles,
  never,
  nothing,
  smallCrawl,
  sparse,
  specIn,
  type SmallCrawl,
} from "./small-crawl.ts";

let small: SmallCrawl;
before(async () => {
  small = await smallCrawl();
});
after(() => small[Symbol.dispose]());

async function recordsIn(path: string | null): Promise<ArchiveRecord[]> {
  assert.ok(path !== null);
  const records: ArchiveRecord[] = [];
  for await (const item of readArchive(bytesSource(readFileSync(path)))) {
    assert.equal(item.kind, "record", "an archive of ours has damage in it");
    if (item.kind === "record") records.push({ ...item, block: Buffer.from(item.block) });
  }
  return records;
}

const folderFor = (name: string): string => join(small.path, name);
const here = (name: string): CopyRun => {
  return { folder: folderFor(name), files: localFiles(small.folder), signal: never, onBytes: nothing };
};

suite("records that are copied", () => {
  for (const code of ["ENOSPC", "EDQUOT"]) {
    test(`end as disk-full when the system says ${code}, and go on once there is room`, async ({ mock }) => {
      const spec = specIn(small);
      const run = here(code);
      const full = mock.method(await fileHandles(), "appendFile", async () => {
        throw Object.assign(new Error("no room"), { code });
      });
      await assert.rejects(copyRecords(spec, run), { code: "disk-full" });
      full.mock.restore();
      assert.equal((await copyRecords(spec, run)).records, spec.rows.length);
    });
  }

  test("stand in the archive as they stood in the file, each followed by where it came from", async () => {
    const spec = specIn(small);
    const { path, records, refused } = await copyRecords(spec, here("as-is"));
    assert.deepEqual([records, refused], [spec.rows.length, []]);
    const [warcinfo, ...rest] = await recordsIn(path);
    assert.equal(warcinfo?.type, "warcinfo");
    const [archive, source] = [readFileSync(path ?? ""), readFileSync(join(small.folder, spec.file))];
    assert.equal(rest.length, 2 * spec.rows.length);
    for (const [at, row] of spec.rows.entries()) {
      const [copy, origin] = [rest[2 * at], rest[2 * at + 1]];
      assert.ok(copy !== undefined && origin !== undefined);
      const bytes = archive.subarray(copy.offset, copy.offset + copy.length);
      assert.ok(bytes.equals(source.subarray(row.offset, row.offset + row.length)), `${row.url} is not verbatim`);
      assert.deepEqual(
        [origin.type, origin.contentType, origin.refersTo, origin.url, origin.dateMs],
        ["metadata", copiedRecordType, copy.recordId, row.url, copy.dateMs],
      );
      const { crawl: named, subset, filename, offset, length, digest, ...index } = row;
      assert.deepEqual(copiedFromOf(origin.block), {
        crawl: named,
        subset,
        file: filename,
        offset,
        length,
        digest,
        index,
      });
    }
  });

  test("give the same bytes from a folder, from a server, and after any number of broken connections", async () => {
    const spec = specIn(small);
    const local = await copyRecords(spec, here("local"));
    let broken = 0;
    await using served = await serveCrawl(small.folder, {
      fault: (_, number) => (number < 3 && broken++ < 3 ? { cutAfterBytes: 200_000 - 50_000 * number } : null),
    });
    await using files = filesAt(served.base);
    let bytes = 0;
    const remote = await copyRecords(spec, {
      folder: folderFor("remote"),
      files,
      signal: never,
      onBytes: (more) => (bytes += more),
    });
    assert.ok(readFileSync(local.path ?? "").equals(readFileSync(remote.path ?? "")));
    assert.equal(local.name, remote.name);
    assert.ok(broken >= 2, `${broken} connections were broken`);
    // Each request left out what was there already, and asked only for the same version of the file.
    const later = served.asked.slice(1);
    assert.ok(
      later.every(
        ({ headers }) => headers["if-range"] !== undefined && headers.range !== served.asked[0]?.headers.range,
      ),
    );
  });

  test("are not fetched again, nor is what was refused forgotten", async () => {
    const spec = specIn(small);
    const [, , , wrong] = spec.rows;
    assert.ok(wrong !== undefined);
    const lying = { ...spec, rows: spec.rows.with(3, { ...wrong, offset: wrong.offset + 1 }) };
    const files = localFiles(small.folder);
    const first = await copyRecords(lying, { folder: folderFor("again"), files, signal: never, onBytes: nothing });
    let asked = 0;
    const again = await copyRecords(lying, {
      folder: folderFor("again"),
      files,
      signal: never,
      onBytes: () => asked++,
    });
    assert.deepEqual([again, asked], [first, 0]);
    assert.equal(first.refused.length, 1);
  });

  test("go on after the last span that was on disk when the process ended, with the same bytes in the end", async () => {
    const spec = sparse(specIn(small));
    const undisturbed = await copyRecords(spec, here("undisturbed"));
    const stop = new AbortController();
    await using served = await serveCrawl(small.folder, {
      fault: (_, number) => (number === 1 ? { holdAfterBytes: 10, onHold: () => stop.abort() } : null),
    });
    await using files = filesAt(served.base);
    const folder = folderFor("stopped");
    await assert.rejects(copyRecords(spec, { folder, files, signal: stop.signal, onBytes: nothing }), {
      code: "interrupted",
    });
    assert.deepEqual(
      readdirSync(folder).filter((name) => !name.startsWith(".unfinished-")),
      [],
    );
    // What a killed process leaves behind the last acknowledged byte is cut off.
    const unfinished = join(folder, `.unfinished-${copyName(spec)}`);
    writeFileSync(unfinished, "half a record", { flag: "a" });
    writeFileSync(`${unfinished}.journal`, '{"spans":2,"arch', { flag: "a" });
    const resumed = await copyRecords(spec, { folder, files, signal: never, onBytes: nothing });
    assert.ok(readFileSync(resumed.path ?? "").equals(readFileSync(undisturbed.path ?? "")));
    const ranges = served.asked.map(({ headers }) => headers.range);
    assert.equal(ranges.filter((range) => range === ranges[0]).length, 1, "the first span was fetched twice");
  });

  test("are all of one version of the file: one that changes under the copy is copied again", async () => {
    using other = await smallCrawl();
    const spec = sparse(specIn(other));
    const place = join(other.folder, spec.file);
    const before = readFileSync(place);
    await using served = await serveCrawl(other.folder, {
      fault: (_, number) => {
        // The bytes stay the same, but the file counts as another version.
        if (number === 1) writeFileSync(place, before);
        return null;
      },
    });
    await using files = filesAt(served.base);
    const { records } = await copyRecords(spec, {
      folder: join(other.path, "copy"),
      files,
      signal: never,
      onBytes: nothing,
    });
    assert.equal(records, spec.rows.length);
    const ranges = served.asked.map(({ headers }) => [headers.range, headers["if-range"]]);
    assert.deepEqual(ranges[2], [ranges[0]?.[0], undefined], "it was not begun again");
  });

  test("of a file that keeps changing are given up with words, and nothing of them stays", async () => {
    using other = await smallCrawl();
    const spec = sparse(specIn(other));
    const place = join(other.folder, spec.file);
    await using served = await serveCrawl(other.folder, {
      fault: (_, number) => {
        if (number > 0) writeFileSync(place, readFileSync(place));
        return null;
      },
    });
    await using files = filesAt(served.base);
    await assert.rejects(
      copyRecords(spec, { folder: join(other.path, "copy"), files, signal: never, onBytes: nothing }),
      {
        code: "source-changed",
      },
    );
    assert.ok(!existsSync(join(other.path, "copy", copyName(spec))));
  });

  const lies: readonly (readonly [string, string, (row: IndexRow, next: IndexRow) => IndexRow])[] = [
    ["a place inside another record", "not-member", (row) => ({ ...row, offset: row.offset + 7 })],
    ["a place behind the end of the file", "not-member", (row) => ({ ...row, offset: 1e9 })],
    ["a length that cuts the record", "not-member", (row) => ({ ...row, length: row.length - 5 })],
    [
      "a length with more than the record",
      "not-member",
      (row, next) => ({ ...row, length: next.offset + next.length - row.offset }),
    ],
    ["the place of another page", "other-url", (row, next) => ({ ...row, offset: next.offset, length: next.length })],
    ["the place of the request", "not-response", (row) => row],
    ["another address", "other-url", (row) => ({ ...row, url: "https://victim.example/" })],
    ["another digest", "digest-differs", (row) => ({ ...row, digest: "A".repeat(32) })],
    ["that a whole page was cut off", "truncation-unsaid", (row) => ({ ...row, truncated: "length" })],
  ];
  for (const [name, reason, lie] of lies) {
    test(`leave out a record for which the index gives ${name}, name it, and lose no other`, async () => {
      const { rows, ...spec } = specIn(small);
      const [row, next] = [rows[5], rows[6]];
      assert.ok(row !== undefined && next !== undefined);
      const source = readFileSync(join(small.folder, spec.file));
      // The request of a page ends where the page begins.
      const start = source.lastIndexOf(Buffer.from([0x1f, 0x8b, 8]), row.offset - 1);
      const told = reason === "not-response" ? { ...row, offset: start, length: row.offset - start } : lie(row, next);
      const wanted = [...rows.filter((one) => one !== row), told];
      const [lying] = specsOf(crawl, wanted.length === rows.length ? wanted : rows);
      assert.ok(lying?.rows != null);
      const asked = {
        ...lying,
        rows: [...rows.filter((one) => one !== row), told].toSorted((a, b) => a.offset - b.offset),
      };
      const folder = folderFor(`lie-${name.replaceAll(" ", "-")}`);
      const copied = await copyRecords(asked, {
        folder,
        files: localFiles(small.folder),
        signal: never,
        onBytes: nothing,
      });
      assert.deepEqual(
        copied.refused.map((refusal) => [refusal.reason, refusal.url, refusal.offset]),
        [[reason, told.url, told.offset]],
      );
      const urls = (await recordsIn(copied.path)).filter(({ type }) => type === "response").map(({ url }) => url);
      assert.deepEqual(new Set(urls), new Set(rows.filter((one) => one !== row).map(({ url }) => url)));
    });
  }

  test("of a file that is not there are all refused by name, and of one that holds no gzip too", async () => {
    const { rows, ...spec } = specIn(small);
    const missing = { ...spec, file: "crawl-data/none.warc.gz", rows: rows.slice(0, 3) };
    const none = await copyRecords(missing, here("missing"));
    assert.deepEqual([none.path, none.refused.map(({ reason }) => reason)], [null, Array(3).fill("file-missing")]);
    using other = await smallCrawl();
    const place = join(other.folder, spec.file);
    writeFileSync(place, Buffer.alloc(readFileSync(place).length, "x"));
    const garbage = await copyRecords(specIn(other), {
      folder: join(other.path, "copy"),
      files: localFiles(other.folder),
      signal: never,
      onBytes: nothing,
    });
    assert.deepEqual(
      [garbage.path, new Set(garbage.refused.map(({ reason }) => reason))],
      [null, new Set(["not-member"])],
    );
  });

  test("keep a record that the crawl cut off as cut off", async () => {
    using other = await smallCrawl();
    const block = Buffer.from("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>half a pa");
    const member = gzipMember(
      recordBytes({
        type: "response",
        id: "urn:uuid:0",
        dateMs: 0,
        url: "https://cut.example/",
        contentType: "application/http; msgtype=response",
        block,
        payloadOffset: 45,
        truncated: "length",
      }),
    );
    writeFileSync(join(other.folder, "cut.warc.gz"), member);
    const [sample] = other.made.rows;
    assert.ok(sample !== undefined);
    const row = {
      ...sample,
      url: "https://cut.example/",
      digest: null,
      truncated: "length",
      filename: "cut.warc.gz",
      offset: 0,
      length: member.length,
    };
    const { path } = await copyRecords(
      { crawl, file: "cut.warc.gz", rows: [row] },
      { folder: join(other.path, "copy"), files: localFiles(other.folder), signal: never, onBytes: nothing },
    );
    assert.equal((await recordsIn(path))[1]?.truncated, "length");
  });
});
