import { inBackground } from "../async/limit.ts";
import type { JudgedDocument, Policy } from "../core/decisions.ts";
import { PipelineError } from "../core/errors.ts";
import type { Outcome } from "../core/records.ts";
import type { LoadedPolicy } from "../corpus/policy-file.ts";
import { policyWarnings } from "../corpus/policy-warnings.ts";
import type { Machines } from "../jobs/machines.ts";
import type { PublishRunners } from "../jobs/runners.ts";
import type { Measurer } from "../jobs/slice/contract.ts";
import { localSlices } from "../jobs/slice/local.ts";
import { submitSlices } from "../jobs/slice/submit.ts";
import { programOf } from "../jobs/version-check.ts";
import { documentsForDecisions, replaceDecisions } from "../ledger/decisions.ts";
import type { Ledger } from "../ledger/open.ts";
import { replaceVersions } from "../ledger/versions.ts";
import { addressState } from "../policy/address-state.ts";
import { decide } from "../policy/decide.ts";
import { licenceKnowledge } from "../rights/licence-knowledge.ts";
import { normalUrlOf } from "../url/normalize.ts";
import { acquire, type Acquired, type AcquireHooks, type Sources } from "./acquire.ts";
import { clusterDocuments } from "./cluster.ts";
import { collectSegment, noteWholeCopies } from "./collect.ts";
import { openIntake, type IngestProgress, type IngestReport } from "./ingest.ts";
import { inheritanceOf, judgedWith } from "./inheritance.ts";
import type { PublishReport } from "./publish.ts";
import { registerArchives } from "./register.ts";
import { archivesToRemeasure } from "./remeasure.ts";
import type { Run } from "./run.ts";
import { refuseBrokenSegments } from "./whole-segments.ts";

/** What a corpus is made of, and who does the work. */
export interface Recipe {
  readonly sources: Sources;
  /** Measure what was archived and write it into the ledger. */
  readonly ingest: boolean;
  /** What to publish by; `null`: stop when everything is in the ledger. */
  readonly policy: LoadedPolicy | null;
  /** Worker threads of this process that measure. */
  readonly workers: number;
  /** Whose workers do the work; `null`: threads of this process. */
  readonly machines: Machines | null;
  /** Who does the heavy parts of publishing; asked when it comes to that. */
  readonly runners: () => Promise<PublishRunners>;
}

export interface RecipeHooks extends AcquireHooks {
  readonly onIngest: (progress: IngestProgress) => void;
  /** Called once, when everything is in the ledger and before anything is published. */
  readonly onIngested: (report: CorpusReport) => void;
  readonly onPublish: PublishProgress;
}

/** Called at the start of each step and as rows are written. */
export type PublishProgress = (step: "cluster" | "decide" | "publish", done: number, total: number) => void;

export interface CorpusReport extends Pick<Acquired, "crawl" | "copies"> {
  /** `null` when there was nothing to ingest, or it was not wanted. */
  readonly ingest: IngestReport | null;
  readonly interrupted: boolean;
}

/**
 * The recipe of a corpus, from the web to a manifest: acquire → register → measure → collect → cluster → decide → publish.
 * Each step goes on where an earlier run stopped. The caller holds the corpus's lock.
 */
export async function makeCorpus(
  run: Run,
  recipe: Recipe,
  hooks: RecipeHooks,
): Promise<CorpusReport & { readonly published: PublishReport | null }> {
  await using measurer = recipe.ingest ? measurerOf(recipe, run) : null;

  // Acquire. An archive that is whole is taken in while the next one is still being written.
  const early: IngestReport[] = [];
  const beside = inBackground<string>(run.signal, async (path, signal) => {
    if (measurer !== null) early.push(await ingestArchives({ ...run, signal }, measurer, [path], () => undefined));
  });
  let acquired: Acquired;
  try {
    const acquiring = { ...run, signal: beside.signal };
    acquired = await acquire(acquiring, recipe.sources, recipe.machines, { ...hooks, onArchive: beside.add });
  } finally {
    await beside.done();
  }

  // Register, measure, collect: whatever of the archives is not in the ledger yet.
  const { crawl, copies } = acquired;
  const isAll = run.remeasure === true && acquired.archives.length === 0;
  const again = isAll ? archivesToRemeasure(run) : { paths: acquired.archives, missing: [] };
  const isDue = measurer !== null && !run.signal.aborted && (again.paths.length > 0 || isAll);
  const taken = isDue ? await ingestArchives(run, measurer, again.paths, afterEarlier(hooks.onIngest, early)) : null;
  if (taken !== null) noteWholeCopies(run, copies?.archives ?? []);
  const ingest = taken === null ? null : withEarlier(taken, early, again.missing);
  const report = { crawl, copies, ingest, interrupted: ingest?.interrupted ?? run.signal.aborted };
  hooks.onIngested(report);

  // Cluster, decide, publish.
  if (report.interrupted || ingest === null || recipe.policy === null) return { ...report, published: null };
  return { ...report, published: await publishCorpus(run, recipe.policy, hooks.onPublish, await recipe.runners()) };
}

