import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";

import * as fc from "fast-check";

import { bodyLimits, decodedBody, httpHeadOf } from "../../src/warc/http.ts";
import type { HttpHead } from "../../src/warc/http.ts";

function headOf(text: string): HttpHead {
  const head = httpHeadOf(Buffer.from(text, "latin1"));
  assert.ok(head.ok, JSON.stringify(head));
  return head;
}

test("a plain head gives status, headers in order, and where the body begins", () => {
  const head = headOf("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-A: 1\r\nX-A: 2\r\n\r\nbody");
  assert.deepEqual([head.status, head.statusLine, head.bodyOffset], [200, "HTTP/1.1 200 OK", 60]);
  assert.deepEqual(head.headers, [
    ["Content-Type", "text/html"],
    ["X-A", "1"],
    ["X-A", "2"],
  ]);
});

const heads: readonly (readonly [title: string, text: string, status: number, headers: number, body: string])[] = [
  ["bare line feeds", "HTTP/1.0 404 Not Found\nA: 1\n\nbody", 404, 1, "body"],
  ["a status without a reason", "HTTP/1.1 204\r\n\r\n", 204, 0, ""],
  ["HTTP/2", "HTTP/2 200\r\na: 1\r\n\r\nbody", 200, 1, "body"],
  ["HTTP/2.0 and two spaces", "HTTP/2.0  301 \r\na: 1\r\n\r\nbody", 301, 1, "body"],
  ["no blank line", "HTTP/1.1 200 OK\r\na: 1", 200, 1, ""],
  ["mixed line ends", "HTTP/1.1 200 OK\r\na: 1\n\r\nbody", 200, 1, "body"],
  ["a line that is no header", "HTTP/1.1 200 OK\r\nwhat\r\na: 1\r\n\r\nbody", 200, 1, "body"],
  ["SHOUTcast", "ICY 200 OK\r\na: 1\r\n\r\nbody", 200, 1, "body"],
];
for (const [title, text, status, headers, body] of heads) {
  test(`a head with ${title} is read`, () => {
    const head = headOf(text);
    assert.deepEqual([head.status, head.headers.length, text.slice(head.bodyOffset)], [status, headers, body]);
  });
}

test("folded lines are one header", () => {
  assert.deepEqual(headOf("HTTP/1.1 200 OK\r\nA: one\r\n\ttwo\r\n  three\r\n\r\n").headers, [["A", "one two three"]]);
});

test("header bytes are kept as ISO 8859-1", () => {
  assert.deepEqual(headOf("HTTP/1.1 200 OK\r\nA: caf\u00e9\r\n\r\n").headers, [["A", "caf\u00e9"]]);
});

const faults: readonly (readonly [title: string, text: string, reason: string])[] = [
  ["nothing", "", "empty"],
  ["a page without a head", "<!doctype html><title>x</title>", "not-http"],
  ["a request", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "not-http"],
  ["a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", "not-http"],
];
for (const [title, text, reason] of faults) {
  test(`${title} is no response head: ${reason}`, () => {
    assert.partialDeepStrictEqual(httpHeadOf(Buffer.from(text)), { ok: false, reason });
  });
}

test("a head of more than 256 KiB is refused, one of just less is read", () => {
  const wide = (bytes: number): Buffer => Buffer.from(`HTTP/1.1 200 OK\r\nA: ${"x".repeat(bytes)}\r\n\r\nbody`);
  assert.equal(httpHeadOf(wide(256 << 10)).ok, false);
  assert.equal(httpHeadOf(wide((256 << 10) - 100)).ok, true);
});

test("any bytes are either a head or not, without an error", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof httpHeadOf(Buffer.from(bytes)).ok === "boolean"));
});

const page = Buffer.from(`<!doctype html><p>${"A page with some words, more than once. ".repeat(40)}</p>`);
const coded = (coding: string): readonly (readonly [string, string])[] => [["Content-Encoding", coding]];
const chunkedHeaders = [["Transfer-Encoding", "chunked"]] as const;

