import assert from "node:assert/strict";
import { test } from "node:test";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";

import * as fc from "fast-check";

import { gzipMember } from "../../src/warc/write.ts";
import { handWritten, packed, packings, pageRecord, readBack } from "./archives.ts";
import type { ReadBack } from "./archives.ts";

const pages = [0, 1, 2, 3, 4].map((index) => pageRecord(index));
const urls = ({ records }: ReadBack): readonly (string | null)[] => records.map(({ url }) => url);
const allUrls = [0, 1, 2, 3, 4].map((index) => `https://example.org/${index}`);
const reasons = ({ losses }: ReadBack): readonly string[] => losses.map(({ reason }) => reason);

function assertCloses({ span, items }: ReadBack): void {
  assert.equal(span.recordBytes + span.lostBytes, span.end - span.begin);
  const bytes = items.map((item) => (item.kind === "record" ? item.accountedBytes : item.length));
  assert.equal(
    bytes.reduce((sum, share) => sum + share, 0),
    span.end - span.begin,
  );
}

test("a member with a wrong checksum is a loss, and the records around it are read", async () => {
  const members = pages.map((page) => gzipMember(page));
  const bad = Buffer.from(members[2] ?? "");
  bad[bad.length - 6] = (bad.at(-6) ?? 0) ^ 1;
  const back = await readBack(Buffer.concat([...members.slice(0, 2), bad, ...members.slice(3)]));
  assert.deepEqual(
    urls(back),
    allUrls.filter((url) => !url.endsWith("/2")),
  );
  assert.deepEqual(reasons(back), ["crc-mismatch"]);
  assert.equal(back.losses[0]?.length, bad.length);
  assertCloses(back);
});

test("a member that states another length than it has is a loss", async () => {
  const bad = Buffer.from(gzipMember(pages[0] ?? Buffer.alloc(0)));
  bad[bad.length - 1] = 1;
  assert.deepEqual(reasons(await readBack(bad)), ["crc-mismatch"]);
});

test("zstd frames with checksums and with repeated blocks are stepped over exactly, and a wrong checksum is a loss", async () => {
  const params = { [constants.ZSTD_c_checksumFlag]: 1 };
  const frames = [pageRecord(0, "=".repeat(400_000)), pageRecord(1)].map((page) => zstdCompressSync(page, { params }));
  assert.deepEqual(urls(await readBack(Buffer.concat(frames))), allUrls.slice(0, 2));
  const bad = Buffer.from(frames[0] ?? "");
  bad[bad.length - 1] = (bad.at(-1) ?? 0) ^ 1;
  const back = await readBack(Buffer.concat([bad, ...frames.slice(1)]));
  assert.deepEqual(reasons(back), ["crc-mismatch"]);
  assert.deepEqual(urls(back), ["https://example.org/1"]);
});

test("a member whose inside is damaged is one loss", async () => {
  const members = pages.map((page, index) =>
    gzipMember(index === 1 ? pageRecord(1, "x".repeat(5000) + Math.PI) : page),
  );
  const bad = Buffer.from(members[1] ?? "");
  bad.fill(0xff, 20, 40);
  const back = await readBack(Buffer.concat([members[0] ?? bad, bad, ...members.slice(2)]));
  assert.deepEqual(reasons(back), ["inflate-error"]);
  assert.equal(back.records.length, 4);
  assertCloses(back);
});

test("a member that is cut off before the next one is a truncated loss, and the next one is read", async () => {
  const noise = Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 7919) % 251)).toString("latin1");
  const members = [gzipSync(pageRecord(0, noise), { level: 0 }), ...pages.slice(1).map((page) => gzipMember(page))];
  const [first = Buffer.alloc(0), ...others] = members;
  const back = await readBack(Buffer.concat([first.subarray(0, 900), ...others]));
  assert.deepEqual(urls(back), allUrls.slice(1));
  assert.equal(back.losses[0]?.length, 900);
  assertCloses(back);
});

test("of a single member cut off by the end of the file, the whole records are saved and marked as unchecked", async () => {
  const file = gzipMember(Buffer.concat([0, 1, 2].map((index) => pageRecord(index, `${index}`.repeat(3000) + Math.E))));
  const back = await readBack(file.subarray(0, file.length - 30));
  assert.ok(back.records.length >= 1 && back.records.length < 3);
  assert.ok(back.records.every(({ problems }) => problems.some(({ code }) => code === "member-torn")));
  assert.deepEqual(reasons(back), ["truncated"]);
  assertCloses(back);
});

test("garbage between records is a loss of exactly its bytes", async () => {
  for (const packing of ["raw", "gzip", "zstd"] as const) {
    const [before, after] = [packed(pages.slice(0, 2), packing), packed(pages.slice(2), packing)];
    const back = await readBack(Buffer.concat([before, Buffer.from("some garbage\n"), after]));
    assert.deepEqual(urls(back), allUrls);
    assert.deepEqual(
      back.losses.map(({ offset, length }) => [offset, length]),
      [[before.length, 13]],
    );
    assertCloses(back);
  }
});

test("a Content-Length that swallows the next record costs only its own record", async () => {
  const long = (pages[0] ?? "")
    .toString()
    .replace(/Content-Length: \d+\r\n\r\nHTTP/, "Content-Length: 900\r\n\r\nHTTP");
  const back = await readBack(Buffer.concat([Buffer.from(long), ...pages.slice(1)]));
  assert.deepEqual(urls(back), allUrls.slice(1));
  assert.deepEqual(reasons(back), ["length-mismatch"]);
  assertCloses(back);
});

