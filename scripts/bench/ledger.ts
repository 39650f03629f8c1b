/**
 * Appends synthetic segments of a realistic shape to a new ledger, and the same rows to one flat table of texts in the
 * same run. Prints documents a second (wall and CPU) and bytes a document; `node scripts/bench/ledger.ts [documents]`.
 */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import Database from "better-sqlite3";

import { documentFields } from "../../src/core/document-fields.ts";
import type { CaptureRow, DocumentRow, Hex, RuleSetRow, SegmentHead } from "../../src/core/records.ts";
import { appendSegment } from "../../src/ledger/append-segment.ts";
import { registerArchive } from "../../src/ledger/archives.ts";
import { openLedger } from "../../src/ledger/open.ts";
import { unknownOf } from "../../test/ledger/sample-rows.ts";

const documents = Number(process.argv[2] ?? 100_000);
const perSegment = 500; // a slice of 8 MiB holds about this many pages
const hosts = 10_000;
const ruleCount = 29;

/** Numerical Recipes' generator: the same rows in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}
const random = randomNumbers(1);
const pick = <T>(from: readonly [T, ...T[]]): T => from[Math.floor(random() * from.length)] ?? from[0];
const sha256 = (text: string): Hex => createHash("sha256").update(text).digest("hex");
const words = "provenance of pages that a crawler saw and which were kept or refused with reasons".split(" ") as [
  string,
  ...string[],
];
const phrase = (count: number, between: string): string =>
  Array.from({ length: count }, () => pick(words)).join(between);

const archive = {
  sha256: sha256("archive"),
  name: "bench.warc.gz",
  path: "/bench.warc.gz",
  bytes: 2 ** 40,
  sliceBytes: 2 ** 23,
  sliceCount: 2 ** 17,
};
const ruleSet: RuleSetRow[] = Array.from({ length: ruleCount }, (_, index) => ({
  name: `bench/rule-${index}`,
  revision: 1,
  unit: "ratio",
}));

function captureRow(index: number): CaptureRow {
  // Zipf-like: the first hosts have most of the pages.
  const host = Math.floor(hosts ** random());
  const url = `https://www.host-${host}.example/${phrase(2, "/")}/${phrase(3, "-")}-${index}.html`;
  const digest = createHash("sha1").update(url).digest("base64url").toUpperCase().slice(0, 32);
  return {
    id: sha256(`${archive.sha256}:${index}`).slice(0, 32),
    place: { archive: archive.sha256, offset: index * 16_000, length: 15_000 + (index % 1000), innerOffset: 0 },
    recordType: "response",
    recordId: `<urn:uuid:${sha256(url).slice(0, 8)}-1111-4222-8333-${sha256(url).slice(8, 20)}>`,
    url,
    capturedAt: 1_700_000_000_000 + index * 137,
    ip: `192.0.2.${host % 250}`,
    httpStatus: 200,
    mime: pick(["text/html", "text/html", "text/html", "application/xhtml+xml"]),
    truncated: null,
    statedBlockDigest: `sha1:${digest}`,
    statedPayloadDigest: `sha1:${digest}`,
    blockDigestState: "match",
    payloadDigestState: "match",
    blockSha256: sha256(`b${index}`),
    payloadSha256: sha256(`p${index}`),
    payloadBytes: 40_000 + (index % 9973),
    outcome: "document",
    reason: null,
    detail: null,
    refersTo: null,
    rights: null,
    siteFile: null,
    document: documentRow(index, url),
  };
}

function documentRow(index: number, url: string): DocumentRow {
  const licence = pick(["NOASSERTION", "CC-BY-4.0", "CC-BY-SA-4.0"]);
  const evidenceCount = pick([0, 1, 2, 3]);
  return {
    ...unknownOf(documentFields),
    title: phrase(7, " "),
    canonicalUrl: random() < 0.6 ? url : null,
    languageAttribute: "en-GB",
    charset: "utf-8",
    charsetSource: "header",
    language: pick(["en", "de", "fr", "pt"]),
    languageScore: random(),
    textSha256: sha256(`t${index}`),
    textBytes: 4000 + (index % 3000),
    words: 700 + (index % 500),
    licence,
    licenceBasis: "rel-license:footer",
    // Some counts, some zeros, the rest ratios in full: 360 characters of JSON, as 1,485 real pages had on average.
    measurements: ruleSet.map((_, rule) => (rule < 4 ? Math.floor(random() * 900) : random() < 0.3 ? 0 : random())),
    evidence: Array.from({ length: evidenceCount }, (_, at) => ({
      kind: pick(["rel-license", "cc-link", "meta"]),
      licence,
      value: "https://creativecommons.org/licenses/by/4.0/",
      place: pick(["footer", "head", "body"]),
      quote: `${phrase(10, " ")} ${at}`,
      subject: "page" as const,
    })),
    signals:
      random() < 0.3
        ? [
            {
              kind: "meta-robots",
              preference: "index",
              value: "y" as const,
              agent: "*",
              place: "meta:robots",
              quote: "index, follow",
              policyUrl: null,
            },
          ]
        : [],
  };
}

interface Run {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Time of `work` alone: rows are made outside it. */
function timed(segments: readonly CaptureRow[][], work: (rows: CaptureRow[], index: number) => void): Run {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  for (const [index, rows] of segments.entries()) work(rows, index);
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: performance.now() - wall, cpuMs: (user + system) / 1000 };
}

