import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { zstdCompressSync } from "node:zlib";

import { readArchive } from "../../src/warc/read-archive.ts";
import { segmentJoiner } from "../../src/warc/segment-joiner.ts";
import { bytesSource } from "../../src/warc/source.ts";
import { segment, segmentsOf } from "../fixtures/segmented-page.ts";
import { packed, packings, pageRecord } from "./archives.ts";

const whole = "HTTP/1.1 200 OK\r\n\r\nOne page in three segments.";
const [one, two, three] = segmentsOf(whole, 18) as [Buffer, Buffer, Buffer];
const others = (count: number): Buffer[] => Array.from({ length: count }, (_, index) => pageRecord(index));

/** The joined block of the first record that has a number, in an archive of these records. */
async function joined(records: readonly Buffer[], packing = "raw"): Promise<string | null> {
  const source = bytesSource(packed(records, packing));
  const joinedOf = segmentJoiner(source);
  for await (const item of readArchive(source)) {
    if (item.kind === "record" && item.segmentNumber !== null)
      return (await joinedOf(item))?.toString("latin1") ?? null;
  }
  throw new Error("no segment was read");
}

suite("the segments of a record", () => {
  for (const packing of packings) {
    test(`are joined, with other records before, among and behind them, packed as ${packing}`, async () => {
      assert.equal(await joined([pageRecord(1), one, pageRecord(2), two, three, ...others(20)], packing), whole);
    });
  }

  test("are joined when numbers have leading zeros and ids have no brackets or another case", async () => {
    const origin = "URN:UUID:00000000-0000-4000-8000-000000000001";
    const last = segment({ number: 2, block: "b", total: 2, origin, fields: [] });
    const spelt = Buffer.from(last.toString().replace("Number: 2", "Number: 00002"));
    assert.equal(await joined([segment({ number: 1, block: "a" }), spelt]), "ab");
  });

  const last = (over: Partial<Parameters<typeof segment>[0]> = {}): Buffer =>
    segment({ number: 2, block: "b", total: 2, ...over });
  const a = segment({ number: 1, block: "a" });
  const voided: readonly (readonly [name: string, records: readonly Buffer[]])[] = [
    ["the last is missing", [one, two]],
    ["one in the middle is missing", [one, three]],
    ["all others are missing", [one, ...others(40)]],
    ["one is there twice", [one, two, two, three]],
    ["the last is there twice", [one, two, three, three]],
    ["a second last says something else", [a, last(), last({ block: "c" })]],
    ["they are out of order", [one, three, two]],
    ["the others come first", [two, three, one]],
    ["the first is there twice", [one, one, two, three]],
    ["one belongs to another record", [a, last({ origin: "<urn:uuid:00000000-0000-4000-8000-000000000009>" })]],
    ["one has another address", [a, last({ url: "https://example.org/other" })]],
    ["one is no continuation", [a, last({ type: "response" })]],
    ["one is cut off", [a, last({ fields: ["WARC-Truncated: length"] })]],
    ["the first is cut off", [segment({ number: 1, block: "a", fields: ["WARC-Truncated: length"] }), last()]],
    ["they are longer than all is said to be", [a, last({ total: 1 })]],
    ["two lengths of all are stated", [a, last({ total: 3 }), segment({ number: 3, block: "c", total: 5 })]],
    ["they are shorter than all is said to be", [a, last({ total: 3 })]],
    [
      "the length of all cannot be read",
      [a, segment({ number: 2, block: "b", fields: ["WARC-Segment-Total-Length: x"] })],
    ],
    ["one refers to itself", [a, last({ id: "<urn:uuid:00000000-0000-4000-8000-000000000001>" })]],
    ["the first has another number", [segment({ number: 3, block: "a", type: "response" }), last()]],
    ["too much lies among them", [a, ...others(9), last()]],
    [
      "they come to more than is kept of a block",
      [
        segment({ number: 1, block: "x".repeat(40 << 20) }),
        segment({ number: 2, block: "x".repeat(30 << 20), total: 70 << 20 }),
      ],
    ],
  ];
  for (const [name, records] of voided) {
    test(`are not joined when ${name}`, async () => assert.equal(await joined(records), null));
  }

  test("are joined with the dictionary that holds where they begin, however far was read before", async () => {
    const [first, second] = [Buffer.from(whole.repeat(20)), Buffer.from("another dictionary".repeat(50))];
    const framed = (dictionary: Buffer, records: readonly Buffer[]): Buffer => {
      const head = Buffer.alloc(8);
      head.writeUInt32LE(0x184d2a5d);
      head.writeUInt32LE(dictionary.length, 4);
      return Buffer.concat([head, dictionary, ...records.map((record) => zstdCompressSync(record, { dictionary }))]);
    };
    const source = bytesSource(Buffer.concat([framed(first, [one, two, three]), framed(second, others(3))]));
    const joinedOf = segmentJoiner(source);
    for await (const item of readArchive(source)) {
      if (item.kind !== "record" || item.segmentNumber !== "1") continue;
      for (let times = 0; times < 2; times += 1) assert.equal((await joinedOf(item))?.toString("latin1"), whole);
      return;
    }
    assert.fail("no segment was read");
  });

  test("that all miss their continuations cost a few reads of the file and not one each", async () => {
    const alone = (index: number): Buffer => segment({ number: 1, block: "x".repeat(4_000), id: `<urn:x:${index}>` });
    const source = bytesSource(Buffer.concat(Array.from({ length: 2_000 }, (_, index) => alone(index))));
    let bytes = 0;
    const counted = {
      size: source.size,
      read: (position: number, length: number) => {
        const view = source.read(position, length);
        bytes += view.length;
        return view;
      },
    };
    const joinedOf = segmentJoiner(counted);
    for await (const item of readArchive(source)) if (item.kind === "record") await joinedOf(item);
    assert.ok(bytes < 5 * source.size, `${bytes} bytes of ${source.size}`);
  });
});
