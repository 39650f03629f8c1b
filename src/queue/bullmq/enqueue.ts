import { pause } from "../../async/abort.ts";
import { PipelineError } from "../../core/errors.ts";
import type { RedisConnection } from "../../redis/connection.ts";
import { memoryOf, refusalOf, type RedisMemory } from "../../redis/memory.ts";
import type { Job, JobKind } from "../queue.ts";
import { bullId, type BullQueue } from "./client.ts";
import { asError, type Completions } from "./completions.ts";
import { enterScript } from "./lua.ts";
import { eventsKept, memoryGoOn, memoryStop, type QueueSettings } from "./settings.ts";

/** Where the jobs of a kind are enqueued. */
export interface Intake {
  readonly kind: JobKind;
  readonly connection: RedisConnection;
  readonly queue: BullQueue;
  readonly completions: Completions;
  readonly settings: QueueSettings;
  readonly onError: (error: Error) => void;
  /** Read at most once in `roomPollMs`. */
  memory: { readonly atMs: number; readonly is: Promise<RedisMemory> } | null;
  isFull: boolean;
  /** Whether it was reported that other data fills Redis. */
  isReported: boolean;
}

/**
 * Enqueues jobs, as many as one command takes, once there is room for them. Waits while Redis is more than half full,
 * then until it is down to 40 %: at `maxmemory` not even workers can take jobs, and it would stay full forever. Also
 * waits while many jobs are waiting already, and while an error may pass. Returns when the signal aborts, whether or
 * not the jobs are enqueued.
 * @throws {PipelineError} `queue-refused`
 */
export async function enqueue(intake: Intake, jobs: readonly Job[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const waiting = await intake.queue.getJobCountByTypes("wait", "prioritized");
      if (await hasRoom(intake, waiting, jobs.length)) return await add(intake, jobs);
    } catch (error) {
      if (error instanceof PipelineError) throw error;
      if (isLasting(error)) throw refused(intake, error);
      // Redis is out of memory, starting or without a master: the jobs were added in part or not at all. Adding them
      // again is harmless.
      intake.onError(asError(error));
    }
    await pause(intake.settings.roomPollMs, signal);
  }
}

async function add({ kind, connection, queue, completions }: Intake, jobs: readonly Job[]): Promise<void> {
  const keys = ["meta", "completed", "failed", "tallies", "quarantine"].map((key) => `${kind}:${key}`);
  const entries = jobs.map((job) => ({ name: "job" as const, data: job.payload, opts: optionsOf(job) }));
  const watched = completions.watch(jobs);
  try {
    await connection.scripts.run(enterScript, keys, [eventsKept, ...jobs.map(bullId)]);
    await queue.addBulk(entries);
  } finally {
    watched.enqueued();
  }
}

function optionsOf(job: Job): { readonly jobId: string; readonly priority?: number } {
  const { priority = 0 } = job;
  return { jobId: bullId(job), ...(priority === 0 ? {} : { priority }) };
}

async function hasRoom(intake: Intake, waiting: number, coming: number): Promise<boolean> {
  const { waitingLimit } = intake.settings;
  const memory = await currentMemory(intake);
  const refusal = refusalOf(memory);
  const { place } = intake.connection;
  if (refusal !== undefined)
    throw new PipelineError("queue-refused", `Redis at ${place} is not used any more: ${refusal}`, { place });
  const used = memory.limitBytes === 0 ? 0 : memory.usedBytes / memory.limitBytes;
  // Other data in Redis must not block us forever once all our jobs are done.
  const goOn = waiting === 0 ? memoryStop : memoryGoOn;
  intake.isFull = intake.isFull
    ? used >= goOn || waiting > waitingLimit * 0.8
    : used >= memoryStop || waiting + coming > waitingLimit;
  if (!intake.isFull) intake.isReported = false;
  if (used >= memoryStop && waiting === 0) reportOthers(intake, memory);
  return !intake.isFull;
}

function currentMemory(intake: Intake): Promise<RedisMemory> {
  const nowMs = performance.now();
  if (intake.memory === null || nowMs - intake.memory.atMs >= intake.settings.roomPollMs)
    intake.memory = { atMs: nowMs, is: memoryOf(intake.connection.client) };
  return intake.memory.is;
}

function reportOthers(intake: Intake, { usedBytes, limitBytes }: RedisMemory): void {
  if (intake.isReported) return;
  intake.isReported = true;
  const words = `Redis at ${intake.connection.place} is more than half full of other things (${usedBytes} of ${limitBytes} bytes): jobs wait until its maxmemory is raised or something is removed`;
  intake.onError(new Error(words));
}

function refused({ connection: { place } }: Intake, error: unknown): PipelineError {
  return new PipelineError(
    "queue-refused",
    `Redis at ${place} refuses jobs: ${asError(error).message}`,
    { place },
    error,
  );
}

/** True for an error that waiting cannot resolve. */
function isLasting(error: unknown): boolean {
  return /^(?:NOPERM|NOAUTH|WRONGPASS|ERR unknown command)/u.test(asError(error).message);
}
