import { rmSync, statSync } from "node:fs";

import { ownBuild } from "../../core/build/build.ts";
import { PipelineError } from "../../core/errors.ts";
import type { Hex } from "../../core/records.ts";
import type { MeasureJob, MeasureResult } from "../../measure/measure-slice.ts";
import { segmentPath } from "../../segment/format.ts";
import { openSegment } from "../../segment/read.ts";
import { bringSegment } from "../../segment/transfer.ts";
import { segmentName, sliceResultName } from "../../store/layout.ts";
import type { Store } from "../../store/store.ts";
import { runUntilStored, type JobRun } from "../run-until-stored.ts";
import { refuseOtherSegment } from "./check-segment.ts";
import { sliceJob, sliceResult, type Measurer } from "./contract.ts";
import { shelvedArchives } from "./store-archive.ts";

export interface SliceJobs extends JobRun {
  readonly store: Store;
  readonly software: string;
  /** Slices in progress at the same time. */
  readonly window: number;
  /** Archives of the store whose bytes this process has compared with their names. */
  readonly whole?: Set<Hex>;
}

/** Has slices measured by the workers of a queue: each archive is put into the store once, each segment is taken out of it. */
export function submitSlices({ store, software, window, whole = new Set(), ...run }: SliceJobs): Measurer {
  const { signal } = run;
  const archives = shelvedArchives({ store, whole, ...run });
  let records = 0;

  /** The segment is what its name says, and what was asked for. */
  const take = async (result: MeasureResult, { slice, path, segments }: MeasureJob): Promise<MeasureResult | null> => {
    if (!(await bringSegment(store, result.segment, segments, signal))) return null;
    using segment = openSegment(segments, result.segment);
    refuseOtherSegment(segment, result, { slice, software, archiveBytes: statSync(path).size });
    return result;
  };

  return {
    size: window,
    async measure(asked) {
      const { slice, path } = asked;
      const job = sliceJob(slice, software);
      const name = sliceResultName(job.id);
      await archives.there(slice.archive, path);
      // What has its result is not read again.
      const isKnown = whole.has(slice.archive) || (await store.size(name, signal)) !== null;
      if (!isKnown) await archives.whole(slice.archive, path);
      const result = await runUntilStored(run, job, {
        result: sliceResult,
        take: async (one) => (one.build === ownBuild.id ? take(one, asked) : null),
        async forget() {
          await store.remove(name, signal);
          await archives.whole(slice.archive, path);
        },
        lost: () => new PipelineError("segment-broken", `${store.place} keeps losing the segment of ${job.id}`),
      });
      records += Object.values(result.outcomes).reduce((sum, count) => sum + count, 0);
      return result;
    },
    async discard({ slice, segments }, { segment }, error) {
      run.onBroken?.(error);
      await store.remove(sliceResultName(sliceJob(slice, software).id), signal);
      await store.remove(segmentName(segment), signal);
      rmSync(segmentPath(segments, segment), { force: true });
    },
    recordsSeen: () => records,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
