import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import type { ArchiveItem, SliceSpan } from "../../src/warc/record.ts";
import { gzipMember, recordBytes } from "../../src/warc/write.ts";
import { packed, packings, pageRecord, readBack } from "./archives.ts";

const pages = [0, 1, 2, 3, 4, 5].map((index) => pageRecord(index, `${index} `.repeat(30 * index)));
const files = packings.map((packing) => packed(pages, packing));

interface Chain {
  readonly items: readonly ArchiveItem[];
  readonly spans: readonly SliceSpan[];
}

/** Reads a file slice by slice, each by the search for its first record alone. */
async function slicesOf(file: Buffer, cuts: readonly number[]): Promise<Chain> {
  const bounds = [0, ...cuts.toSorted((a, b) => a - b), file.length];
  const items: ArchiveItem[] = [];
  const spans: SliceSpan[] = [];
  for (const [index, end] of bounds.slice(1).entries()) {
    const back = await readBack(file, { start: bounds[index] ?? 0, end });
    items.push(...back.items);
    spans.push(back.span);
  }
  return { items, spans };
}

/** True when each slice that has a record begins where the one before it ended. */
function chained(spans: readonly SliceSpan[]): boolean {
  const covered = spans.filter(({ synced, begin, end }) => synced && end > begin);
  return covered.every(({ begin }, index) => begin === (covered[index - 1]?.end ?? 0));
}

const damage = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  removed: fc.integer({ min: 0, max: 30 }),
  inserted: fc.uint8Array({ maxLength: 20 }),
});
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });

function damagedBy(
  file: Buffer,
  { at, removed, inserted }: { at: number; removed: number; inserted: Uint8Array },
): Buffer {
  const from = Math.floor(at * file.length);
  return Buffer.concat([file.subarray(0, from), inserted, file.subarray(from + removed)]);
}

test("however a file, whole or damaged, is cut, its slices chain and their items are those of one read", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files),
      fc.array(damage, { maxLength: 3 }),
      cuts,
      async (original, damages, places) => {
        const file = damages.reduce(damagedBy, original);
        const whole = await readBack(file);
        const slices = await slicesOf(
          file,
          places.map((place) => Math.floor(place * file.length)),
        );
        assert.ok(chained(slices.spans), "the slices do not chain");
        assert.deepEqual(slices.items, whole.items);
        assert.equal(
          slices.spans.reduce((sum, span) => sum + span.recordBytes + span.lostBytes, 0),
          file.length,
        );
      },
    ),
    { numRuns: 500 },
  );
});

for (const packing of ["raw", "gzip", "zstd"]) {
  test(`wherever a ${packing} file with garbage between its records is cut, each record and each loss is given once`, async () => {
    const [garbage, torn] = [Buffer.from("no record\n"), packed([pageRecord(7)], packing).subarray(3)];
    const file = Buffer.concat(pages.slice(0, 3).flatMap((page) => [packed([page], packing), garbage, torn]));
    const whole = await readBack(file);
    assert.equal(whole.records.length, 3);
    for (let cut = 1; cut < file.length; cut += 1) {
      const { items, spans } = await slicesOf(file, [cut]);
      assert.ok(chained(spans), `cut at ${cut}`);
      assert.equal(items.length, whole.items.length);
    }
  });
}

test("members inside a page of a plain file, and text inside a stored member, start no slice", async () => {
  const inner = gzipMember(pageRecord(9)).toString("latin1");
  const block = Buffer.from(`HTTP/1.1 200 OK\r\n\r\n${inner}`, "latin1");
  const capture = {
    type: "resource",
    id: "urn:x:1",
    dateMs: 0,
    url: "http://a/",
    contentType: "application/gzip",
  } as const;
  const plain = Buffer.concat([pageRecord(0), recordBytes({ ...capture, block })]);
  const stored = gzipMember(pageRecord(0), 0);
  for (const [file, cut] of [
    [plain, plain.indexOf(Buffer.from([0x1f, 0x8b]))],
    [stored, 12],
  ] as const) {
    assert.equal((await readBack(file, { start: cut })).span.synced, false);
  }
});

test("a slice in which no record starts is empty and says so", async () => {
  const file = packed([pageRecord(0, "long ".repeat(500))], "raw");
  const { span, items } = await readBack(file, { start: 400, end: 900 });
  assert.deepEqual(items, []);
  assert.deepEqual([span.begin, span.end, span.synced], [400, 400, false]);
});

test("a record inside a record, found by a cut, breaks the chain, and reading again from the exact start mends it", async () => {
  const nested = pageRecord(1, `a page about archives\r\n\r\n${pageRecord(9).toString()}`);
  const file = Buffer.concat([pageRecord(0), nested, pageRecord(2)]);
  const cut = file.indexOf("a page about archives");
  const before = await readBack(file, { start: 0, end: cut });
  const wrong = await readBack(file, { start: cut, end: file.length });
  assert.notEqual(wrong.span.begin, before.span.end);
  const mended = await readBack(file, { start: before.span.end, end: file.length, exactStart: true });
  assert.deepEqual([...before.items, ...mended.items], (await readBack(file)).items);
});
