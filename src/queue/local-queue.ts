import { hostname } from "node:os";

import { PipelineError } from "../core/errors.ts";
import { checkJob } from "./check-job.ts";
import { withAbort } from "../async/abort.ts";
import { jobKinds, type Job, type JobEnd, type JobHandler, type JobKind, type Queue } from "./queue.ts";
import { cleanTally, retryRules, verdictOf, type RetryRules, type Tally } from "./retry-rules.ts";
import { runHandler, type Outcome } from "./run-handler.ts";
import { waitingJobs, type WaitingJobs } from "./waiting-jobs.ts";

export interface LocalQueueOptions {
  readonly retry?: Partial<RetryRules>;
  /** Waiting jobs of a kind at which `submit` waits; it goes on when a fifth of them has been begun. */
  readonly waitingLimit?: number;
  /** Ends that are remembered for `ended`; of the jobs before these it says `lost`. */
  readonly keptEnds?: number;
}

interface Entry {
  readonly job: Job;
  readonly end: PromiseWithResolvers<JobEnd>;
  state: "live" | "ended";
  attempt: number;
  tally: Tally;
  timer: NodeJS.Timeout | undefined;
}

interface Pump {
  readonly handler: JobHandler;
  readonly concurrency: number;
  /** What is in hand, how to stop it, and whether it was given back in the end. */
  readonly inHand: Map<Entry, { readonly stop: AbortController; readonly givenBack: Promise<boolean> }>;
  closing: boolean;
}

interface Lane {
  readonly entries: Map<string, Entry>;
  readonly waiting: WaitingJobs<Entry>;
  readonly delayed: Set<Entry>;
  readonly quarantined: Set<Entry>;
  readonly pumps: Set<Pump>;
  /** Renewed each time there is room again for those who wait in `submit`. */
  room: PromiseWithResolvers<void>;
  paused: boolean;
  done: number;
}

/**
 * The queue of one machine: in this process, in memory, nothing to install. What must last lies in the ledger and the
 * store, so a killed process loses the queue and no work.
 */
