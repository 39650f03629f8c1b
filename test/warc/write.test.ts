import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";

import * as fc from "fast-check";
import { WARCParser } from "warcio";

import { digestsOf } from "../../src/warc/digests.ts";
import { httpHeadOf } from "../../src/warc/http.ts";
import { gzipMember, memberPieces, recordBytes, recordUrn, warcFieldsBlock } from "../../src/warc/write.ts";
import type { WrittenRecord } from "../../src/warc/write.ts";
import { fieldOf, readBack } from "./archives.ts";

const urn = (text: string): string => recordUrn(createHash("sha256").update(text).digest("hex"));
const dateMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const url = "https://example.org/a?b=c";
const responseHead = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
const requestHead = "GET /a?b=c HTTP/1.1\r\nHost: example.org\r\n\r\n";
const http = (kind: string): string => `application/http; msgtype=${kind}`;

const warcinfo: WrittenRecord = {
  type: "warcinfo",
  id: urn("warcinfo"),
  dateMs,
  filename: "made.warc.gz",
  contentType: "application/warc-fields",
  block: warcFieldsBlock([
    ["software", "colophon"],
    ["format", "WARC File Format 1.1"],
  ]),
};
const response: WrittenRecord = {
  type: "response",
  id: urn("response"),
  dateMs,
  url,
  ip: "192.0.2.1",
  warcinfoId: warcinfo.id,
  contentType: http("response"),
  block: Buffer.from(`${responseHead}<p>Grüße</p>`),
  payloadOffset: responseHead.length,
};
const records: readonly WrittenRecord[] = [
  warcinfo,
  response,
  {
    type: "request",
    id: urn("request"),
    dateMs,
    url,
    concurrentTo: [response.id],
    contentType: http("request"),
    block: Buffer.from(requestHead),
    payloadOffset: requestHead.length,
  },
  {
    type: "metadata",
    id: urn("metadata"),
    dateMs,
    url,
    concurrentTo: [response.id, urn("request")],
    contentType: "application/warc-fields",
    block: warcFieldsBlock([["via", "https://example.org/"]]),
  },
  {
    type: "revisit",
    id: urn("revisit"),
    dateMs: dateMs + 1,
    url,
    refersTo: { id: response.id, url, dateMs },
    contentType: http("response"),
    block: Buffer.from("HTTP/1.1 304 Not Modified\r\n\r\n"),
    payloadDigest: "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ",
  },
  {
    type: "resource",
    id: urn("resource"),
    dateMs,
    url: "https://example.org/robots.txt",
    contentType: "text/plain",
    block: Buffer.from("x"),
  },
  { ...response, id: urn("truncated"), truncated: "length" },
];
const written = Buffer.concat(records.map((record) => gzipMember(recordBytes(record))));

test("records of each type are read back by our own reader, sound in every field", async () => {
  const back = await readBack(written);
  assert.deepEqual(back.losses, []);
  assert.deepEqual(
    back.records.map(({ type }) => type),
    records.map(({ type }) => type),
  );
  for (const [index, record] of back.records.entries()) {
    const original = records[index];
    assert.deepEqual(record.problems, []);
    assert.equal(record.recordId, `<${original?.id}>`);
    assert.equal(record.dateMs, original?.dateMs);
    assert.equal(record.url, original?.url ?? null);
    assert.deepEqual(record.block, original?.block);
    const head = httpHeadOf(record.block);
    const states = digestsOf(record, head.ok ? record.block.subarray(head.bodyOffset) : Buffer.alloc(0));
    assert.equal(states.blockDigestState, "match");
    if (record.type === "response") assert.equal(states.payloadDigestState, "match");
  }
  const [info, first, request, , revisit, , cut] = back.records;
  assert.ok(info && first && request && revisit && cut);
  assert.equal(fieldOf(info, "WARC-Filename"), "made.warc.gz");
  assert.equal(first.ip, "192.0.2.1");
  assert.equal(fieldOf(first, "WARC-Warcinfo-ID"), info.recordId);
  assert.equal(fieldOf(request, "WARC-Concurrent-To"), first.recordId);
  assert.deepEqual([revisit.refersTo, revisit.refersToUrl], [first.recordId, url]);
  assert.equal(fieldOf(revisit, "WARC-Refers-To-Date"), new Date(dateMs).toISOString().replace(".000Z", "Z"));
  assert.equal(cut.truncated, "length");
});

