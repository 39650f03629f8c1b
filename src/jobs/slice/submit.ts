import { statSync } from "node:fs";

import { ownBuild } from "../../core/build.ts";
import { PipelineError } from "../../core/errors.ts";
import type { Hex } from "../../core/records.ts";
import type { Queue } from "../../queue/queue.ts";
import { bringSegment } from "../../segment/transfer.ts";
import { archiveName, sliceResultName } from "../../store/layout.ts";
import type { Store } from "../../store/store.ts";
import { runUntilStored } from "../run-until-stored.ts";
import { sliceJob, sliceResult, type Measurer } from "./contract.ts";

export interface SliceJobs {
  readonly queue: Queue;
  readonly store: Store;
  readonly software: string;
  /** Slices in progress at the same time. */
  readonly window: number;
  readonly signal: AbortSignal;
}

/** Has slices measured by the workers of a queue: each archive is put into the store once, each segment is taken out of it. */
export function submitSlices({ queue, store, software, window, signal }: SliceJobs): Measurer {
  const archiveThere = archivesOnce(store, signal);
  let records = 0;
  return {
    size: window,
    async measure({ slice, path, segments }) {
      await archiveThere(slice.archive, path);
      const job = sliceJob(slice, software);
      const result = await runUntilStored(queue, job, signal, {
        result: sliceResult,
        take: async (one) => {
          const isOurs = one.build === ownBuild.id && (await bringSegment(store, one.segment, segments, signal));
          return isOurs ? one : null;
        },
        forget: async () => store.remove(sliceResultName(job.id), signal),
        lost: () => new PipelineError("segment-broken", `${store.place} keeps losing the segment of ${job.id}`),
      });
      records += Object.values(result.outcomes).reduce((sum, count) => sum + count, 0);
      return result;
    },
    recordsSeen: () => records,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** Puts each archive into the store once, one after the other: workers begin with the first while the others are on their way. */
function archivesOnce(store: Store, signal: AbortSignal): (archive: Hex, path: string) => Promise<void> {
  const stored = new Map<Hex, Promise<void>>();
  let last: Promise<void> = Promise.resolve();
  return (archive, path) => {
    const known = stored.get(archive);
    if (known !== undefined) return known;
    const there = last.then(() => storeArchive(store, archive, path, signal));
    stored.set(archive, there);
    last = there.catch(() => undefined);
    return there;
  };
}

/** @throws {PipelineError} `archive-changed` when the file is not the one that was registered any more */
async function storeArchive(store: Store, archive: Hex, path: string, signal: AbortSignal): Promise<void> {
  const name = archiveName(archive);
  if ((await store.size(name, signal)) !== null) return;
  const before = statSync(path, { bigint: true });
  const state = await store.put(name, { path }, signal);
  const after = statSync(path, { bigint: true });
  if (state === "present" || (before.size === after.size && before.mtimeNs === after.mtimeNs)) return;
  await store.remove(name, signal);
  throw new PipelineError("archive-changed", `${path} changed while it was put into ${store.place}; run again`, {
    path,
  });
}