const packs: readonly (readonly [coding: string, pack: (bytes: Buffer) => Buffer, how?: string])[] = [
  ["gzip", gzipSync],
  ["x-gzip", gzipSync],
  ["GZIP", gzipSync],
  ["deflate", deflateSync],
  ["deflate", deflateRawSync, " without the head of zlib"],
  ["br", brotliCompressSync],
  ["zstd", zstdCompressSync],
  ["identity", (bytes) => bytes],
];
for (const [coding, pack, how = ""] of packs) {
  test(`a body in ${coding}${how} is unpacked, whole and without a note`, () => {
    assert.deepEqual(decodedBody(coded(coding), pack(page)), { bytes: page, complete: true, notes: [] });
  });

  if (coding === "identity") continue;
  test(`a body in ${coding}${how} that was cut off gives what it holds and is not complete`, () => {
    const stored = pack(Buffer.from(Array.from({ length: 9000 }, (_, index) => (index * index * 31) % 253)));
    const { bytes, complete, notes } = decodedBody(coded(coding), stored.subarray(0, stored.length - 40));
    assert.deepEqual([complete, notes], [false, ["coding-truncated"]]);
    if (coding !== "zstd") assert.ok(bytes.length > 0);
  });

  test(`a body that says ${coding} but is stored without it is passed on with a note${how}`, () => {
    assert.deepEqual(decodedBody(coded(coding), page), { bytes: page, complete: true, notes: ["stored-decoded"] });
  });

  test(`bytes after a body in ${coding}${how} are noted and left out`, () => {
    const { bytes, complete, notes } = decodedBody(coded(coding), Buffer.concat([pack(page), Buffer.from("rest")]));
    assert.deepEqual([bytes, complete, notes], [page, true, ["trailing-bytes"]]);
  });
}

test("several gzip members and several zstd frames in one body are all unpacked", () => {
  for (const [coding, pack] of [
    ["gzip", gzipSync],
    ["zstd", zstdCompressSync],
  ] as const) {
    const { bytes, notes } = decodedBody(coded(coding), Buffer.concat([pack("one "), pack("two "), pack("three")]));
    assert.deepEqual([bytes.toString(), notes], ["one two three", []]);
  }
});

test("two codings are taken off from the last to the first, three are refused", () => {
  const twice = decodedBody(coded("gzip, br"), brotliCompressSync(gzipSync(page)));
  assert.deepEqual(twice, { bytes: page, complete: true, notes: [] });
  const thrice = decodedBody(coded("gzip, gzip, gzip"), gzipSync(gzipSync(gzipSync(page))));
  assert.deepEqual([thrice.bytes.length, thrice.complete, thrice.notes], [0, false, ["codings-too-many"]]);
});

test("a body behind an unknown coding is not given", () => {
  const { bytes, complete, notes } = decodedBody(coded("sdch"), page);
  assert.deepEqual([bytes.length, complete, notes], [0, false, ["coding-unknown"]]);
});

test("a body damaged in its middle gives what stands before the damage", () => {
  const noise = Buffer.from(Array.from({ length: 60_000 }, (_, index) => (index * index * 31) % 253));
  const stored = gzipSync(noise, { level: 1 });
  stored.fill(0xff, stored.length >> 1, (stored.length >> 1) + 200);
  const { bytes, complete, notes } = decodedBody(coded("gzip"), stored);
  assert.deepEqual([complete, notes], [false, ["coding-malformed"]]);
  assert.ok(bytes.length > 1000 && noise.subarray(0, 1000).equals(bytes.subarray(0, 1000)));
});

for (const [coding, pack, how = ""] of packs.filter(([coding]) => coding !== "identity")) {
  test(`a bomb in ${coding}${how} stops at the ratio, with the limit noted`, () => {
    const bomb = pack(Buffer.alloc(64 << 20));
    const { bytes, complete, notes } = decodedBody(coded(coding), bomb);
    const limit = Math.min(bodyLimits.maxDecodedBytes, Math.max(1 << 20, 1000 * bomb.length));
    assert.ok(bytes.length <= limit);
    assert.deepEqual([complete, notes], [false, ["decoded-limit"]]);
  });
}

