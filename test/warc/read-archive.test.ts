import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";

import { gzipMember } from "../../src/warc/write.ts";
import { fieldOf, handWritten, packed, packings, pageRecord, readBack } from "./archives.ts";
import type { ReadBack } from "./archives.ts";

const pages = [0, 1, 2, 3, 4].map((index) => pageRecord(index));
const urls = ({ records }: ReadBack): readonly (string | null)[] => records.map(({ url }) => url);
const allUrls = [0, 1, 2, 3, 4].map((index) => `https://example.org/${index}`);

function assertCloses({ span, items }: ReadBack): void {
  assert.equal(span.recordBytes + span.lostBytes, span.end - span.begin);
  const bytes = items.map((item) => (item.kind === "record" ? item.accountedBytes : item.length));
  assert.equal(
    bytes.reduce((sum, share) => sum + share, 0),
    span.end - span.begin,
  );
}

for (const packing of packings) {
  test(`five records packed as ${packing} are read whole, in order, and their shares add up to the file`, async () => {
    const file = packed(pages, packing);
    const back = await readBack(file);
    assert.deepEqual(urls(back), allUrls);
    assert.deepEqual(back.losses, []);
    assert.deepEqual(
      back.records.flatMap(({ problems }) => problems),
      [],
    );
    assert.equal(back.span.end, file.length);
    assert.deepEqual(back.span.recordCounts, { response: 5 });
    assertCloses(back);
    for (const [index, { block, blockBytes, format, recordId, statedBlockDigest }] of back.records.entries()) {
      assert.ok(block.toString().endsWith(`\r\n\r\npage ${index}`));
      assert.equal(blockBytes, block.length);
      assert.equal(format, "WARC/1.1");
      assert.match(recordId ?? "", /^<urn:uuid:/);
      assert.match(statedBlockDigest ?? "", /^sha1:[A-Z2-7]{32}$/);
    }
  });
}

test("a record's offset and length cut out exactly the member that holds it", async () => {
  const file = packed(pages, "gzip");
  const { records } = await readBack(file);
  const third = records[2];
  assert.ok(third !== undefined);
  const alone = await readBack(file.subarray(third.offset, third.offset + third.length));
  assert.deepEqual(urls(alone), ["https://example.org/2"]);
});

test("records that share a member have its place and an inner offset each", async () => {
  const { records } = await readBack(packed(pages, "gzip-whole"));
  assert.deepEqual(
    records.map(({ offset }) => offset),
    [0, 0, 0, 0, 0],
  );
  let inner = 0;
  for (const [index, record] of records.entries()) {
    assert.equal(record.innerOffset, inner);
    inner += pages[index]?.length ?? 0;
  }
});

test("a block beyond the cap is cut, says so, and its true length is known", async () => {
  for (const packing of packings) {
    const { records, span } = await readBack(packed(pages, packing), { maxBlockBytes: 10 });
    assert.equal(records.length, 5);
    assert.ok(
      records.every(({ block, blockBytes, blockCapped }) => block.length === 10 && blockBytes > 60 && blockCapped),
    );
    assert.equal(span.lostBytes, 0);
  }
});

test("plain, gzip and zstd records may follow each other in one file", async () => {
  const [a, b, c, d, e] = pages as [Buffer, Buffer, Buffer, Buffer, Buffer];
  const back = await readBack(Buffer.concat([a, gzipMember(b), zstdCompressSync(c), d, gzipMember(e)]));
  assert.deepEqual(urls(back), allUrls);
  assertCloses(back);
});

test("a gzip header with extra field, name, comment and checksum is stepped over", async () => {
  const plain = gzipSync(pages[0] ?? "");
  const extras = Buffer.concat([
    Buffer.from([6, 0, 0x73, 0x6c, 2, 0, 1, 2]),
    Buffer.from("name\0words\0"),
    Buffer.from([0, 0]),
  ]);
  const file = Buffer.concat([plain.subarray(0, 10), extras, plain.subarray(10)]);
  file[3] = 4 | 8 | 16 | 2;
  const back = await readBack(Buffer.concat([file, gzipMember(pages[1] ?? Buffer.alloc(0))]));
  assert.deepEqual(urls(back), allUrls.slice(0, 2));
  assertCloses(back);
});

test("a zstd archive with a dictionary is read with it, and the first record answers for its bytes", async () => {
  const dictionary = Buffer.concat(pages).subarray(0, 600);
  for (const stored of [dictionary, zstdCompressSync(dictionary)]) {
    const frame = Buffer.alloc(8);
    frame.writeUInt32LE(0x184d2a5d, 0);
    frame.writeUInt32LE(stored.length, 4);
    const frames = pages.map((page) => zstdCompressSync(page, { dictionary }));
    const file = Buffer.concat([frame, stored, ...frames]);
    const back = await readBack(file);
    assert.deepEqual(urls(back), allUrls);
    assert.equal(back.records[0]?.accountedBytes, 8 + stored.length + (frames[0]?.length ?? 0));
    assertCloses(back);
    const rest = await readBack(file, { start: back.records[2]?.offset ?? 0 });
    assert.deepEqual(urls(rest), allUrls.slice(2));
  }
});

test("every field is kept in order as written, folded lines are joined, and names are found in any case", async () => {
  const fields = ["WARC-Type: resource", "X-Note: one", "  two", "x-note: three", "Content-Length: 0"];
  const { records } = await readBack(Buffer.from(handWritten(fields)));
  const [record] = records;
  assert.ok(record !== undefined);
  assert.deepEqual(record.fields[1], ["X-Note", "one two"]);
  assert.deepEqual(record.fields[2], ["x-note", "three"]);
  assert.equal(fieldOf(record, "X-NOTE"), "one two");
  assert.equal(fieldOf(record, "missing"), null);
});

test("the brackets that wget puts around a target are taken off", async () => {
  const fields = ["WARC-Type: resource", "WARC-Target-URI: <http://example.org/a>", "Content-Length: 0"];
  const { records } = await readBack(Buffer.from(handWritten(fields)));
  assert.equal(records[0]?.url, "http://example.org/a");
});

for (const version of ["WARC/0.17", "WARC/0.18", "WARC/1.0", "warc/1.1"]) {
  test(`a record of ${version} with bare line feeds in its header is read`, async () => {
    const text = `${version}\nWARC-Type: resource\nContent-Length: 2\n\nok\r\n\r\n`;
    const { records, losses } = await readBack(Buffer.from(text.repeat(2)));
    assert.deepEqual(losses, []);
    assert.deepEqual(
      records.map(({ format, block }) => [format, block.toString()]),
      [
        [version.toUpperCase(), "ok"],
        [version.toUpperCase(), "ok"],
      ],
    );
  });
}
