import { createHash } from "node:crypto";

import type { Hex } from "../../core/records.ts";
import type { Manifest } from "../manifest-head.ts";
import type { ManifestRow } from "../manifest-row.ts";
import { manifestSums, type Disagreement } from "../manifest-sums.ts";
import { manifestPath } from "../manifest-text.ts";
import { stopIfAborted } from "../open-file.ts";
import { manifestBytes } from "../read-manifest.ts";
import { archiveCheck, type ArchiveCheck, type Rederive } from "./archives.ts";
import { notAtAll, partly, unreadChecks, wholly, type Check, type Checks } from "./checks.ts";
import { verifyFiles } from "./files.ts";
import { findings, type Findings } from "./findings.ts";
import { headOf } from "./head.ts";
import { ledgerCheck, type AskLedger, type LedgerCheck } from "./ledger.ts";
import { policyCheck } from "./policy.ts";
import { verifyRows } from "./rows.ts";
import { verifySources, type ArchiveState, type InspectArchive } from "./sources.ts";

export interface VerifyOptions {
  /** Re-reads the archived bytes of a row; left out: no row is compared with its archive. */
  readonly rederive?: Rederive;
  /** Looks at each archive first: at all of its bytes, or with a `sample` at its size alone. */
  readonly inspect?: InspectArchive;
  /** What the corpus' ledger keeps; left out: nothing says whether a document was dropped. */
  readonly ledger?: AskLedger;
  /** The root that the manifest must have, as it is known from elsewhere. */
  readonly root?: Hex;
  /** What other partitions of the corpus have shown; that of this one is added. */
  readonly partitions?: PartitionsSeen;
  /** Called with the id of each row of the right form, in order. */
  readonly onRow?: (id: Hex) => void;
  /** Rows to re-derive, `null` for all. Everything else is always checked whole. */
  readonly sample?: number | null;
  /** Disagreements to list; all are counted. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: VerifyProgress) => void;
}

/** What is looked at once for all partitions of a corpus. */
export interface PartitionsSeen {
  /** Number of the one that is looked at. */
  readonly number: number;
  /** Of all; 1 in a corpus that is whole. */
  readonly count: number;
  readonly archives: Map<Hex, ArchiveState>;
  /** Clusters that have a row. */
  readonly clusters: Set<Hex>;
}

/** Archives come first; then rows are compared with the manifest and, all or some of them, with the archives. */
export interface VerifyProgress {
  readonly archives: number;
  readonly archivesInAll: number;
  readonly documents: number;
  readonly documentsInAll: number;
  readonly rederived: number;
  readonly rederivedInAll: number;
}

export interface VerifyReport {
  readonly ok: boolean;
  /** As recomputed from the rows; `null` when they could not be looked at. */
  readonly root: Hex | null;
  readonly documents: number;
  /** Texts whose digest was compared with their row. */
  readonly texts: number;
  /** Rows whose archived bytes were read again. */
  readonly rederived: number;
  /** What the rows were compared with, and what they could not be compared with. */
  readonly checks: Checks;
  /** The first `limit` of them. */
  readonly disagreements: readonly Disagreement[];
  readonly disagreementCount: number;
}

/**
 * Checks a manifest against itself and its policy and, as far as the options reach them, against the archives, the ledger
 * and a root: form and digests of all files, order and form of the rows, every sum, each text. Whatever is wrong is a
 * finding and ends nothing but its own check.
 * @throws {PipelineError} `not-found` when there is no `manifest.json`; `interrupted`
 */
export async function verifyManifest(directory: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const { limit = 100, signal } = options;
  const report = findings(limit);
  const bytes = await manifestBytes(directory);
  const manifest = headOf(bytes, manifestPath, "manifest", report) as Manifest | null;
  if (manifest === null) return nothingSeen(options, report);
  const manifestSha256 = createHash("sha256").update(bytes).digest("hex");
  await verifyFiles({ directory, manifest, manifestSha256 }, report, signal);
  for (const wrong of manifestSums(manifest)) report.add(wrong);
  const { partitions = { number: 0, count: 1, archives: new Map<Hex, ArchiveState>(), clusters: new Set<Hex>() } } =
    options;
  const archives = await archivesOf(manifest, { ...options, partitions }, report);
  const ledger = ledgerOf(manifest, partitions, options.ledger, report);
  const policy = await policyCheck(manifest, partitions.clusters, report);
  let readable = 0;
  const onRow = async (row: ManifestRow): Promise<void> => {
    readable++;
    options.onRow?.(row.id);
    archives.onRow();
    policy?.(row);
    await ledger.check?.add(row);
    await archives.add(row);
  };
  const seen = await verifyRows({ directory, manifest }, report, onRow, signal);
  await ledger.check?.finish();
  const ofArchives = await archives.finish();
  const root = rootCheck(seen.root, options.root, report);
  const checks = {
    archives: ofArchives.check,
    ledger: ledger.done,
    policy:
      policy === null
        ? notAtAll("the policy in manifest.json cannot be applied by this version")
        : countCheck(readable, manifest, "rows could be read"),
    root,
    texts: countCheck(seen.texts, manifest, "texts were found for their rows"),
  };
  return reportOf(report, { ...seen, rederived: ofArchives.rederived, checks });
}

function countCheck(done: number, { totals }: Manifest, words: string): Check {
  if (done === totals.documents) return wholly;
  const why = `${done} of ${totals.documents} ${words}`;
  return done === 0 ? notAtAll(why) : partly(why);
}

function nothingSeen(options: VerifyOptions, report: Findings): VerifyReport {
  const checks = unreadChecks(notAtAll("manifest.json cannot be read"));
  rootCheck(null, options.root, report);
  return reportOf(report, { root: null, documents: 0, texts: 0, rederived: 0, checks });
}

/** Compares a root with the one that was asked for. */
export function rootCheck(found: Hex | null, wanted: Hex | undefined, report: Findings): Check {
  if (wanted === undefined) return notAtAll("no root was given to compare it with");
  report.expect("root-given", "root", wanted, found ?? "none");
  return wholly;
}

function reportOf(
  report: Findings,
  seen: Pick<VerifyReport, "root" | "documents" | "texts" | "rederived" | "checks">,
): VerifyReport {
  const disagreementCount = report.count();
  return { ok: disagreementCount === 0, ...seen, disagreements: report.kept, disagreementCount };
}

function ledgerOf(
  manifest: Manifest,
  partition: PartitionsSeen,
  ask: AskLedger | undefined,
  report: Findings,
): { readonly check: LedgerCheck | null; readonly done: Check } {
  if (ask === undefined) return { check: null, done: notAtAll("there is no ledger here") };
  const view = ask(manifest, partition);
  if (typeof view === "string") return { check: null, done: notAtAll(view) };
  if ("what" in view) {
    report.add(view);
    return { check: null, done: notAtAll(`${view.found}, not ${view.expected}`) };
  }
  const done = view.hasMovedOn
    ? partly(
        "archives or documents were added since it was published, so that its funnel and what rows inherit are not compared; publish again to have them in",
      )
    : wholly;
  return { check: ledgerCheck(view, manifest, report), done };
}

interface ArchivesOf {
  /** Called for each row before anything is done about it. @throws {PipelineError} `interrupted` */
  readonly onRow: () => void;
  readonly add: (row: ManifestRow) => Promise<void>;
  readonly finish: () => Promise<{ readonly check: Check; readonly rederived: number }>;
}

/** Looks at the archives, then takes rows to be read again, and tells how far it has come. */
async function archivesOf(
  manifest: Manifest,
  options: VerifyOptions & { readonly partitions: PartitionsSeen },
  report: Findings,
): Promise<ArchivesOf> {
  const { sample = null, signal, rederive, inspect, partitions } = options;
  const documentsInAll = manifest.totals.documents;
  const rederivedInAll = rederive === undefined ? 0 : Math.min(sample ?? documentsInAll, documentsInAll);
  const archivesInAll = inspect === undefined ? 0 : manifest.sources.length;
  let [archives, documents] = [0, 0];
  const step = (rederived: number): void => {
    stopIfAborted(signal);
    options.onProgress?.({ archives, archivesInAll, documents, documentsInAll, rederived, rederivedInAll });
  };
  const onArchive = (): void => {
    step(0);
    archives++;
  };
  const inspection = { allBytes: sample === null, seen: partitions.archives, onArchive };
  const missing =
    inspect === undefined ? new Set<Hex>() : await verifySources(manifest.sources, { ...inspection, inspect }, report);
  const check: ArchiveCheck | null = rederive === undefined ? null : archiveCheck(rederive, sample, report, step);
  return {
    onRow() {
      documents++;
      step(check?.checked() ?? 0);
    },
    async add(row) {
      // Its archive has a finding already; one more for each of its rows would hide the others.
      if (!missing.has(row.archive.sha256)) await check?.add(row);
    },
    async finish() {
      if (check === null) return { check: notAtAll("nothing here says where they lie"), rederived: 0 };
      await check.finish();
      const rederived = check.checked();
      step(rederived);
      return { check: countCheck(rederived, manifest, "records were read again"), rederived };
    },
  };
}
