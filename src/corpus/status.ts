import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { ownBuild } from "../core/build/build.ts";
import { PipelineError } from "../core/errors.ts";
import { count, listOf, object, parsed, text, type Shape } from "../core/json-shape.ts";
import { archiveTotals } from "../ledger/archives.ts";
import { buildShares, type BuildShare } from "../ledger/builds.ts";
import { funnel, sumOfFunnels } from "../ledger/funnel.ts";
import { isLocked } from "../ledger/open.ts";
import { openPartitions } from "../ledger/partitions.ts";
import { corpusHeadPath } from "../manifest/corpus-head.ts";
import { manifestPath } from "../manifest/manifest-text.ts";
import type { Corpus } from "./corpus.ts";
import { crawlStatus, type CrawlStatus } from "./crawl-status.ts";
import { loadPolicy } from "./policy-file.ts";

export interface CorpusStatus {
  readonly name: string;
  readonly policy: string;
  readonly archives: {
    readonly count: number;
    readonly bytes: number;
    readonly recordBytes: number;
    readonly lostBytes: number;
  };
  readonly slices: { readonly total: number; readonly measured: number };
  /** Id of this program's own build, which measures what comes. */
  readonly build: string;
  /** What each build measured. */
  readonly builds: readonly BuildShare[];
  readonly captures: number;
  readonly documents: {
    readonly total: number;
    readonly kept: number;
    readonly refused: number;
    readonly undecided: number;
  };
  /** `current` is false when the ledger or the policy has changed since. */
  readonly manifest: { readonly root: string; readonly documents: number; readonly current: boolean } | null;
  readonly crawl: CrawlStatus | null;
  /** True while another process writes. */
  readonly locked: boolean;
}

/** Reads only, beside any writer. */
export async function corpusStatus(corpus: Corpus): Promise<CorpusStatus> {
  const policy = await loadPolicy(corpus.policyPath);
  using ledgers = openPartitions(corpus.ledgerPaths, { mode: "read" });
  const archives = archiveTotals(ledgers.all);
  const counted = sumOfFunnels(ledgers.all.map((ledger) => funnel(ledger, policy.sha256)));
  const sum = (of: (archive: (typeof archives)[number]) => number): number =>
    archives.reduce((total, one) => total + of(one), 0);
  const manifest = manifestOf(corpus);
  return {
    name: corpus.config.name,
    policy: policy.policy.name,
    archives: {
      count: archives.length,
      bytes: sum(({ bytes }) => bytes),
      recordBytes: sum(({ recordBytes }) => recordBytes),
      lostBytes: sum(({ lostBytes }) => lostBytes),
    },
    slices: { total: sum(({ slices }) => slices), measured: sum(({ slicesMeasured }) => slicesMeasured) },
    build: ownBuild.id,
    builds: buildShares(ledgers.all),
    captures: counted.captures,
    documents: { total: counted.documents, kept: counted.kept, refused: counted.refused, undecided: counted.undecided },
    manifest:
      manifest === null
        ? null
        : {
            root: manifest.root,
            documents: manifest.documents,
            current:
              manifest.policySha256 === policy.sha256 &&
              manifest.captures === counted.captures &&
              counted.undecided === 0,
          },
    crawl: crawlStatus(corpus),
    locked: corpus.ledgerPaths.some(isLocked),
  };
}

interface Published {
  readonly root: string;
  readonly documents: number;
  readonly policySha256: string;
  readonly captures: number;
}

function manifestOf(corpus: Corpus): Published | null {
  if (corpus.ledgerPaths.length === 1) return publishedIn(corpus.manifest);
  const head = jsonIn(headShape, join(corpus.manifest, corpusHeadPath));
  if (head === null) return null;
  const parts = head.partitions.map(({ path }) => publishedIn(join(corpus.manifest, path)));
  return {
    root: head.root,
    documents: head.documents,
    policySha256: parts[0]?.policySha256 ?? "",
    captures: parts.reduce((sum, part) => sum + (part?.captures ?? 0), 0),
  };
}

const manifestShape = object({
  root: text,
  totals: object({ documents: count }),
  policy: object({ sha256: text }),
  funnel: object({ captures: count }),
});
const headShape = object({ root: text, documents: count, partitions: listOf(object({ path: text })) });

function publishedIn(folder: string): Published | null {
  const manifest = jsonIn(manifestShape, join(folder, manifestPath));
  if (manifest === null) return null;
  const { root, totals, policy, funnel: counted } = manifest;
  return { root, documents: totals.documents, policySha256: policy.sha256, captures: counted.captures };
}

/** @throws {PipelineError} `manifest-broken` for a file that says something else */
function jsonIn<T>(shape: Shape<T>, path: string): T | null {
  if (!existsSync(path)) return null;
  return parsed(shape, readFileSync(path, "utf8"), (why) => {
    const words = `${path} is broken: ${why}; run \`colophon publish\` to write it again`;
    return new PipelineError("manifest-broken", words, { path });
  });
}
