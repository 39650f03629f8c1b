import { setTimeout as pause } from "node:timers/promises";

import { PipelineError } from "../../core/errors.ts";
import { bullId, type BullQueue } from "./client.ts";
import { asError, type JobEnds } from "./completions.ts";
import type { Job, JobKind } from "../queue.ts";
import { enterScript } from "./lua.ts";
import { eventsKept, memoryGoOn, memoryStop, type QueueSettings } from "./settings.ts";
import type { RedisConnection } from "../../redis/connection.ts";
import { memoryOf, refusalOf, type RedisMemory } from "../../redis/memory.ts";

/** Hands jobs of a kind in, as many as one command takes, once there is room for them. */
export type HandIn = (jobs: readonly Job[], signal: AbortSignal) => Promise<void>;

/**
 * Waits while Redis is more than half full, then until it is down to 40 %: at `maxmemory` not even workers can take jobs,
 * and it would stay full for ever. Waits as well while many jobs wait already. Errors that may pass are waited out.
 */
export function handIn(
  kind: JobKind,
  connection: RedisConnection,
  queue: BullQueue,
  ends: JobEnds,
  settings: QueueSettings,
  onError: (error: Error) => void,
): HandIn {
  const { client, place, scripts } = connection;
  const { waitingLimit, roomPollMs } = settings;
  let memory: { readonly atMs: number; readonly is: Promise<RedisMemory> } | undefined;
  let full = false;
  let told = false;

  const currentMemory = (): Promise<RedisMemory> => {
    const nowMs = performance.now();
    if (memory === undefined || nowMs - memory.atMs >= roomPollMs) memory = { atMs: nowMs, is: memoryOf(client) };
    return memory.is;
  };

  const hasRoom = async (waiting: number, coming: number): Promise<boolean> => {
    const now = await currentMemory();
    const refusal = refusalOf(now);
    if (refusal !== undefined)
      throw new PipelineError("queue-refused", `Redis at ${place} is not used any more: ${refusal}`, { place });
    const used = now.limitBytes === 0 ? 0 : now.usedBytes / now.limitBytes;
    // What others keep there must not hold us up for ever once all of ours is done.
    const goOn = waiting === 0 ? memoryStop : memoryGoOn;
    full = full ? used >= goOn || waiting > waitingLimit * 0.8 : used >= memoryStop || waiting + coming > waitingLimit;
    if (!full) told = false;
    if (used >= memoryStop && waiting === 0 && !told) {
      told = true;
      onError(
        new Error(
          `Redis at ${place} is more than half full of other things (${now.usedBytes} of ${now.limitBytes} bytes): jobs wait until its maxmemory is raised or something is removed`,
        ),
      );
    }
    return !full;
  };

  return async (jobs, signal) => {
    const ids = jobs.map(bullId);
    const keys = ["meta", "completed", "failed", "tallies", "quarantine"].map((key) => `${kind}:${key}`);
    const entries = jobs.map((job) => ({
      name: "job" as const,
      data: job.payload,
      opts: {
        jobId: bullId(job),
        ...(job.priority === undefined || job.priority === 0 ? {} : { priority: job.priority }),
      },
    }));
    while (!signal.aborted) {
      try {
        const waiting = await queue.getJobCountByTypes("wait", "prioritized");
        if (await hasRoom(waiting, jobs.length)) {
          const watched = ends.watch(jobs);
          try {
            await scripts.run(enterScript, keys, [eventsKept, ...ids]);
            await queue.addBulk(entries);
            return;
          } finally {
            watched.handedIn();
          }
        }
      } catch (error) {
        if (error instanceof PipelineError) throw error;
        if (isForEver(error))
          throw new PipelineError(
            "queue-refused",
            `Redis at ${place} refuses jobs: ${asError(error).message}`,
            { place },
            error,
          );
        // Out of memory, starting, without a master: added in part or not at all. The same jobs again change nothing.
        onError(asError(error));
      }
      await pause(roomPollMs, undefined, { signal }).catch(() => {});
    }
  };
}

const isForEver = (error: unknown): boolean =>
  /^(?:NOPERM|NOAUTH|WRONGPASS|ERR unknown command)/u.test(asError(error).message);
