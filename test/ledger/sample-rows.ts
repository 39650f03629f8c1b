import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { captureFields, documentFields, type Fields } from "../../src/core/document-fields.ts";
import type { ArchiveRow, CaptureRow, DocumentRow, Hex, SegmentHead } from "../../src/core/records.ts";
import type { SegmentInput } from "../../src/ledger/append-segment.ts";

export function sha256(text: string): Hex {
  return createHash("sha256").update(text).digest("hex");
}

export const archive: ArchiveRow = {
  sha256: sha256("archive"),
  name: "one.warc.gz",
  path: "/archives/one.warc.gz",
  bytes: 3000,
  sliceBytes: 1000,
  sliceCount: 3,
};

export const ruleSet = [
  { name: "gopher/word-count", revision: 1, unit: "words" },
  { name: "gopher/hash-word-ratio", revision: 2, unit: "ratio" },
] as const;

/** Id of the sample capture with this number. */
export function idOf(number: number): Hex {
  return sha256(`capture ${number}`).slice(0, 32);
}

/** Every field that may be unknown, unknown: a sample need not name those that it is not about. */
export function unknownOf<All extends Fields>(
  fields: All,
): { readonly [Name in keyof All as All[Name] extends { readonly orNull: true } ? Name : never]: null } {
  const names = Object.entries(fields).flatMap(([name, { orNull }]) => (orNull === true ? [name] : []));
  return Object.fromEntries(names.map((name) => [name, null])) as ReturnType<typeof unknownOf<All>>;
}

export function sampleDocument(number: number, changes: Partial<DocumentRow> = {}): DocumentRow {
  return {
    ...unknownOf(documentFields),
    title: `Title ${number}`,
    canonicalUrl: null,
    languageAttribute: "en-GB",
    charset: "utf-8",
    charsetSource: "header",
    language: "en",
    languageScore: 0.75,
    textSha256: sha256(`text ${number}`),
    textBytes: 100,
    words: 20,
    licence: "CC-BY-4.0",
    licenceBasis: "rel-license",
    measurements: [20, null],
    evidence: [
      {
        kind: "rel-license",
        licence: "CC-BY-4.0",
        value: "https://creativecommons.org/licenses/by/4.0/",
        place: "footer",
        quote: "This page is under CC BY",
        subject: "page",
      },
    ],
    signals: [
      {
        kind: "meta-robots",
        preference: "index",
        value: null,
        agent: "*",
        place: "meta:robots",
        quote: "noindexx",
        policyUrl: null,
      },
    ],
    ...changes,
  };
}

export function sampleCapture(number: number, changes: Partial<CaptureRow> = {}): CaptureRow {
  return {
    ...unknownOf(captureFields),
    id: idOf(number),
    place: { archive: archive.sha256, offset: number * 100, length: 90, innerOffset: 0 },
    recordType: "response",
    recordId:
      number % 2 === 0
        ? `<urn:uuid:${number}>`
        : `<urn:uuid:01234567-89ab-cdef-0123-${String(number).padStart(12, "0")}>`,
    url: `https://www.example.org:8443/page/${number}?q=1#x`,
    capturedAt: Date.UTC(2024, 1, 29, 12, 0, 0, 7) + number,
    ip: "192.0.2.1",
    httpStatus: 200,
    mime: "text/html",
    truncated: null,
    statedBlockDigest: number % 2 === 0 ? "sha1:AAAA" : `sha256:${sha256(`block ${number}`)}`,
    statedPayloadDigest: null,
    blockDigestState: "match",
    payloadDigestState: "absent",
    blockSha256: sha256(`block ${number}`),
    payloadSha256: sha256(`payload ${number}`),
    payloadBytes: 80,
    outcome: "document",
    reason: null,
    detail: null,
    document: sampleDocument(number),
    rights: null,
    siteFile: null,
    ...changes,
  };
}

export function skippedCapture(number: number): CaptureRow {
  return sampleCapture(number, { outcome: "skipped", reason: "media-type", detail: "image/png", document: null });
}

/** A segment of slice `index`, which covers a thousand bytes. */
export function sampleSegment(
  index: number,
  captures: Iterable<CaptureRow>,
  changes: Partial<SegmentHead> = {},
): SegmentInput {
  const [begin, end] = [index * 1000, (index + 1) * 1000];
  return {
    archive: archive.sha256,
    index,
    segmentSha256: sha256(`segment ${index}`),
    captures,
    head: {
      format: "colophon-segment/1",
      software: "colophon 0.0.0-test",
      slice: {
        archive: archive.sha256,
        index,
        begin,
        end,
        recordBytes: 990,
        lostBytes: 10,
        recordCounts: { response: 3 },
      },
      ruleSet,
      losses: [{ offset: begin + 990, length: 10, reason: "garbage", detail: "ten bytes" }],
      problems: [{ offset: begin, innerOffset: 0, code: "field-missing", detail: "no WARC-Date" }],
      ...changes,
    },
  };
}

/** A folder of its own that goes away with the scope. */
export function temporaryFolder(): { readonly ledgerPath: string; [Symbol.dispose]: () => void } {
  const path = mkdtempSync(join(tmpdir(), "colophon-ledger-"));
  return { ledgerPath: join(path, "ledger.sqlite"), [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}
