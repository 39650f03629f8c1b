import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { buildManifest, type BuildInput, type BuildResult } from "../../src/manifest/build.ts";
import type { ManifestHead } from "../../src/manifest/manifest-head.ts";
import type { UnplacedRow } from "../../src/manifest/write-rows.ts";
import { writeShard, type ShardText } from "../../src/manifest/write-shard.ts";

/** A folder that is gone when the scope ends. */
export async function scratch(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "colophon-manifest-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export function sampleText(index: number): string {
  return `Document ${index} speaks of ${["tides", "bread", "maps"][index % 3]}.\n\nÜber das Meer, 海について. ${"More. ".repeat(index % 7)}`;
}

/** Rows 0 to `count`, in order of id. */
export function sampleRows(count: number): readonly UnplacedRow[] {
  return Array.from({ length: count }, (_, index) => sampleRow(index));
}

function textAt({ position }: ShardText): string {
  return sampleText(position);
}

/** A build of `count` documents in small shards. */
export function sampleBuild(
  directory: string,
  count: number,
  { textOf = textAt, ...change }: Partial<BuildInput> & { readonly textOf?: (text: ShardText) => string } = {},
): Promise<BuildResult> {
  return buildManifest({
    directory,
    head: sampleHead(count),
    rows: sampleRows(count),
    makeShard: async (path, texts) => writeShard(path, texts, textOf),
    shardBytes: 400,
    ...change,
  });
}

export function sampleHead(kept: number): ManifestHead {
  return {
    corpus: "sample",
    software: "colophon 0.1.0",
    ledgerVersion: 1,
    policy: { name: "test", languages: { allow: ["en"] } },
    rules: [
      { name: "gopher/word-count", revision: 1, unit: "words" },
      { name: "c4/curly-brace", revision: 2, unit: "count" },
    ],
    funnel: {
      captures: kept + 9,
      outcomes: { document: kept + 3, duplicate: 1, skipped: 4, failed: 1 },
      reasons: { duplicate: { revisit: 1 }, skipped: { status: 3, "media-type": 1 }, failed: { "http-malformed": 1 } },
      refused: 3,
      refusedReasons: { "rule:gopher/word-count": 2, "licence:none": 2 },
      kept,
    },
    sources: [
      {
        name: "sample-00.warc.gz",
        sha256: archiveSha256,
        bytes: 1_000_000,
        slices: 1,
        recordBytes: 999_000,
        lostBytes: 1000,
      },
    ],
  };
}

const archiveSha256 = sha256("archive");

function sampleRow(index: number): UnplacedRow {
  const text = sampleText(index);
  return {
    id: index.toString(16).padStart(32, "0"),
    url: `https://sample.example/${index}?q=1#x`,
    canonicalUrl: index % 2 === 0 ? null : `https://sample.example/${index}`,
    capturedAt: "2024-05-06T07:08:09.000Z",
    archive: { name: "sample-00.warc.gz", sha256: archiveSha256, offset: index * 1000, length: 900, innerOffset: 0 },
    recordId: `<urn:uuid:00000000-0000-4000-8000-${String(index).padStart(12, "0")}>`,
    recordType: "response",
    truncated: null,
    digests: {
      blockSha256: sha256(`block ${index}`),
      payloadSha256: sha256(`payload ${index}`),
      textSha256: sha256(text),
      stated: { block: { value: "sha1:ABC", state: "match" }, payload: { value: null, state: "absent" } },
    },
    httpStatus: 200,
    mime: "text/html",
    title: `Title "${index}" <script>`,
    language: { code: index % 3 === 0 ? "de" : "en", score: 0.5 + (index % 5) / 10 },
    charset: { name: "utf-8", source: "header" },
    licence: { id: index % 4 === 0 ? "CC0-1.0" : "CC-BY-4.0", basis: "rel-license" },
    evidence: [
      {
        kind: "rel-license",
        licence: "CC-BY-4.0",
        value: "https://creativecommons.org/licenses/by/4.0/",
        place: "footer",
        quote: "half a \ud83d",
        subject: "page",
      },
    ],
    signals: [
      {
        kind: "meta-robots",
        preference: "ai",
        value: "n",
        agent: "*",
        place: "meta:robots",
        quote: "noai",
        policyUrl: null,
      },
    ],
    measurements: { "gopher/word-count": 10 + index, "c4/curly-brace": null },
    cluster:
      index % 5 === 0
        ? {
            id: "f".repeat(32),
            size: 2,
            alsoAt: [{ id: "e".repeat(32), url: "https://mirror.example/", licence: "NOASSERTION" }],
            licencesDisagree: true,
          }
        : null,
    text: { words: 10 + index, bytes: Buffer.byteLength(text) },
    // Of three segments, whose order is not that of the ids.
    source: { segmentSha256: sha256(`segment ${index % 3}`), position: index },
  };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
