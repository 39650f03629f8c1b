import { PipelineError } from "../core/errors.ts";
import type { LoadedPolicy } from "../corpus/policy-file.ts";
import type { PolicyWarning } from "../corpus/policy-warning.ts";
import type { ShardMaker } from "../jobs/export/contract.ts";
import { localShards } from "../jobs/export/local.ts";
import { buildShares, keptBuilds, type BuildShare } from "../ledger/builds.ts";
import { funnel, sumOfFunnels, type Funnel as LedgerFunnel } from "../ledger/funnel.ts";
import { latestVersion } from "../ledger/migrate.ts";
import { buildCorpusManifest } from "../manifest/build-corpus.ts";
import { buildManifest, type BuildResult } from "../manifest/build.ts";
import type { Funnel } from "../manifest/manifest-head.ts";
import type { ShardText } from "../manifest/write-shard.ts";
import { textStore } from "../segment/read.ts";
import { publishedFunnel, publishedRows, publishedRules, publishedSources } from "./published.ts";
import type { Run } from "./run.ts";

export interface PublishReport extends BuildResult {
  readonly funnel: Funnel;
  readonly clusters: number;
  /** What each build measured of the whole corpus; more than one: documents were not all measured alike. */
  readonly builds: readonly BuildShare[];
  /** Of names in the policy that nobody knows. */
  readonly warnings: readonly PolicyWarning[];
}

/**
 * Writes the manifest of what the policy keeps, as the decisions in the ledger have it.
 * @param shards who writes the shards of text; left out: this process
 * @param onProgress rows written, of all
 */
export async function publishManifest(
  run: Run,
  policy: LoadedPolicy,
  shards: ShardMaker | undefined,
  onProgress: (done: number, total: number) => void,
): Promise<Omit<PublishReport, "clusters" | "warnings">> {
  const { corpus, ledgers, software, signal } = run;
  const funnels = ledgers.map((ledger) => funnel(ledger, policy.sha256));
  const counted = manifestFunnel(sumOfFunnels(funnels), policy);
  using texts = textStore(corpus.segments);
  const { makeShard, atOnce } = shards ?? localShards(texts, signal);
  let written = 0;
  onProgress(written, counted.kept);
  const head = {
    corpus: corpus.config.name,
    software,
    ledgerVersion: latestVersion(),
    policy: { ...policy.policy },
    sources: publishedSources(ledgers),
  };
  const partitions = ledgers.map((ledger, number) => ({
    head: {
      ...head,
      rules: publishedRules(ledger),
      builds: keptBuilds(ledger, policy.sha256),
      funnel: manifestFunnel(funnels[number] ?? sumOfFunnels([]), policy),
    },
    rows: publishedRows(ledger, policy, ledgers),
    makeShard: async (path: string, wanted: readonly ShardText[]) =>
      makeShard(path, wanted, (count) => {
        // Called for each text: now and then is often enough.
        if (Math.floor(written / 500) < Math.floor((written + count) / 500)) onProgress(written, counted.kept);
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
  onProgress(written, written);
  return { ...result, funnel: counted, builds: buildShares(ledgers) };
}

function manifestFunnel(found: LedgerFunnel, policy: LoadedPolicy): Funnel {
  if (found.undecided > 0)
    throw new PipelineError(
      "ledger-broken",
      `${found.undecided} documents have no decision under ${policy.policy.name}`,
    );
  return publishedFunnel(found);
}