export function localQueue(options: LocalQueueOptions = {}): Queue {
  const rules: RetryRules = { ...retryRules, ...options.retry };
  const { waitingLimit = 100_000, keptEnds = 100_000 } = options;
  const lanes = new Map(jobKinds.map((kind) => [kind, newLane()]));
  const ended = new Set<Entry>();
  let closed = false;

  const laneOf = (kind: JobKind): Lane => {
    const lane = lanes.get(kind);
    if (lane === undefined) throw new PipelineError("usage", `there are no jobs of the kind ${kind}`);
    return lane;
  };

  const turn = (lane: Lane): void => {
    for (const pump of lane.pumps) {
      while (!lane.paused && !pump.closing && pump.inHand.size < pump.concurrency) {
        const entry = lane.waiting.shift();
        if (entry === undefined) return;
        begin(lane, pump, entry);
        if (lane.waiting.size > waitingLimit * 0.8) continue;
        lane.room.resolve();
        lane.room = Promise.withResolvers();
      }
    }
  };

  const begin = (lane: Lane, pump: Pump, entry: Entry): void => {
    entry.attempt += 1;
    const stop = new AbortController();
    const context = { signal: stop.signal, attempt: entry.attempt, progress: () => {} };
    const run = async (): Promise<boolean> => {
      const outcome = await runHandler(pump.handler, entry.job, context);
      pump.inHand.delete(entry);
      settle(lane, entry, outcome);
      turn(lane);
      return outcome.state === "given back";
    };
    pump.inHand.set(entry, { stop, givenBack: run() });
  };

  const settle = (lane: Lane, entry: Entry, outcome: Outcome): void => {
    const { priority = 0 } = entry.job;
    if (outcome.state === "given back") return lane.waiting.pushBack(priority, entry);
    if (outcome.state === "done") {
      lane.done += 1;
      return finish(lane, entry, outcome);
    }
    const verdict = verdictOf(outcome.error, entry.tally, rules);
    if (!verdict.again) return finish(lane, entry, verdict.end);
    entry.tally = verdict.tally;
    lane.delayed.add(entry);
    entry.timer = setTimeout(() => {
      lane.delayed.delete(entry);
      lane.waiting.push(priority, entry);
      turn(lane);
    }, verdict.delayMs);
  };

  const finish = (lane: Lane, entry: Entry, end: JobEnd): void => {
    entry.state = "ended";
    entry.end.resolve(end);
    if (end.state === "quarantined") lane.quarantined.add(entry);
    ended.add(entry);
    for (const oldest of ended) {
      if (ended.size <= keptEnds) break;
      forget(oldest);
    }
  };

  const forget = (entry: Entry): void => {
    const { entries, quarantined } = laneOf(entry.job.kind);
    ended.delete(entry);
    entries.delete(entry.job.id);
    quarantined.delete(entry);
  };

  const close = async (lane: Lane, pump: Pump, deadlineMs: number): Promise<number> => {
    pump.closing = true;
    const runs = [...pump.inHand.values()];
    const deadline = setTimeout(() => {
      for (const { stop } of runs) stop.abort();
    }, deadlineMs);
    const given = await Promise.all(runs.map(({ givenBack }) => givenBack));
    clearTimeout(deadline);
    lane.pumps.delete(pump);
    return given.filter(Boolean).length;
  };

  return {
    async submit(jobs, signal) {
      for (const job of jobs) checkJob(job);
      for (const job of jobs) {
        const lane = laneOf(job.kind);
        if (closed) throw closedError();
        if (signal.aborted) throw new PipelineError("interrupted", "stopped while handing in jobs");
        while (lane.waiting.size >= waitingLimit)
          await withAbort(lane.room.promise, signal, "waiting for room in the queue");
        const known = lane.entries.get(job.id);
        if (known?.state === "live") continue;
        if (known !== undefined) forget(known);
        const entry: Entry = {
          job,
          end: Promise.withResolvers(),
          state: "live",
          attempt: 0,
          tally: cleanTally,
          timer: undefined,
        };
        // Nobody may be waiting when the queue is closed.
        entry.end.promise.catch(() => {});
        lane.entries.set(job.id, entry);
        lane.waiting.push(job.priority ?? 0, entry);
        turn(lane);
      }
    },
    async ended(job, signal) {
      const entry = laneOf(job.kind).entries.get(job.id);
      if (entry === undefined) return "lost";
      return withAbort(entry.end.promise, signal, `waiting for a ${job.kind} job`);
    },
    consume(kind, handler, { concurrency }) {
      const lane = laneOf(kind);
      const pump: Pump = { handler, concurrency, inHand: new Map(), closing: false };
      lane.pumps.add(pump);
      turn(lane);
      return { close: (deadlineMs) => close(lane, pump, deadlineMs) };
    },
    async pause(kind) {
      laneOf(kind).paused = true;
    },
    async resume(kind) {
      laneOf(kind).paused = false;
      turn(laneOf(kind));
    },
    async counts(kind) {
      const { waiting, delayed, quarantined, pumps } = laneOf(kind);
      return { waiting: waiting.size, running: running(pumps), delayed: delayed.size, quarantined: quarantined.size };
    },
    async workers() {
      const kinds = jobKinds.filter((kind) => laneOf(kind).pumps.size > 0);
      if (kinds.length === 0) return [];
      const active = kinds.map(laneOf);
      return [
        {
          name: `${hostname()}:${process.pid}`,
          kinds,
          standby: [],
          running: active.reduce((sum, { pumps }) => sum + running(pumps), 0),
          done: active.reduce((sum, { done }) => sum + done, 0),
          silentMs: 0,
        },
      ];
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      for (const lane of lanes.values()) {
        await Promise.all([...lane.pumps].map((pump) => close(lane, pump, 0)));
        for (const { timer } of lane.delayed) clearTimeout(timer);
        for (const { end } of lane.entries.values()) end.reject(closedError());
        lane.room.promise.catch(() => {});
        lane.room.reject(closedError());
      }
    },
  };
}

const closedError = (): PipelineError => new PipelineError("interrupted", "the queue was closed");

const running = (pumps: ReadonlySet<Pump>): number => [...pumps].reduce((sum, { inHand }) => sum + inHand.size, 0);

function newLane(): Lane {
  return {
    entries: new Map(),
    waiting: waitingJobs(),
    delayed: new Set(),
    quarantined: new Set(),
    pumps: new Set(),
    room: Promise.withResolvers(),
    paused: false,
    done: 0,
  };
}
