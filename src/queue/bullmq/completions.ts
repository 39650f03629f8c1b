import { QueueEvents } from "bullmq";

import { failures, PipelineError, type FailureCode } from "../../core/errors.ts";
import { bullId } from "./client.ts";
import type { Job, JobEnd, JobKind, JobResult } from "../queue.ts";
import { endsScript } from "./lua.ts";
import type { RedisConnection } from "../../redis/connection.ts";

/** Learns how the jobs of a kind end that this process has handed in or waits for. */
export interface JobEnds {
  /** From now on the ends of jobs are watched for; after `handedIn` a job that Redis does not know is lost. */
  readonly watch: (jobs: readonly Job[]) => { readonly handedIn: () => void };
  readonly endOf: (job: Job) => Promise<JobEnd | "lost">;
  readonly close: () => Promise<void>;
}

interface Watched {
  readonly end: PromiseWithResolvers<JobEnd | "lost">;
  known: boolean;
  /** While a job is being handed in, Redis may not know of it yet. */
  handedIn: boolean;
}

/** Ends that nobody has asked for yet. */
const endsRemembered = 100_000;
const idsAtOnce = 500;

/**
 * An event only says that it is worth asking: it may be of an earlier run of the same job, be trimmed, or be missed while
 * Redis was away. So all that is watched is also asked for every `pollMs`.
 */
export function jobEnds(
  kind: JobKind,
  { client, prefix, scripts }: RedisConnection,
  pollMs: number,
  onError: (error: Error) => void,
): JobEnds {
  const watched = new Map<string, Watched>();
  const open = new Set<string>();
  const hinted = new Set<string>();
  let flushing = false;
  let closed = false;

  const look = async (ids: readonly string[]): Promise<void> => {
    const answers = await scripts.run(endsScript, [`${kind}:meta`, `${kind}:completed`, `${kind}:failed`], ids);
    for (const [index, [state, text]] of (answers as [number, string][]).entries()) {
      const id = ids[index] ?? "";
      const one = watched.get(id);
      if (one === undefined || one.known || state === 0 || (state === -1 && !one.handedIn)) continue;
      settle(id, one, state === -1 ? "lost" : state === 1 ? doneEnd(text) : failedEnd(text));
    }
  };

  const settle = (id: string, one: Watched, end: JobEnd | "lost"): void => {
    one.known = true;
    one.end.resolve(end);
    open.delete(id);
    if (end === "lost") watched.delete(id);
    for (const [oldest, { known }] of watched) {
      if (watched.size - open.size <= endsRemembered) break;
      if (known) watched.delete(oldest);
    }
  };

  const flush = async (): Promise<void> => {
    if (flushing) return;
    flushing = true;
    try {
      while (hinted.size > 0) {
        const ids = [...hinted].slice(0, idsAtOnce);
        for (const id of ids) hinted.delete(id);
        await look(ids);
      }
    } catch (error) {
      // The poll asks again.
      if (!closed) onError(asError(error));
    } finally {
      flushing = false;
    }
  };

  const hint = (ids: Iterable<string>): void => {
    for (const id of ids) if (open.has(id)) hinted.add(id);
    if (hinted.size > 0) void flush();
  };

  // From the oldest event on: those of others are no hint, and none of ours falls between two reads.
  const events = new QueueEvents(kind, {
    // A read that Redis never answers is given up a second later; a process that ends while Redis is away waits for that.
    blockingTimeout: 2000,
    connection: client,
    prefix,
    autorun: false,
    lastEventId: "0",
  });
  events.on("error", onError);
  events.on("completed", ({ jobId }) => hint([jobId]));
  events.on("failed", ({ jobId }) => hint([jobId]));
  void listen(events, () => closed, onError);
  const poll = setInterval(() => hint(open), pollMs);

  const watch = (id: string, handedIn: boolean): Watched => {
    const known = watched.get(id);
    if (known !== undefined && !known.known) return known;
    const one: Watched = { end: Promise.withResolvers(), known: false, handedIn };
    // Nobody may be waiting when the queue is closed.
    one.end.promise.catch(() => {});
    watched.delete(id);
    watched.set(id, one);
    open.add(id);
    return one;
  };

  return {
    watch(jobs) {
      const ids = jobs.map(bullId);
      const all = ids.map((id) => watch(id, false));
      return {
        handedIn() {
          for (const one of all) one.handedIn = true;
        },
      };
    },
    async endOf(job) {
      const id = bullId(job);
      const one = watched.get(id) ?? watch(id, true);
      hint([id]);
      const end = await one.end.promise;
      // It has been told; who asks again asks Redis.
      if (watched.get(id) === one) watched.delete(id);
      return end;
    },
    async close() {
      closed = true;
      clearInterval(poll);
      hinted.clear();
      for (const id of open) watched.get(id)?.end.reject(new PipelineError("interrupted", "the queue was closed"));
      open.clear();
      await events.close().catch(onError);
    },
  };
}

async function listen(events: QueueEvents, closed: () => boolean, onError: (error: Error) => void): Promise<void> {
  while (!closed()) {
    await events.run().catch((error: unknown) => {
      if (!closed()) onError(asError(error));
    });
    if (!closed()) await new Promise((resolve) => setTimeout(resolve, 1000).unref());
  }
}

function doneEnd(text: string): JobEnd {
  return { state: "done", result: JSON.parse(text) as JobResult };
}

/** What `failureText` wrote; anything else was written by BullMQ itself. */
function failedEnd(text: string): JobEnd {
  try {
    const end = JSON.parse(text) as Exclude<JobEnd, { state: "done" }>;
    if (end.state === "quarantined" || (end.state === "failed" && end.code in failures)) return end;
  } catch {
    // Not ours.
  }
  return { state: "failed", code: "worker-crashed" satisfies FailureCode, message: text };
}

/** What a failed job says in Redis of its end; a message has a bound there. */
export function failureText(end: Exclude<JobEnd, { state: "done" }>): string {
  const cut = (text: string): string => (text.length > 2000 ? `${text.slice(0, 2000)}…` : text);
  return JSON.stringify(
    end.state === "failed" ? { ...end, message: cut(end.message) } : { ...end, reason: cut(end.reason) },
  );
}

export const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