test("the limit holds for all members of a body together", () => {
  const limits = { ...bodyLimits, maxDecodedBytes: 1000 };
  const body = Buffer.concat([gzipSync("a".repeat(1000)), gzipSync("b".repeat(1000))]);
  const { bytes, notes } = decodedBody(coded("gzip"), body, limits);
  assert.deepEqual([bytes.toString(), notes], ["a".repeat(1000), ["decoded-limit"]]);
});

test("a bomb in two layers stops at the limit too", () => {
  const { bytes, complete } = decodedBody(coded("gzip, gzip"), gzipSync(gzipSync(Buffer.alloc(64 << 20))));
  assert.ok(bytes.length <= bodyLimits.maxDecodedBytes);
  assert.equal(complete, false);
});

const chunks = "4\r\nWiki\r\n5;a=b\r\npedia\r\n0\r\nTrailer: x\r\n\r\n";
const bodies: readonly (readonly [
  title: string,
  body: string,
  plain: string,
  complete: boolean,
  notes: readonly string[],
])[] = [
  ["whole chunks", chunks, "Wikipedia", true, []],
  ["chunks with bare line feeds", chunks.replaceAll("\r\n", "\n"), "Wikipedia", true, []],
  ["sizes padded with blanks", "4   \r\nWiki\r\n0\r\n\r\n", "Wiki", true, []],
  ["no chunks at all", "<p>Wikipedia</p>", "<p>Wikipedia</p>", true, ["stored-dechunked"]],
  ["text that begins like a size", "deadbeef\nis hexadecimal", "deadbeef\nis hexadecimal", true, ["stored-dechunked"]],
  [
    "a first size that does not fit its data",
    "2\r\nWiki\r\n0\r\n\r\n",
    "2\r\nWiki\r\n0\r\n\r\n",
    true,
    ["stored-dechunked"],
  ],
  ["chunks without the last one", "4\r\nWiki\r\n", "Wiki", false, ["chunked-truncated"]],
  ["a chunk cut off", "4\r\nWiki\r\n9\r\nped", "Wikiped", false, ["chunked-truncated"]],
  ["a first chunk cut off", "40\r\nWiki", "Wiki", false, ["chunked-truncated"]],
  ["a later size that is no number", "4\r\nWiki\r\nzz\r\npedia", "Wiki", false, ["chunked-malformed"]],
  ["nothing", "", "", true, ["stored-dechunked"]],
];
for (const [title, body, plain, complete, notes] of bodies) {
  test(`a body that should be chunked and has ${title} gives ${JSON.stringify(plain)}`, () => {
    const result = decodedBody(chunkedHeaders, Buffer.from(body));
    assert.deepEqual([result.bytes.toString(), result.complete, result.notes], [plain, complete, notes]);
  });
}

test("chunks are joined before the content coding is taken off", () => {
  const stored = gzipSync(page);
  const half = stored.length >> 1;
  const chunk = (bytes: Buffer): Buffer[] => [
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from("\r\n"),
  ];
  const body = Buffer.concat([
    ...chunk(stored.subarray(0, half)),
    ...chunk(stored.subarray(half)),
    Buffer.from("0\r\n\r\n"),
  ]);
  assert.deepEqual(decodedBody([...chunkedHeaders, ...coded("gzip")], body), {
    bytes: page,
    complete: true,
    notes: [],
  });
});

test("any body under any coding is decoded within its limits, without an error", () => {
  const limits = { ...bodyLimits, maxDecodedBytes: 1000 };
  const headers = fc.constantFrom(...packs.map(([coding]) => coded(coding)), chunkedHeaders);
  fc.assert(
    fc.property(headers, fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...packs), (header, bytes, [, pack]) => {
      for (const body of [Buffer.from(bytes), pack(Buffer.from(bytes)).subarray(0, bytes.length)]) {
        assert.ok(decodedBody(header, body, limits).bytes.length <= Math.max(1000, body.length));
      }
    }),
  );
});
