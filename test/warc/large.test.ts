import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, gzipSync } from "node:zlib";

import { readArchive } from "../../src/warc/read-archive.ts";
import type { ByteSource } from "../../src/warc/source.ts";
import { handWritten, pageRecord, readBack } from "./archives.ts";

/** A source made of parts, some of them a pattern repeated to any length; it remembers the largest request. */
function madeUpSource(
  parts: readonly (Buffer | { pattern: Buffer; times: number })[],
): ByteSource & { largestRead: number } {
  const placed = parts.map((part) => (Buffer.isBuffer(part) ? { pattern: part, times: 1 } : part));
  const size = placed.reduce((sum, { pattern, times }) => sum + pattern.length * times, 0);
  return {
    size,
    largestRead: 0,
    read(position, length) {
      const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - position)));
      this.largestRead = Math.max(this.largestRead, bytes.length);
      let partStart = 0;
      for (const { pattern, times } of placed) {
        const partEnd = partStart + pattern.length * times;
        const end = Math.min(partEnd, position + bytes.length);
        for (let at = Math.max(partStart, position); at < end;) {
          const inner = (at - partStart) % pattern.length;
          const count = Math.min(pattern.length - inner, end - at);
          pattern.copy(bytes, at - position, inner, inner + count);
          at += count;
        }
        partStart = partEnd;
      }
      return bytes;
    },
  };
}

const filler = Buffer.alloc(1 << 20, "so it goes on ");
const [megabyte, gigabyte] = [1 << 20, 1024];

test("a plain record of 5 GB gives its first bytes and its true length, without the rest being read", async () => {
  const blockBytes = 5 * gigabyte * megabyte;
  const head = Buffer.from(`WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: ${blockBytes}\r\n\r\n`);
  const source = madeUpSource([
    pageRecord(0),
    head,
    { pattern: filler, times: 5 * gigabyte },
    Buffer.from("\r\n\r\n"),
    pageRecord(1),
  ]);
  const { records, losses, span } = await readBack(source, { maxBlockBytes: megabyte });
  assert.deepEqual(losses, []);
  assert.deepEqual(
    records.map(({ blockBytes, blockCapped }) => [blockBytes > megabyte, blockCapped]),
    [
      [false, false],
      [true, true],
      [false, false],
    ],
  );
  assert.equal(records[1]?.blockBytes, blockBytes);
  assert.equal(span.recordBytes, source.size);
  assert.ok(source.largestRead <= 4 * megabyte);
});

test("a single gzip member that holds 400 MB of records is read as a stream, record by record", async () => {
  // Deflate's stored blocks: five bytes of header, then the bytes unchanged, so the member can be generated too.
  const record = Buffer.from(handWritten(["WARC-Type: resource", "Content-Length: 65450"], "y".repeat(65450)));
  assert.ok(record.length < 65536);
  const times = 6500;
  const head = Buffer.alloc(5);
  head.writeUInt16LE(record.length, 1);
  head.writeUInt16LE(~record.length & 0xffff, 3);
  const last = Buffer.from([1, 0, 0, 0xff, 0xff]);
  let crc = 0;
  for (let index = 0; index < times; index += 1) crc = crc32(record, crc);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE((record.length * times) >>> 0, 4);
  const gzipHead = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  const stored = { pattern: Buffer.concat([head, record]), times };
  const source = madeUpSource([gzipHead, stored, last, trailer, gzipSync(pageRecord(1))]);
  let [records, accounted] = [0, 0];
  const reading = readArchive(source);
  for (let step = await reading.next(); ; step = await reading.next()) {
    if (step.done === true) {
      assert.deepEqual([step.value.end, step.value.recordBytes, step.value.lostBytes], [source.size, source.size, 0]);
      break;
    }
    assert.equal(step.value.kind, "record");
    if (step.value.kind === "record") {
      if (records < times) assert.equal(step.value.innerOffset, records * record.length);
      accounted += step.value.accountedBytes;
    }
    records += 1;
  }
  assert.equal(records, times + 1);
  assert.equal(accounted, source.size);
  assert.ok(source.largestRead <= 16 * megabyte);
});

test("a gzip bomb is one loss, and the record after it is read", async () => {
  const inner = Buffer.concat([
    Buffer.from("WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 335544320\r\n\r\n"),
    Buffer.alloc(320 << 20),
  ]);
  const bomb = gzipSync(inner, { level: 1 });
  const back = await readBack(Buffer.concat([bomb, gzipSync(pageRecord(1))]));
  assert.deepEqual(
    back.losses.map(({ reason, length }) => [reason, length]),
    [["ratio-limit", bomb.length]],
  );
  assert.deepEqual(
    back.records.map(({ url }) => url),
    ["https://example.org/1"],
  );
});

test("a reader may stop in the middle of a member that is read as a stream", async () => {
  const file = gzipSync(Buffer.concat([pageRecord(0), pageRecord(1, "z".repeat(40 << 20))]), { level: 1 });
  const source = madeUpSource([file]);
  for await (const item of readArchive(source)) {
    assert.equal(item.kind === "record" ? item.url : null, "https://example.org/0");
    break;
  }
});