function report(name: string, { wallMs, cpuMs }: Run, bytes: number): void {
  const rate = (ms: number): string => Math.round((documents / ms) * 1000).toLocaleString("en");
  console.log(
    `${name.padEnd(12)} ${rate(wallMs).padStart(8)} documents/s  ${rate(cpuMs).padStart(8)} documents/CPU-s  ${Math.round(
      bytes / documents,
    )
      .toString()
      .padStart(6)} bytes/document`,
  );
}

function headOf(rows: readonly CaptureRow[], index: number): SegmentHead {
  const [begin, end] = [index * archive.sliceBytes, (index + 1) * archive.sliceBytes];
  return {
    format: "colophon-segment/1",
    software: "colophon bench",
    slice: {
      archive: archive.sha256,
      index,
      begin,
      end,
      recordBytes: end - begin,
      lostBytes: 0,
      recordCounts: { response: rows.length },
    },
    ruleSet,
    losses: [],
    problems: [],
  };
}

function benchLedger(folder: string, segments: readonly CaptureRow[][]): void {
  const path = join(folder, "ledger.sqlite");
  using ledger = openLedger(path, { mode: "write" });
  registerArchive(ledger, archive, 0n);
  const run = timed(segments, (rows, index) => {
    const head = headOf(rows, index);
    appendSegment(ledger, {
      archive: archive.sha256,
      index,
      head,
      segmentSha256: sha256(`segment ${index}`),
      captures: rows,
    });
  });
  ledger.close();
  report("ledger", run, statSync(path).size);
}

/** The base line: what one would write first, a text for everything and JSON for lists, with the same three ways in. */
function benchFlat(folder: string, segments: readonly CaptureRow[][]): void {
  const path = join(folder, "flat.sqlite");
  using db = closing(new Database(path));
  db.base.pragma("journal_mode = WAL");
  db.base.pragma("synchronous = FULL");
  db.base
    .exec(`CREATE TABLE document (id TEXT PRIMARY KEY, url TEXT, host TEXT, captured_at TEXT, capture TEXT, document TEXT);
    CREATE TABLE measurement (document TEXT, rule TEXT, value REAL, PRIMARY KEY (document, rule)) WITHOUT ROWID;
    CREATE TABLE evidence (document TEXT, kind TEXT, licence TEXT, value TEXT, place TEXT, quote TEXT, subject TEXT);
    CREATE INDEX document_by_url ON document (url); CREATE INDEX evidence_by_document ON evidence (document);`);
  const add = db.base.prepare("INSERT INTO document VALUES (?, ?, ?, ?, ?, ?)");
  const addMeasurement = db.base.prepare("INSERT INTO measurement VALUES (?, ?, ?)");
  const addEvidence = db.base.prepare("INSERT INTO evidence VALUES (?, ?, ?, ?, ?, ?, ?)");
  const append = db.base.transaction((rows: CaptureRow[]) => {
    for (const { document, ...capture } of rows) {
      if (document === null) continue;
      const { measurements, evidence, ...rest } = document;
      const at = new Date(capture.capturedAt ?? 0).toISOString();
      add.run(capture.id, capture.url, new URL(capture.url).host, at, JSON.stringify(capture), JSON.stringify(rest));
      for (const [index, value] of measurements.entries()) addMeasurement.run(capture.id, ruleSet[index]?.name, value);
      for (const e of evidence) addEvidence.run(capture.id, e.kind, e.licence, e.value, e.place, e.quote, e.subject);
    }
  });
  const run = timed(segments, (rows) => append(rows));
  db.base.close();
  report("flat texts", run, statSync(path).size);
}

function closing(base: Database.Database): { readonly base: Database.Database; [Symbol.dispose]: () => void } {
  return { base, [Symbol.dispose]: () => base.close() };
}

const folder = mkdtempSync(join(tmpdir(), "colophon-bench-"));
try {
  const rows = Array.from({ length: documents }, (_, index) => captureRow(index));
  const segments = Array.from({ length: Math.ceil(documents / perSegment) }, (_, index) =>
    rows.slice(index * perSegment, (index + 1) * perSegment),
  );
  const evidence = rows.reduce((sum, row) => sum + (row.document?.evidence.length ?? 0), 0) / documents;
  console.log(
    `${documents.toLocaleString("en")} documents, ${perSegment} a segment, ${ruleCount} measurements and ${evidence.toFixed(2)} pieces of evidence each`,
  );
  benchFlat(folder, segments);
  benchLedger(folder, segments);
} finally {
  rmSync(folder, { recursive: true });
}
