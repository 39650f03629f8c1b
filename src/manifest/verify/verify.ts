import { createHash } from "node:crypto";

import { PipelineError } from "../../core/errors.ts";
import type { Hex } from "../../core/records.ts";
import type { Manifest } from "../manifest-head.ts";
import type { ManifestRow } from "../manifest-row.ts";
import { manifestSums, type Disagreement } from "../manifest-sums.ts";
import { manifestPath } from "../manifest-text.ts";
import { manifestBytes } from "../read-manifest.ts";
import { archiveCheck, type Rederive } from "./archives.ts";
import { verifyFiles } from "./files.ts";
import { findings, type Findings } from "./findings.ts";
import { headOf } from "./head.ts";
import { verifyRows } from "./rows.ts";
import { verifySources, type ArchiveState, type InspectArchive } from "./sources.ts";

export interface VerifyOptions {
  /** Re-reads the archived bytes of a row; without it only the manifest itself is checked. */
  readonly rederive?: Rederive;
  /** Looks at each archive first: at all of its bytes, or with a `sample` at its size alone. */
  readonly inspect?: InspectArchive;
  /** Archives that were looked at before, for another partition; those of this one are added. */
  readonly archivesSeen?: Map<Hex, ArchiveState>;
  /** Called with the id of each row of the right form, in order. */
  readonly onRow?: (id: Hex) => void;
  /** Rows to re-derive, `null` for all. Everything else is always checked whole. */
  readonly sample?: number | null;
  /** Disagreements to list; all are counted. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: VerifyProgress) => void;
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
  /** The first `limit` of them. */
  readonly disagreements: readonly Disagreement[];
  readonly disagreementCount: number;
}

/**
 * Checks a manifest against itself and, through `rederive`, against the archives: form and digests of all files, order and
 * form of the rows, the root, every sum, each text. Whatever is wrong is a finding and ends nothing but its own check.
 * @throws {PipelineError} `not-found` when there is no `manifest.json`; `interrupted`
 */
export async function verifyManifest(directory: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const { sample = null, limit = 100, signal, onProgress } = options;
  const report = findings(limit);
  const bytes = await manifestBytes(directory);
  const manifest = headOf(bytes, manifestPath, "manifest", report) as Manifest | null;
  if (manifest === null) return reportOf(report, { root: null, documents: 0, texts: 0, rederived: 0 });
  const manifestSha256 = createHash("sha256").update(bytes).digest("hex");
  await verifyFiles({ directory, manifest, manifestSha256 }, report, signal);
  for (const wrong of manifestSums(manifest)) report.add(wrong);
  const documentsInAll = manifest.totals.documents;
  const rederivedInAll = options.rederive === undefined ? 0 : Math.min(sample ?? documentsInAll, documentsInAll);
  const archivesInAll = options.inspect === undefined ? 0 : manifest.sources.length;
  let [documents, archivesSeen] = [0, 0];
  const step = (rederived: number): void => {
    if (signal?.aborted === true) throw new PipelineError("interrupted", "stopped before everything was verified");
    onProgress?.({ archives: archivesSeen, archivesInAll, documents, documentsInAll, rederived, rederivedInAll });
  };
  const { inspect, archivesSeen: seenBefore = new Map<Hex, ArchiveState>() } = options;
  const onArchive = (): void => {
    step(0);
    archivesSeen++;
  };
  const inspection = { allBytes: sample === null, seen: seenBefore, onArchive };
  const missing =
    inspect === undefined ? new Set<Hex>() : await verifySources(manifest.sources, { ...inspection, inspect }, report);
  const archives = options.rederive === undefined ? null : archiveCheck(options.rederive, sample, report, step);
  const onRow = async (row: ManifestRow): Promise<void> => {
    documents++;
    options.onRow?.(row.id);
    step(archives?.checked() ?? 0);
    // Its archive has a finding already; one more for each of its rows would hide the others.
    if (!missing.has(row.archive.sha256)) await archives?.add(row);
  };
  const seen = await verifyRows({ directory, manifest }, report, onRow, signal);
  await archives?.finish();
  if (archives !== null) step(archives.checked());
  return reportOf(report, { ...seen, rederived: archives?.checked() ?? 0 });
}

function reportOf(
  report: Findings,
  seen: Pick<VerifyReport, "root" | "documents" | "texts" | "rederived">,
): VerifyReport {
  const disagreementCount = report.count();
  return { ok: disagreementCount === 0, ...seen, disagreements: report.kept, disagreementCount };
}
