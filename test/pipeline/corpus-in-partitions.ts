import { cpSync, existsSync, mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";

import type { Build } from "../../src/core/build/build-id.ts";
import { captureIdOf } from "../../src/core/capture-id.ts";
import type { ArchiveRow, CaptureRow, CopyRow, Hex } from "../../src/core/records.ts";
import { openCorpus, type Corpus } from "../../src/corpus/corpus.ts";
import { loadPolicy } from "../../src/corpus/policy-file.ts";
import { signatureOf } from "../../src/dedup/signature.ts";
import { registerArchive } from "../../src/ledger/archives.ts";
import type { Ledger } from "../../src/ledger/open.ts";
import { openPartitions, type Partitions } from "../../src/ledger/partitions.ts";
import type { ManifestRow } from "../../src/manifest/manifest-row.ts";
import { collectSegment, wholeSlices } from "../../src/pipeline/collect.ts";
import type { PublishReport } from "../../src/pipeline/publish.ts";
import { publishCorpus } from "../../src/pipeline/recipe.ts";
import { segmentWriter } from "../../src/segment/write.ts";
import { sentences } from "../fixtures/archive-of-pages.ts";
import { sampleDocument, sampleCapture, sampleSegment, sha256 } from "../ledger/sample-rows.ts";

/** A capture as a test states it; texts that are the same make a cluster, whatever their hosts. */
export interface StatedCapture {
  readonly host: string;
  /** `null`: it is no document. */
  readonly text: string | null;
  readonly licence: string;
  readonly capturedAt: number | null;
  /** The page calls its own address canonical; left out: it names none. */
  readonly canonical?: boolean;
}

/** An archive with the digests of its segments, one a slice of a thousand bytes. */
export interface StatedArchive {
  readonly row: ArchiveRow;
  readonly segments: readonly Hex[];
}

/** Domains with several hosts, suffixes of many customers, ports, addresses, none at all. */
export const hosts = [
  "www.example.org",
  "deep.er.example.org",
  "shop.example.co.uk",
  "one.github.io",
  "two.github.io",
  "example.com:8080",
  "192.0.2.7",
  "localhost",
  "bücher.example",
  "",
];

/** Two archives of two slices with twenty captures each; most texts are in a cluster, and clusters span partitions. */
export const fixedCaptures: readonly (readonly (readonly StatedCapture[])[])[] = [0, 1].map((archive) =>
  [0, 1].map((slice) =>
    Array.from({ length: 20 }, (_, place) => ({
      host: hosts[(archive + slice + place) % hosts.length] ?? "",
      text: place % 7 === 0 ? null : sentences((archive * 40 + slice * 20 + place) % 25, 6),
      licence: place % 3 === 0 ? "CC0-1.0" : "CC-BY-4.0",
      capturedAt: Date.UTC(2025, 0, 1, place, slice, archive),
    })),
  ),
);

const policy = `name: everything
truncated: keep
languages: { allow: any, minScore: 0, unknown: keep }
licences: { families: [attribution, public-domain], noAssertion: keep, inCluster: earliest }
signals: { refuse: [], agents: ["*"], unreadable: keep }
rules: {}
duplicates: keep-one
`;

export function temporaryPlace(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "colophon-partitions-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Writes the segments of archives, each a list of slices, into a folder; left out: by a version that recorded no build. */
export function statedArchives(
  folder: string,
  archives: readonly (readonly (readonly StatedCapture[])[])[],
  build?: Build,
): readonly StatedArchive[] {
  return archives.map((slices, number) => {
    const digest = sha256(`archive ${number}`);
    const row = {
      sha256: digest,
      name: `${number}.warc.gz`,
      path: `/archives/${number}.warc.gz`,
      bytes: slices.length * 1000,
      sliceBytes: 1000,
      sliceCount: slices.length,
    };
    const segments = slices.map((captures, index) => {
      const { head } = sampleSegment(index, []);
      const writer = segmentWriter(folder, `${number}-${index}`);
      const copies: CopyRow[] = [];
      for (const [place, stated] of captures.entries()) {
        const text = stated.text === null ? null : Buffer.from(stated.text);
        const capture = captureOf(stated, digest, index * 1000 + place, number * 10_000 + index * 1000 + place);
        copies.push(copyOf(capture, place));
        writer.add(capture, text, stated.text === null ? null : signatureOf(stated.text));
      }
      return writer.finish({
        ...head,
        ...(build === undefined ? {} : { build }),
        copies,
        slice: { ...head.slice, archive: digest },
      });
    });
    return { row, segments };
  });
}

function captureOf(
  { host, text, licence, capturedAt, canonical = false }: StatedCapture,
  archive: Hex,
  offset: number,
  number: number,
): CaptureRow {
  const none = { outcome: "skipped", reason: "media-type", document: null } as const;
  const url = host === "" ? `urn:number:${number}` : `https://${host}/page/${number}`;
  return sampleCapture(number, {
    id: captureIdOf(archive, offset, 0),
    place: { archive, offset, length: 1, innerOffset: 0 },
    url,
    capturedAt,
    ...(text === null
      ? none
      : {
          document: sampleDocument(number, {
            textSha256: sha256(text),
            textBytes: Buffer.byteLength(text),
            licence,
            canonicalUrl: canonical ? url : null,
          }),
        }),
  });
}

/** What says that a capture was copied; every third is about another record and counts for nothing. */
function copyOf({ id, recordId }: CaptureRow, place: number): CopyRow {
  const from = { crawl: "CC-1", subset: "warc", file: `f-${place}`, offset: place, length: 9, digest: null, index: {} };
  return { capture: id, recordId: place % 3 === 0 ? "another" : (recordId ?? ""), from };
}

export interface PartitionedCorpus extends Disposable {
  readonly corpus: Corpus;
  readonly ledgers: readonly Ledger[];
}

/** A new corpus with the segments of `segments`, nothing of which is in its ledger yet. */
export async function corpusIn(folder: string, segments: string, partitions: number): Promise<PartitionedCorpus> {
  if (!existsSync(folder)) {
    mkdirSync(folder);
    writeFileSync(join(folder, "corpus.yaml"), `name: parts\npartitions: ${partitions}\n`);
    writeFileSync(join(folder, "policy.yaml"), policy);
    cpSync(segments, join(folder, "segments"), { recursive: true });
  }
  const corpus = await openCorpus(folder, false);
  const opened: Partitions = openPartitions(corpus.ledgerPaths, { mode: "write" });
  return { corpus, ledgers: opened.all, [Symbol.dispose]: () => opened[Symbol.dispose]() };
}

/** Takes archives into the ledger as `ingest` does with slices that were measured; goes on where it was stopped. */
export function collect(
  corpus: Pick<PartitionedCorpus, "corpus" | "ledgers">,
  archives: readonly StatedArchive[],
): void {
  for (const { row, segments } of archives) {
    for (const ledger of corpus.ledgers) registerArchive(ledger, row, 1n);
    const known = wholeSlices(corpus, row.sha256).length;
    for (const [index, segmentSha256] of segments.entries()) {
      if (index >= known) collectSegment(corpus, row.sha256, index, segmentSha256);
    }
  }
}

export async function published({ corpus, ledgers }: PartitionedCorpus): Promise<PublishReport> {
  const { signal } = new AbortController();
  const loaded = await loadPolicy(corpus.policyPath);
  return publishCorpus({ corpus, ledgers, software: "colophon test", signal }, loaded, () => undefined);
}

/** Rows of all partitions, in order of id, without the place of the text, which is a matter of the partition. */
export function publishedRows({ manifest }: Corpus): readonly Omit<ManifestRow, "text">[] {
  const parts = readdirSync(manifest).filter((name) => name.startsWith("partition-"));
  const folders = parts.length === 0 ? [manifest] : parts.map((name) => join(manifest, name));
  const rows = folders.flatMap((folder) =>
    zstdDecompressSync(readFileSync(join(folder, "documents.jsonl.zst")))
      .toString("utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const { text: _, ...row } = JSON.parse(line) as ManifestRow;
        return row;
      }),
  );
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
}
