import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite, test } from "node:test";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

import * as fc from "fast-check";

import { PipelineError } from "../../src/core/errors.ts";
import type { CaptureRow, SegmentHead } from "../../src/core/records.ts";
import { segmentPath } from "../../src/segment/format.ts";
import { openSegment, storedSignatures } from "../../src/segment/read.ts";
import type { SegmentFooter } from "../../src/segment/shapes.ts";
import { segmentWriter } from "../../src/segment/write.ts";
import { folderStore } from "../../src/store/folder-store.ts";
import { temporaryFolder } from "../fixtures/run-colophon.ts";
import { sampleCapture, sampleDocument } from "../ledger/sample-rows.ts";

const head: SegmentHead = {
  format: "colophon-segment/1",
  software: "colophon test",
  slice: { archive: "ab".repeat(32), index: 0, begin: 0, end: 10, recordBytes: 10, lostBytes: 0, recordCounts: {} },
  ruleSet: [],
  losses: [],
  problems: [],
};

const row = (at: number, url: string): CaptureRow => sampleCapture(at, { url, document: null });
const signature = (seed: number): Uint32Array =>
  Uint32Array.from({ length: 128 }, (_, slot) => (seed * 7919 + slot) >>> 0);

function written(folder: string, texts: readonly (string | null)[]): string {
  const writer = segmentWriter(folder, "test");
  for (const [at, text] of texts.entries()) {
    writer.add(
      row(at, `http://example.org/${at}`),
      text === null ? null : Buffer.from(text),
      text === null ? null : signature(at),
    );
  }
  return writer.finish(head);
}