/** Register → measure → collect. Slices are measured ahead, as many as the measurer takes, and collected in their order. */
export async function ingestArchives(
  run: Run,
  measurer: Measurer,
  paths: readonly string[],
  onProgress: (progress: IngestProgress) => void,
): Promise<IngestReport> {
  using intake = openIntake(run, measurer, paths, onProgress);
  for await (const archive of intake.archives(registerArchives({ ...run, signal: intake.signal }, paths))) {
    for await (const slice of intake.slicesToRead(archive)) {
      intake.take(slice, measurer.measure, (segment) => collectSegment(run, archive.sha256, slice.index, segment));
    }
  }
  return intake.report();
}

/**
 * Cluster → decide → publish, from what the ledger and the segments hold: no page is read again. It can be stopped and run
 * again at any point; the manifest in place is the old one until the new one is whole.
 */
export async function publishCorpus(
  run: Run,
  policy: LoadedPolicy,
  onProgress: PublishProgress,
  runners: PublishRunners = {},
): Promise<PublishReport> {
  const { publishManifest } = await import("./publish.ts");
  onProgress("cluster", 0, 1);
  await refuseBrokenSegments(run);
  const { clusters } = await clusterDocuments(run, runners.bands);
  onProgress("cluster", 1, 1);
  stopIfAsked(run.signal);
  onProgress("decide", 0, 1);
  decideDocuments(run, policy);
  onProgress("decide", 1, 1);
  stopIfAsked(run.signal);
  const published = await publishManifest(run, policy, runners.shards, (done, of) => onProgress("publish", done, of));
  const warnings = policyWarnings(policy.policy, run.ledgers, published.funnel.refusedReasons);
  return { ...published, clusters, warnings };
}

/** Applies the policy to every document and replaces the old decisions; no page is read again. */
export function decideDocuments({ ledgers }: Pick<Run, "ledgers">, policy: LoadedPolicy): void {
  const stored = { sha256: policy.sha256, name: policy.policy.name, text: policy.text };
  for (const ledger of ledgers) replaceVersions(ledger, addressNameOf, addressState);
  replaceDecisions(ledgers, stored, decide(policy.policy, documentsOfAll(ledgers, policy.policy), licenceKnowledge));
}

/** Captures of one name are of one address: spellings make no difference, nor does `http` against `https`. */
function addressNameOf(url: string): string {
  return normalUrlOf(url)?.replace(/^https?:/, "") ?? url;
}

function* documentsOfAll(ledgers: readonly Ledger[], policy: Policy): Generator<JudgedDocument> {
  for (const ledger of ledgers) {
    const inheritance = inheritanceOf(ledger, policy);
    for (const document of documentsForDecisions(ledger)) yield judgedWith(document, inheritance(document));
  }
}

function stopIfAsked(signal: AbortSignal): void {
  if (signal.aborted)
    throw new PipelineError("interrupted", "stopped before the manifest was written; run the same command again");
}

/** Slices that many machines may have in progress for one collector; their results are small, their order is kept here. */
const slicesUnderWay = 256;

function measurerOf({ machines, workers }: Recipe, { software, signal }: Run): Measurer {
  if (machines === null) return localSlices(workers, software);
  return submitSlices({ ...machines, software: programOf(software), window: slicesUnderWay, signal });
}

/** What was ingested while archives were acquired belongs to this run too. */
function withEarlier(
  rest: IngestReport,
  early: readonly IngestReport[],
  missing: IngestReport["failures"],
): IngestReport {
  return {
    ...rest,
    alreadyRead: rest.alreadyRead - early.filter(({ slices }) => slices > 0).length,
    slices: early.reduce((sum, { slices }) => sum + slices, rest.slices),
    problems: early.reduce((sum, { problems }) => sum + problems, rest.problems),
    outcomes: outcomesOf([...early, rest]),
    damaged: [...early.flatMap(({ damaged }) => damaged), ...rest.damaged],
    failures: [...missing, ...early.flatMap(({ failures }) => failures), ...rest.failures],
  };
}

function afterEarlier(
  onIngest: RecipeHooks["onIngest"],
  early: readonly IngestReport[],
): (progress: IngestProgress) => void {
  const { document, duplicate, skipped, failed } = outcomesOf(early);
  const captures = document + duplicate + skipped + failed;
  return (seen) => onIngest({ ...seen, captures: seen.captures + captures, documents: seen.documents + document });
}

function outcomesOf(reports: readonly IngestReport[]): Record<Outcome, number> {
  const sum = (outcome: Outcome): number => reports.reduce((all, { outcomes }) => all + outcomes[outcome], 0);
  return {
    document: sum("document"),
    duplicate: sum("duplicate"),
    skipped: sum("skipped"),
    failed: sum("failed"),
  };
}
