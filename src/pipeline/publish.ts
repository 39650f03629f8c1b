import type { JudgedDocument } from "../core/decisions.ts";
import { PipelineError } from "../core/errors.ts";
import type { RuleSetRow } from "../core/records.ts";
import { archiveTotals } from "../ledger/archives.ts";
import { documentsForDecisions, replaceDecisions } from "../ledger/decisions.ts";
import { funnel, sumOfFunnels, type Funnel as LedgerFunnel } from "../ledger/funnel.ts";
import { keptDocuments } from "../ledger/kept-documents.ts";
import { latestVersion } from "../ledger/migrate.ts";
import type { Ledger } from "../ledger/open.ts";
import { ruleSets } from "../ledger/rule-sets.ts";
import { buildManifest, type BuildResult } from "../manifest/build.ts";
import { buildCorpusManifest } from "../manifest/build-corpus.ts";
import type { Funnel, Source } from "../manifest/manifest-head.ts";
import type { ShardText } from "../manifest/write-shard.ts";
import { decide } from "../policy/decide.ts";
import type { PublishRunners } from "../jobs/runners.ts";
import { clusterCorpus } from "./cluster.ts";
import type { Run } from "./run.ts";
import { licenceKnowledge, type LoadedPolicy } from "../corpus/policy-file.ts";
import { rowOf } from "../manifest/manifest-row.ts";
import { localShards } from "../jobs/export/local.ts";
import { textStore } from "../segment/texts.ts";

export interface PublishReport extends BuildResult {
  readonly funnel: Funnel;
  readonly clusters: number;
}

/** Called at the start of each step and as rows are written. */
export type PublishProgress = (step: "cluster" | "decide" | "publish", done: number, total: number) => void;

/**
 * Clusters, decides and publishes what the ledger holds. Everything is derived again from the ledger and the segments, so
 * that it can be stopped and run again at any point; the manifest in place is the old one until the new one is whole.
 */
export async function publishCorpus(
  run: Run,
  policy: LoadedPolicy,
  onProgress: PublishProgress,
  runners: PublishRunners = {},
): Promise<PublishReport> {
  const { corpus, ledgers, software, signal } = run;
  onProgress("cluster", 0, 1);
  const { clusters } = await clusterCorpus(run, runners.bands);
  onProgress("cluster", 1, 1);
  stopIfAsked(signal);
  decideCorpus(ledgers, policy, onProgress);
  stopIfAsked(signal);
  const funnels = ledgers.map((ledger) => funnel(ledger, policy.sha256));
  const counted = manifestFunnel(sumOfFunnels(funnels), policy);
  using texts = textStore(corpus.segments);
  const { makeShard, atOnce } = runners.shards ?? localShards(texts, signal);
  let written = 0;
  onProgress("publish", written, counted.kept);
  const head = {
    corpus: corpus.config.name,
    software,
    ledgerVersion: latestVersion(),
    policy: { ...policy.policy },
    sources: sourcesOf(ledgers),
  };
  const partitions = ledgers.map((ledger, number) => ({
    head: { ...head, rules: rulesOf(ledger), funnel: manifestFunnel(funnels[number] ?? sumOfFunnels([]), policy) },
    rows: (function* rows() {
      for (const document of keptDocuments(ledger, policy.sha256, ledgers)) yield rowOf(document);
    })(),
    makeShard: async (path: string, wanted: readonly ShardText[]) =>
      makeShard(path, wanted, (count) => {
        // Called for each text: now and then is often enough.
        if (Math.floor(written / 500) < Math.floor((written + count) / 500))
          onProgress("publish", written, counted.kept);
        written += count;
      }),
    shardsAtOnce: atOnce,
    signal,
  }));
  const [only] = partitions;
  const result =
    partitions.length === 1 && only !== undefined
      ? await buildManifest({ directory: corpus.manifest, ...only })
      : await buildCorpusManifest(corpus.manifest, corpus.config.name, partitions);
  onProgress("publish", written, written);
  return { ...result, funnel: counted, clusters };
}

/** Applies the policy to every document; no page is read again. */
export function decideCorpus(ledgers: readonly Ledger[], policy: LoadedPolicy, onProgress: PublishProgress): void {
  onProgress("decide", 0, 1);
  const stored = { sha256: policy.sha256, name: policy.policy.name, text: policy.text };
  replaceDecisions(ledgers, stored, decide(policy.policy, documentsOfAll(ledgers), licenceKnowledge));
  onProgress("decide", 1, 1);
}

function* documentsOfAll(ledgers: readonly Ledger[]): Generator<JudgedDocument> {
  for (const ledger of ledgers) yield* documentsForDecisions(ledger);
}

/** Every archive with all of its bytes, in the manifest of each partition: rows of any may come from any archive. */
function sourcesOf(ledgers: readonly Ledger[]): Source[] {
  return archiveTotals(ledgers).map(({ name, sha256, bytes, slices, recordBytes, lostBytes }) => ({
    name,
    sha256,
    bytes,
    slices,
    recordBytes,
    lostBytes,
  }));
}

/** Every rule of every revision that measured something; usually there is one set. */
function rulesOf(ledger: Ledger): RuleSetRow[] {
  const all = [...ruleSets(ledger).values()].flat().map((rule) => [`${rule.name}@${rule.revision}`, rule] as const);
  return [...new Map(all).values()];
}

function manifestFunnel(found: LedgerFunnel, policy: LoadedPolicy): Funnel {
  const { documents: _, undecided, ...counted } = found;
  if (undecided > 0)
    throw new PipelineError("ledger-broken", `${undecided} documents have no decision under ${policy.policy.name}`);
  return counted;
}

function stopIfAsked(signal: AbortSignal): void {
  if (signal.aborted)
    throw new PipelineError("interrupted", "stopped before the manifest was written; run the same command again");
}