suite("a segment", () => {
  test("gives back every row, text and signature, whichever captures are no documents", () => {
    const texts = fc.array(fc.option(fc.string({ minLength: 1, unit: "grapheme" }), { nil: null }), { maxLength: 30 });
    fc.assert(
      fc.property(texts, (all) => {
        using folder = temporaryFolder();
        const wellFormed = all.map((text) => text?.toWellFormed() ?? null);
        using segment = openSegment(folder.path, written(folder.path, wellFormed));
        assert.deepEqual(segment.head, head);
        assert.deepEqual(
          [...segment.captures()],
          wellFormed.map((_, at) => row(at, `http://example.org/${at}`)),
        );
        for (const [at, text] of wellFormed.entries()) {
          if (text === null) continue;
          assert.equal(segment.text(at).toString(), text);
          const slots = new Uint32Array(128);
          segment.signature(at, slots, 0);
          assert.deepEqual(slots, signature(at));
        }
      }),
      { numRuns: 40 },
    );
  });

  test("finds texts again that are spread over many frames, in any order", () => {
    using folder = temporaryFolder();
    const texts = Array.from({ length: 40 }, (_, at) => String(at).repeat(100_000));
    using segment = openSegment(folder.path, written(folder.path, texts));
    for (const at of [39, 0, 20, 21, 1, 38]) assert.equal(segment.text(at).toString(), texts[at]);
  });

  test("is named by the SHA-256 of its bytes, and the same input gives the same name", () => {
    using folder = temporaryFolder();
    const [first, second] = [written(folder.path, ["a", null, "b"]), written(folder.path, ["a", null, "b"])];
    assert.equal(first, second);
    const bytes = readFileSync(segmentPath(folder.path, first));
    assert.equal(createHash("sha256").update(bytes).digest("hex"), first);
    assert.deepEqual(
      readdirSync(folder.path).filter((name) => name.startsWith(".unfinished")),
      [],
    );
  });

  test("that is missing, cut short or something else is refused with its path", () => {
    using folder = temporaryFolder();
    const digest = written(folder.path, ["text"]);
    const path = segmentPath(folder.path, digest);
    const whole = readFileSync(path);
    const refused = (error: unknown): boolean =>
      error instanceof PipelineError && error.code === "segment-broken" && error.message.includes(path);
    for (let cut = 0; cut < whole.length; cut += 7) {
      truncateSync(path, 0);
      writeFileSync(path, whole.subarray(0, cut));
      assert.throws(() => openSegment(folder.path, digest), refused, `cut at ${cut}`);
    }
    const other = "cd".repeat(32);
    assert.throws(
      () => openSegment(folder.path, other),
      (error) => error instanceof PipelineError && error.code === "segment-broken",
    );
    mkdirSync(dirname(segmentPath(folder.path, other)), { recursive: true });
    writeFileSync(segmentPath(folder.path, other), "nothing of the kind, but long enough to be one\n");
    assert.throws(() => openSegment(folder.path, other), /is not a segment/);
  });

  test("that is whole but says what cannot be is refused, by the reader of a file and by that of a store", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "store");
    mkdirSync(path);
    const store = folderStore(path);
    const refused = { code: "segment-broken" };
    const forgeries: readonly (readonly [what: string, forge: (footer: SegmentFooter) => unknown])[] = [
      ["no object", () => null],
      ["no head", (footer) => ({ ...footer, head: undefined })],
      ["another format", (footer) => ({ ...footer, head: { ...footer.head, format: "colophon-segment/9" } })],
      ["no slice", (footer) => ({ ...footer, head: { ...footer.head, slice: null } })],
      ["losses that are none", (footer) => ({ ...footer, head: { ...footer.head, losses: [null] } })],
      ["no frames", (footer) => ({ ...footer, captures: null })],
      ["a text of a length below 0", (footer) => ({ ...footer, textLengths: [-1] })],
      ["more texts than signatures", (footer) => ({ ...footer, textLengths: [1, 1] })],
      ["a frame behind its end", (footer) => ({ ...footer, texts: [{ offset: 2 ** 40, length: 9, rawLength: 9 }] })],
      ["a frame of all memory", (footer) => ({ ...footer, texts: [{ offset: 0, length: 2 ** 52, rawLength: 9 }] })],
    ];
    for (const [what, forge] of forgeries) {
      const digest = forged(folder.path, written(folder.path, ["text"]), forge);
      assert.throws(() => openSegment(folder.path, digest), refused, what);
      await store.put(`segments/${digest}`, { path: segmentPath(folder.path, digest) });
      await assert.rejects(storedSignatures(store, digest, new AbortController().signal), refused, what);
    }
  });

  const wholeRow = sampleCapture(1, { document: sampleDocument(1) });
  for (const [what, broken] of [
    ["no object", 5],
    ["no place", { ...wholeRow, place: null }],
    ["an outcome that there is not", { ...wholeRow, outcome: "eaten" }],
    ["a document without signals", { ...wholeRow, document: { ...wholeRow.document, signals: undefined } }],
    ["evidence that is none", { ...wholeRow, document: { ...wholeRow.document, evidence: [null] } }],
  ] as const) {
    test(`whose row has ${what} is refused when the row is read`, () => {
      using folder = temporaryFolder();
      const writer = segmentWriter(folder.path, "test");
      writer.add(wholeRow, null, null);
      // Of another form on purpose: the reader has to refuse it.
      writer.add(broken as unknown as CaptureRow, null, null);
      using segment = openSegment(folder.path, writer.finish(head));
      const rows = segment.captures();
      assert.deepEqual(rows.next().value, wholeRow);
      assert.throws(() => rows.next(), { code: "segment-broken" });
    });
  }
});

/** Puts another footer in the place of that of a segment. @returns its new name */
function forged(folder: string, digest: string, forge: (footer: SegmentFooter) => unknown): string {
  const whole = readFileSync(segmentPath(folder, digest));
  const footerBytes = Number(whole.readBigUInt64LE(whole.length - 8));
  const start = whole.length - 8 - footerBytes;
  const footer = JSON.parse(zstdDecompressSync(whole.subarray(start, -8)).toString()) as SegmentFooter;
  const packed = zstdCompressSync(JSON.stringify(forge(footer)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(packed.length));
  const bytes = Buffer.concat([whole.subarray(0, start), packed, length]);
  const name = createHash("sha256").update(bytes).digest("hex");
  mkdirSync(dirname(segmentPath(folder, name)), { recursive: true });
  writeFileSync(segmentPath(folder, name), bytes);
  return name;
}
