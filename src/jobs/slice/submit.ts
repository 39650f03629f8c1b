import { mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

import { PipelineError } from "../../core/errors.ts";
import type { Hex } from "../../core/records.ts";
import { jobOf } from "../../queue/job.ts";
import type { Job, JobHandler, JobPayload, Queue } from "../../queue/queue.ts";
import { localQueue } from "../../queue/local-queue.ts";
import { withAbort } from "../../async/abort.ts";
import { runJob } from "../run-job.ts";
import type { Store } from "../../store/store.ts";
import { archiveName, withFetchedSlice } from "./fetch-slice.ts";
import type { MeasureJob, MeasureResult } from "../../measure/measure-slice.ts";
import type { Measurer } from "../../measure/measurer.ts";
import { runUntilStored } from "../run-until-stored.ts";
import { segmentName, segmentPath } from "../../segment/format.ts";
import { storedSegment } from "../../segment/stored-segment.ts";
import type { ThreadPool } from "../../measure/thread-pool.ts";
import { refuseOtherVersion } from "../version-check.ts";

/** What a `slice` job says; with the archive in the store it is all that is needed. */
interface SliceAsk extends JobPayload {
  readonly archive: Hex;
  readonly index: number;
  readonly begin: number;
  readonly end: number;
  readonly exactStart: number | null;
  /** Only a worker of the same version gives the same segment. */
  readonly software: string;
}

export interface SliceWork {
  readonly store: Store;
  readonly pool: ThreadPool;
  /** A folder of this machine for what is under way. */
  readonly folder: string;
  readonly software: string;
}

/** A slice in, its segment and result in the store. A result that is there already is the answer. */
export function sliceHandler({ store, pool, folder, software }: SliceWork): JobHandler {
  return async (job, { signal }) => {
    const known = await store.get(resultName(job), signal);
    if (known !== null) return JSON.parse(known.toString("utf8")) as { [key: string]: unknown };
    const { payload } = job;
    const ask = payload as SliceAsk;
    refuseOtherVersion(ask.software, software);
    const work = mkdtempSync(join(folder, "slice-"));
    try {
      // The work itself cannot be stopped; whoever waits for it is let go.
      const result = await withAbort(measured(ask, work, { store, pool }, signal), signal, "measuring a slice");
      await store.put(segmentName(result.segment), { path: segmentPath(work, result.segment) }, signal);
      await store.put(resultName(job), Buffer.from(JSON.stringify(result)), signal);
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
  if (whole !== null) return pool.measure({ ...job, path: whole });
  const path = join(folder, "archive");
  return withFetchedSlice(store, slice, path, signal, async (held) => pool.measure({ ...job, path, held }));
}

export interface SliceJobs {
  readonly queue: Queue;
  readonly store: Store;
  readonly software: string;
  /** Slices under way at the same time. */
  readonly window: number;
  readonly signal: AbortSignal;
}

/** Has slices measured by the workers of a queue: each archive is put into the store once, each segment is taken out of it. */
export function jobMeasurer({ queue, store, software, window, signal }: SliceJobs): Measurer & AsyncDisposable {
  const stored = new Map<Hex, Promise<void>>();
  // One after the other: workers begin with the first while the others are on their way.
  let last: Promise<void> = Promise.resolve();
  const archiveThere = (archive: Hex, path: string): Promise<void> => {
    const known = stored.get(archive);
    if (known !== undefined) return known;
    const there = last.then(() => storeArchive(store, archive, path, signal));
    stored.set(archive, there);
    last = there.catch(() => undefined);
    return there;
  };
  let records = 0;
  const measure = async (job: MeasureJob): Promise<MeasureResult> => {
    await archiveThere(job.slice.archive, job.path);
    const asked = askedOf(job, software);
    const result = await runUntilStored(queue, asked, signal, {
      take: async (one: MeasureResult) =>
        (await storedSegment(store, one.segment, job.segments, signal)) ? one : null,
      forget: async () => store.remove(resultName(asked), signal),
      lost: () => new PipelineError("segment-broken", `${store.place} keeps losing the segment of ${asked.id}`),
    });
    records += Object.values(result.outcomes).reduce((sum, count) => sum + count, 0);
    return result;
  };
  return { size: window, measure, recordsSeen: () => records, [Symbol.asyncDispose]: async () => undefined };
}

/**
 * The pump of one machine: the same jobs through a queue of this process, done by its threads, with which it ends, where the
 * archives lie. Slices in hand are finished when a run is stopped: they are in this machine's memory only.
 */
export function localMeasurer(pool: ThreadPool, software: string): Measurer & AsyncDisposable {
  const queue = localQueue();
  const jobs = new Map<string, MeasureJob>();
  const { signal } = new AbortController();
  const handler: JobHandler = async ({ id }, context) => {
    const job = jobs.get(id);
    if (job === undefined) throw new RangeError(`nobody asked for slice job ${id}`);
    return { ...(await withAbort(pool.measure(job), context.signal, "measuring a slice")) };
  };
  queue.consume("slice", handler, { concurrency: pool.size });
  return {
    size: pool.size + 2,
    async measure(job) {
      const asked = askedOf(job, software);
      jobs.set(asked.id, job);
      try {
        return await runJob<MeasureResult>(queue, asked, signal);
      } finally {
        jobs.delete(asked.id);
      }
    },
    recordsSeen: pool.recordsSeen,
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
      await queue[Symbol.asyncDispose]();
    },
  };
}

function askedOf({ slice }: MeasureJob, software: string): Job {
  const { archive, index, nominalStart: begin, nominalEnd: end, exactStart } = slice;
  return jobOf("slice", { archive, index, begin, end, exactStart, software } satisfies SliceAsk);
}

function resultName({ id }: Job): string {
  return `slices/${id}`;
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
