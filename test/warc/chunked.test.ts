import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { chunksOf, dechunked } from "../../src/warc/chunked.ts";

type Seen = readonly [data: string, state: string];

/** What an HTTP parser lets through is read strictly; what an archive holds is read if it can be. */
const bodies: readonly (readonly [title: string, body: string, wire: Seen, archived: string | null])[] = [
  ["whole chunks", "4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n", ["Wikipedia", "ended"], "Wikipedia"],
  ["zeros before a size", "00000000000000000004\r\nWiki\r\n0\r\n\r\n", ["Wiki", "ended"], "Wiki"],
  ["an extension", '4;a="b"\r\nWiki\r\n0\r\n\r\n', ["Wiki", "ended"], "Wiki"],
  ["a sign before a size", "4\r\nWiki\r\n-5\r\npedia\r\n0\r\n\r\n", ["Wiki", "malformed"], "Wiki"],
  ["a first size with a sign", "-5\r\npedia\r\n0\r\n\r\n", ["", "malformed"], null],
  ["a size in the notation of C", "0x4\r\nWiki\r\n0\r\n\r\n", ["", "malformed"], null],
  ["bare line feeds", "4\nWiki\n0\n\n", ["", "malformed"], "Wiki"],
  ["a bare line feed after data", "4\r\nWiki\n0\r\n\r\n", ["Wiki", "malformed"], "Wiki"],
  ["a size line of 2,000 bytes", `4;${"x".repeat(2000)}\r\nWiki\r\n0\r\n\r\n`, ["Wiki", "ended"], null],
  ["its end missing", "4\r\nWiki\r\n9\r\nped", ["Wikiped", "cut"], "Wikiped"],
];
for (const [title, body, [data, state], archived] of bodies) {
  test(`a chunked body with ${title} is ${state} on the wire, and ${archived === null ? "not chunked" : "joined"} in an archive`, () => {
    const found = chunksOf(Buffer.from(body), "wire");
    assert.deepEqual([Buffer.concat(found.parts).toString(), found.state], [data, state]);
    assert.equal(dechunked(Buffer.from(body))?.bytes.toString() ?? null, archived);
  });
}

test("any chunks that are written by the grammar are read back, by the strict reader and by the lenient", () => {
  const chunk = fc.record({
    data: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    zeros: fc.nat(14),
    upper: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 6 }), (chunks) => {
      const sizeOf = ({ data, zeros, upper }: (typeof chunks)[number]): string => {
        const digits = "0".repeat(zeros) + data.length.toString(16);
        return upper ? digits.toUpperCase() : digits;
      };
      const body = Buffer.concat([
        ...chunks.flatMap((one) => [Buffer.from(`${sizeOf(one)}\r\n`), one.data, Buffer.from("\r\n")]),
        Buffer.from("0\r\nTrailer: x\r\n\r\n"),
      ]);
      const data = Buffer.concat(chunks.map((one) => one.data));
      const { parts, state, end } = chunksOf(body, "wire");
      assert.equal(state, "ended");
      assert.ok(Buffer.concat(parts).equals(data));
      assert.equal(body.subarray(end).toString(), "Trailer: x\r\n\r\n");
      assert.deepEqual(dechunked(body), { bytes: data, note: null });
    }),
  );
});