test("npm's warcio reads the same records with the same headers, and finds their digests right", async () => {
  const seen: (readonly [string | null, string | null, number])[] = [];
  const parser = new WARCParser(
    (async function* () {
      yield new Uint8Array(written);
    })(),
  );
  for await (const record of parser) {
    const payload = await record.readFully(false);
    seen.push([record.warcType, record.warcTargetURI ?? null, payload.length]);
    const original = records[seen.length - 1];
    assert.equal(record.warcHeader("WARC-Record-ID"), `<${original?.id}>`);
    const body = original?.payloadOffset === undefined ? undefined : original.block.subarray(original.payloadOffset);
    if (body !== undefined) {
      assert.deepEqual(Buffer.from(payload), body);
      assert.equal(record.warcPayloadDigest, `sha1:${base32(createHash("sha1").update(payload).digest())}`);
    }
  }
  assert.equal(seen.length, records.length);
});

/** Independent of the one under test: by the bits of one large number. */
function base32(bytes: Buffer): string {
  const bits = BigInt(`0x${bytes.toString("hex")}`)
    .toString(2)
    .padStart(bytes.length * 8, "0");
  return (bits.match(/.{5}/g) ?? [])
    .map((five) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Number.parseInt(five, 2)])
    .join("");
}

test("the same record gives the same bytes, packed or not", () => {
  for (const record of records) {
    assert.deepEqual(recordBytes(record), recordBytes({ ...record }));
    assert.deepEqual(gzipMember(recordBytes(record)), gzipMember(recordBytes(record)));
  }
});

test("a long record packed a slice at a time is the same record, in one member, hardly longer", () => {
  const slice = 256 << 10;
  const words = Buffer.from(Array.from({ length: 200_000 }, (_, at) => `${(at * 7919) % 10_007} `).join(""));
  for (const length of [0, 1, slice - 2000, slice, slice + 1, 3 * slice, words.length]) {
    const record: WrittenRecord = { ...response, blockRest: words.subarray(0, length) };
    const plain = recordBytes(record);
    for (const level of [0, 4]) {
      const member = Buffer.concat(memberPieces(record, level));
      assert.ok(gunzipSync(member).equals(plain), `${length} bytes at level ${level}`);
      assert.ok(member.length < 1.01 * gzipMember(plain, level).length + 50, `${length} bytes at level ${level}`);
    }
  }
});

test("a member names no time and no operating system", () => {
  assert.deepEqual([...gzipMember(Buffer.from("x")).subarray(3, 10)], [0, 0, 0, 0, 0, 0, 255]);
});

test("no value, however it is made, adds a line to the header or ends it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom("a", "\r", "\n", ":", "\0", " ", "é", "\u2028") }),
      async (text) => {
        const hostile: WrittenRecord = {
          ...response,
          url: `http://a/${text}`,
          ip: text,
          fields: [[`X-${text}`, text]],
        };
        const { records, losses } = await readBack(recordBytes(hostile));
        assert.deepEqual(losses, []);
        assert.equal(records[0]?.fields.length, 11);
        assert.deepEqual(records[0]?.block, response.block);
      },
    ),
  );
});

test("a record id is a UUID of version 8 made of the digest, and says nothing else", () => {
  assert.equal(recordUrn("00112233445566778899aabbccddeeff0011"), "urn:uuid:00112233-4455-8677-8899-aabbccddeeff");
});