test("a Content-Length of 4 GB in a small file is one loss, and the record after it is read", async () => {
  const huge = handWritten(["WARC-Type: resource", "Content-Length: 4294967296"], "short");
  const back = await readBack(Buffer.concat([Buffer.from(huge), pages[1] ?? Buffer.alloc(0)]));
  assert.deepEqual(urls(back), ["https://example.org/1"]);
  assert.deepEqual(reasons(back), ["length-mismatch"]);
  assert.deepEqual(reasons(await readBack(Buffer.from(huge))), ["truncated"]);
});

test("a Content-Length that is too short gives the stated block with a problem, and the rest is a named loss", async () => {
  const short = handWritten(["WARC-Type: resource", "Content-Length: 4"], "four and more");
  const back = await readBack(Buffer.concat([Buffer.from(short), pages[1] ?? Buffer.alloc(0)]));
  assert.equal(back.records[0]?.block.toString(), "four");
  assert.ok(back.records[0]?.problems.some(({ code }) => code === "length-mismatch"));
  assert.deepEqual(reasons(back), ["garbage"]);
  assert.equal(back.records.length, 2);
  assertCloses(back);
});

test("in a member of its own, a record with too long a Content-Length ends where the member ends", async () => {
  const long = gzipMember(Buffer.from(handWritten(["WARC-Type: resource", "Content-Length: 5000"], "all of it")));
  const back = await readBack(Buffer.concat([long, gzipMember(pages[1] ?? Buffer.alloc(0))]));
  assert.equal(back.records[0]?.block.toString(), "all of it");
  assert.ok(back.records[0]?.problems.some(({ code }) => code === "length-mismatch"));
  assert.equal(back.records.length, 2);
  assertCloses(back);
});

test("a header of 10 MB is one loss, and the record after it is read", async () => {
  for (const pack of [(bytes: Buffer) => bytes, gzipMember]) {
    const wide = pack(Buffer.from(handWritten([`X-Wide: ${"x".repeat(10 << 20)}`, "Content-Length: 0"])));
    const back = await readBack(Buffer.concat([wide, pack(pages[1] ?? wide)]));
    assert.deepEqual(urls(back), ["https://example.org/1"]);
    assert.deepEqual(reasons(back), ["header-malformed"]);
    assertCloses(back);
  }
});

test("an empty file has no records and says that it is empty", async () => {
  const { span, items } = await readBack(Buffer.alloc(0));
  assert.deepEqual(items, []);
  assert.deepEqual(
    span.problems.map(({ code }) => code),
    ["empty"],
  );
});

const foreign: readonly (readonly [string, Buffer, string])[] = [
  ["HTML", Buffer.from("<!doctype html><title>404</title>"), "not-archive"],
  ["an index", Buffer.from('org,example)/ 20260101000000 {"url": "http://example.org/"}\n'), "not-archive"],
  ["LZ4", Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, 0, 0, 0, 0]), "not-archive"],
  ["gzipped text", gzipSync("crawl-data/CC-MAIN/warc.paths\n".repeat(9)), "not-record"],
  ["an empty gzip member", gzipSync(""), "not-record"],
  ["zeros", Buffer.alloc(5000), "not-archive"],
];
for (const [what, bytes, reason] of foreign) {
  test(`${what} under the name of an archive is one loss, ${reason}`, async () => {
    const back = await readBack(bytes);
    assert.deepEqual(
      back.losses.map(({ offset, length }) => [offset, length]),
      [[0, bytes.length]],
    );
    assert.deepEqual(reasons(back), [reason]);
    assert.deepEqual(
      back.span.problems.map(({ code }) => code),
      ["no-record"],
    );
  });
}

const damages = fc.record({
  packing: fc.constantFrom(...packings),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  removed: fc.integer({ min: 0, max: 60 }),
  inserted: fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constantFrom("\r\n", "WARC/1.0\r\n", "\u001f\u008b\b\0")),
});
const originals = packings.map((packing) => [packing, packed(pages, packing)] as const);

test("however a file is damaged, it is read to its end, every byte is accounted for, and records far from it survive", async () => {
  await fc.assert(
    fc.asyncProperty(damages, async ({ packing, at, removed, inserted }) => {
      const original = originals.find(([name]) => name === packing)?.[1] ?? Buffer.alloc(0);
      const from = Math.floor(at * original.length);
      const added = typeof inserted === "string" ? Buffer.from(inserted, "latin1") : Buffer.from(inserted);
      const file = Buffer.concat([original.subarray(0, from), added, original.subarray(from + removed)]);
      const back = await readBack(file);
      assertCloses(back);
      assert.equal(back.span.end, file.length);
      const whole = await readBack(original);
      for (const record of whole.records.filter((each) => each.length < original.length)) {
        const untouched = record.offset + record.length <= from || record.offset > from + removed;
        if (untouched) assert.ok(urls(back).includes(record.url), `${record.url} is missing`);
      }
    }),
    { numRuns: 400 },
  );
});

test("any bytes at all are read without an error", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) =>
      assertCloses(await readBack(Buffer.from(bytes))),
    ),
    { numRuns: 300 },
  );
});
