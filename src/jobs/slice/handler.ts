import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

import { withAbort } from "../../async/abort.ts";
import type { MeasureResult } from "../../measure/measure-slice.ts";
import type { ThreadPool } from "../../measure/thread-pool.ts";
import type { JobHandler } from "../../queue/queue.ts";
import { segmentPath } from "../../segment/format.ts";
import { archiveName, segmentName, sliceResultName } from "../../store/layout.ts";
import type { Store } from "../../store/store.ts";
import { payloadOf, storedJson } from "../checked-json.ts";
import { refuseOtherVersion } from "../version-check.ts";
import { sliceAsk, sliceResult, type SliceAsk } from "./contract.ts";
import { archiveCut, fetchedSlice } from "./fetch-slice.ts";

export interface SliceWork {
  readonly store: Store;
  readonly pool: Pick<ThreadPool, "measure">;
  /** A folder of this machine for what is in progress. */
  readonly folder: string;
  readonly software: string;
}

/** A slice in, its segment and result in the store. A result that is there already is the answer. */
export function sliceHandler({ store, pool, folder, software }: SliceWork): JobHandler {
  return async (job, { signal }) => {
    const ask = payloadOf(sliceAsk, job);
    const name = sliceResultName(job.id);
    const known = await store.get(name, signal);
    if (known !== null) return { ...storedJson(sliceResult, known, store, name) };
    refuseOtherVersion(ask.software, software);
    const work = mkdtempSync(join(folder, "slice-"));
    try {
      // The work itself cannot be stopped; the caller that waits for it is let go.
      const result = await withAbort(measured(ask, work, { store, pool }, signal), signal, "measuring a slice");
      await store.put(segmentName(result.segment), { path: segmentPath(work, result.segment) }, signal);
      await store.put(name, Buffer.from(JSON.stringify(result)), signal);
      return { ...result };
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  };
}

async function measured(
  { archive, index, begin, end, exactStart }: SliceAsk,
  folder: string,
  { store, pool }: Pick<SliceWork, "store" | "pool">,
  signal: AbortSignal,
): Promise<MeasureResult> {
  const slice = { archive, index, nominalStart: begin, nominalEnd: end, exactStart };
  const whole = store.localPath(archiveName(archive));
  const job = { slice, segments: folder, poison: [] };
  if (whole !== null) {
    const bytes = await store.size(archiveName(archive), signal);
    if (bytes === null || bytes < end) throw archiveCut(store, archive);
    return pool.measure({ ...job, path: whole });
  }
  const path = join(folder, "archive");
  using sparse = await fetchedSlice(store, slice, path, signal);
  return await pool.measure({ ...job, path }, sparse);
}
