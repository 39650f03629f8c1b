import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import * as fc from "fast-check";

import { digestsOf, sha1Base32 } from "../../src/warc/digests.ts";
import type { ArchiveRecord } from "../../src/warc/record.ts";
import { pageRecord, readBack } from "./archives.ts";

const body = Buffer.from("one body");
const sha1 = createHash("sha1").update(body).digest();

async function recordWith(over: Partial<ArchiveRecord>): Promise<ArchiveRecord> {
  const { records } = await readBack(pageRecord(0));
  const [record] = records;
  assert.ok(record !== undefined);
  return { ...record, block: body, statedBlockDigest: null, statedPayloadDigest: null, ...over };
}

test("base32 is that of RFC 4648", () => {
  // The digest of nothing, as WARC files of all writers have it.
  assert.equal(sha1Base32(Buffer.alloc(0)), "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ");
});

const stated: readonly (readonly [title: string, digest: string | null, state: string])[] = [
  ["none", null, "absent"],
  ["sha1 in base32", sha1Base32(body), "match"],
  ["sha1 in lower-case base32", sha1Base32(body).toLowerCase(), "match"],
  ["sha1 in hex", `sha1:${sha1.toString("hex")}`, "match"],
  ["sha1 in upper-case hex", `SHA-1:${sha1.toString("hex").toUpperCase()}`, "match"],
  ["sha1 in base64", `sha1:${sha1.toString("base64")}`, "match"],
  ["sha256 in hex", `sha256:${createHash("sha256").update(body).digest("hex")}`, "match"],
  ["md5 in hex", `md5:${createHash("md5").update(body).digest("hex")}`, "match"],
  ["sha1 of something else", sha1Base32(Buffer.from("another body")), "mismatch"],
  ["an algorithm of one's own", "whirl:abc", "unknown"],
  ["no algorithm", sha1.toString("hex"), "unknown"],
];
for (const [title, digest, state] of stated) {
  test(`a stated digest with ${title} is ${state}, of block and payload alike`, async () => {
    const record = await recordWith({ statedBlockDigest: digest, statedPayloadDigest: digest });
    const { blockDigestState, payloadDigestState } = digestsOf(record, body);
    assert.deepEqual([blockDigestState, payloadDigestState], [state, state]);
  });
}

test("the SHA-256 of block and payload are given whatever is stated", async () => {
  const { blockSha256, payloadSha256 } = digestsOf(await recordWith({}), body.subarray(4));
  assert.equal(blockSha256, createHash("sha256").update(body).digest("hex"));
  assert.equal(payloadSha256, createHash("sha256").update(body.subarray(4)).digest("hex"));
});

test("a digest of the joined chunks is believed as well as one of the chunks as stored", async () => {
  const chunked = Buffer.from(`8\r\n${body.toString()}\r\n0\r\n\r\n`);
  for (const bytes of [body, chunked]) {
    const record = await recordWith({ statedPayloadDigest: sha1Base32(bytes) });
    assert.equal(digestsOf(record, chunked).payloadDigestState, "match");
  }
});

test("what is missing bytes is unknown rather than wrong, but may still match", async () => {
  const wrong = sha1Base32(Buffer.from("the whole body"));
  const capped = await recordWith({ statedBlockDigest: wrong, statedPayloadDigest: wrong, blockCapped: true });
  assert.deepEqual(digestsOf(capped, body).blockDigestState, "unknown");
  assert.deepEqual(digestsOf(capped, body).payloadDigestState, "unknown");
  const truncated = await recordWith({
    statedBlockDigest: sha1Base32(body),
    statedPayloadDigest: wrong,
    truncated: "length",
  });
  assert.deepEqual(digestsOf(truncated, body).blockDigestState, "match");
  assert.deepEqual(digestsOf(truncated, body).payloadDigestState, "unknown");
});

test("the payload digest of a revisit or a segment is of bytes elsewhere, so it is unknown", async () => {
  const wrong = sha1Base32(Buffer.from("elsewhere"));
  for (const over of [{ type: "revisit" }, { type: "continuation" }, { segmentNumber: "1" }]) {
    const record = await recordWith({ ...over, statedPayloadDigest: wrong });
    assert.equal(digestsOf(record, body).payloadDigestState, "unknown");
  }
});

test("no stated text makes it fail", async () => {
  const record = await recordWith({});
  fc.assert(
    fc.property(fc.string(), (text) => {
      digestsOf({ ...record, statedBlockDigest: text, statedPayloadDigest: `sha1:${text}` }, body);
    }),
  );
});
