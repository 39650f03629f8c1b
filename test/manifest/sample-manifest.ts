import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { buildIdOf } from "../../src/core/build/build-id.ts";
import { captureIdOf } from "../../src/core/capture-id.ts";
import type { Inherited } from "../../src/core/versions.ts";
import { buildManifest, type BuildInput, type BuildResult } from "../../src/manifest/build.ts";
import type { ManifestHead } from "../../src/manifest/manifest-head.ts";
import { manifestRowOf, type UnplacedRow } from "../../src/manifest/manifest-row.ts";
import type { Checks } from "../../src/manifest/verify/checks.ts";
import { writeShard, type ShardText } from "../../src/manifest/write-shard.ts";
import { sampleCapture, sampleDocument } from "../ledger/sample-rows.ts";
import { lenient } from "../policy/sample-policy.ts";

/** A folder that is gone when the scope ends. */
export async function scratch(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "colophon-manifest-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** What is checked of a manifest by itself. */
export const checksAlone: Checks = {
  archives: { done: "none", why: "nothing here says where they lie" },
  ledger: { done: "none", why: "there is no ledger here" },
  policy: { done: "all", why: "" },
  root: { done: "none", why: "no root was given to compare it with" },
  texts: { done: "all", why: "" },
};

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

const revisions = { "stage/charset": 1 };

export function sampleHead(kept: number): ManifestHead {
  return {
    corpus: "sample",
    software: "colophon 0.1.0",
    ledgerVersion: 1,
    policy: { ...lenient, name: "test", licences: { ...lenient.licences, families: ["public-domain", "attribution"] } },
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
    builds: kept === 0 ? [] : [{ id: buildIdOf(revisions), documents: kept, revisions }],
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

/** In order of id: a row's number is its position, and its place in the archive another. */
const places = Array.from({ length: 200 }, (_, number) => {
  const offset = number * 1000;
  return { offset, id: captureIdOf(archiveSha256, offset, 0) };
}).sort((a, b) => (a.id < b.id ? -1 : 1));

function sampleRow(index: number): UnplacedRow {
  const { offset, id } = places[index] ?? assert.fail(`there are only ${places.length} sample rows`);
  const text = sampleText(index);
  const document = sampleDocument(index, {
    title: `Title "${index}" <script>`,
    canonicalUrl: index % 2 === 0 ? null : `https://sample.example/${index}`,
    language: index % 3 === 0 ? "de" : "en",
    languageScore: 0.5 + (index % 5) / 10,
    textSha256: sha256(text),
    textBytes: Buffer.byteLength(text),
    words: 10 + index,
    licence: index % 4 === 0 ? "CC0-1.0" : "CC-BY-4.0",
    measurements: [10 + index, null],
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
  });
  const capture = sampleCapture(index, {
    id,
    url: `https://sample.example/${index}?q=1#x`,
    capturedAt: Date.UTC(2024, 4, 6, 7, 8, 9),
    place: { archive: archiveSha256, offset, length: 900, innerOffset: 0 },
    recordId: `<urn:uuid:00000000-0000-4000-8000-${String(index).padStart(12, "0")}>`,
    statedBlockDigest: "sha1:ABC",
  });
  const alsoAt = [
    { id: "e".repeat(32), url: "https://mirror.example/", licence: "NOASSERTION", standing: "current" },
  ] as const;
  return manifestRowOf(
    { ...capture, document },
    {
      archiveName: "sample-00.warc.gz",
      ruleSet: sampleHead(0).rules,
      cluster: index % 5 === 0 ? { id: alsoAt[0].id, size: 2, alsoAt, licencesDisagree: true } : null,
      inherited: index % 3 === 0 ? inherited : null,
      // Of three segments, whose order is not that of the ids.
      segmentSha256: sha256(`segment ${index % 3}`),
      position: index,
    },
  );
}

const from = "e".repeat(32);
const inherited: Inherited = {
  captures: [
    {
      relation: "site",
      id: from,
      url: "https://example.org/robots.txt",
      capturedAt: null,
      payloadSha256: sha256("robots"),
    },
  ],
  signals: [
    {
      kind: "robots-txt",
      preference: "ai",
      value: "n",
      agent: "gptbot",
      place: "robots.txt:2",
      quote: "Disallow: /",
      policyUrl: null,
      from,
    },
  ],
  licence: null,
};

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
