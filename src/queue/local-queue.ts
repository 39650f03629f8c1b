import { hostname } from "node:os";

import { withAbort } from "../async/abort.ts";
import { PipelineError } from "../core/errors.ts";
import { checkJob } from "./job.ts";
import {
  jobKinds,
  type Job,
  type JobOutcome,
  type JobHandler,
  type JobKind,
  type Queue,
  type WorkerState,
} from "./queue.ts";
import { cleanTally, retryRules, verdictOf, type RetryRules, type Tally } from "./retry-rules.ts";
import { runHandler, type Outcome } from "./run-handler.ts";
import { waitingJobs, type WaitingJobs } from "./waiting-jobs.ts";

export interface LocalQueueOptions {
  readonly retry?: Partial<RetryRules>;
  /** Waiting jobs of a kind at which `submit` waits; it continues when a fifth of them have started. */
  readonly waitingLimit?: number;
  /** Completions that are remembered for `ended`; for older jobs it says `lost`. */
  readonly keptEnds?: number;
}

interface Entry {
  readonly job: Job;
  readonly outcome: PromiseWithResolvers<JobOutcome>;
  state: "live" | "ended";
  attempt: number;
  tally: Tally;
  timer: NodeJS.Timeout | undefined;
}

/** A consumer of one kind. */
interface Pump {
  readonly handler: JobHandler;
  readonly concurrency: number;
  /** Jobs in progress: how to stop one, and whether it was requeued in the end. */
  readonly running: Map<Entry, { readonly stop: AbortController; readonly requeued: Promise<boolean> }>;
  isClosing: boolean;
}

/** The jobs of one kind. */
interface Lane {
  readonly entries: Map<string, Entry>;
  readonly waiting: WaitingJobs<Entry>;
  readonly delayed: Set<Entry>;
  readonly quarantined: Set<Entry>;
  readonly pumps: Set<Pump>;
  /** Resolves when there is room again for callers that wait in `submit`; then replaced. */
  room: PromiseWithResolvers<void>;
  done: number;
}

interface LocalState {
  readonly rules: RetryRules;
  readonly waitingLimit: number;
  readonly keptEnds: number;
  readonly lanes: ReadonlyMap<JobKind, Lane>;
  /** Completions that are remembered, the oldest first. */
  readonly ended: Set<Entry>;
  isClosed: boolean;
}

/**
 * The queue of one machine: in this process, in memory, nothing to install. Everything that must last is in the ledger
 * and the store, so a killed process loses the queue but no work.
 */
export function localQueue(options: LocalQueueOptions = {}): Queue {
  const { waitingLimit = 100_000, keptEnds = 100_000, retry } = options;
  const state: LocalState = {
    rules: { ...retryRules, ...retry },
    waitingLimit,
    keptEnds,
    lanes: new Map(jobKinds.map((kind) => [kind, newLane()])),
    ended: new Set(),
    isClosed: false,
  };
  return {
    async submit(jobs, signal) {
      for (const job of jobs) checkJob(job);
      for (const job of jobs) await enqueue(state, job, signal);
    },
    async ended(job, signal) {
      const entry = laneOf(state, job.kind).entries.get(job.id);
      if (entry === undefined) return "lost";
      return withAbort(entry.outcome.promise, signal, `waiting for a ${job.kind} job`);
    },
    consume(kind, handler, { concurrency }) {
      const lane = laneOf(state, kind);
      const pump: Pump = { handler, concurrency, running: new Map(), isClosing: false };
      lane.pumps.add(pump);
      pumpLane(state, lane);
      return { close: (deadlineMs) => closePump(lane, pump, deadlineMs) };
    },
    async counts(kind) {
      const { waiting, delayed, quarantined, pumps } = laneOf(state, kind);
      return { waiting: waiting.size, running: running(pumps), delayed: delayed.size, quarantined: quarantined.size };
    },
    workers: async () => workersOf(state),
    [Symbol.asyncDispose]: () => close(state),
  };
}

function laneOf({ lanes }: LocalState, kind: JobKind): Lane {
  const lane = lanes.get(kind);
  if (lane === undefined) throw new PipelineError("usage", `there are no jobs of the kind ${kind}`);
  return lane;
}

async function enqueue(state: LocalState, job: Job, signal: AbortSignal): Promise<void> {
  const lane = laneOf(state, job.kind);
  if (state.isClosed) throw closedError();
  if (signal.aborted) throw new PipelineError("interrupted", "stopped while handing in jobs");
  while (lane.waiting.size >= state.waitingLimit)
    await withAbort(lane.room.promise, signal, "waiting for room in the queue");
  const known = lane.entries.get(job.id);
  if (known?.state === "live") return;
  if (known !== undefined) forget(state, known);
  const outcome = Promise.withResolvers<JobOutcome>();
  const entry: Entry = { job, outcome, state: "live", attempt: 0, tally: cleanTally, timer: undefined };
  // Perhaps no caller is waiting when the queue is closed: this only silences the unhandled-rejection event.
  outcome.promise.catch(() => {});
  lane.entries.set(job.id, entry);
  lane.waiting.push(job.priority ?? 0, entry);
  pumpLane(state, lane);
}

/** Starts waiting jobs as long as the consumers have room. */
function pumpLane(state: LocalState, lane: Lane): void {
  for (const pump of lane.pumps) {
    while (!pump.isClosing && pump.running.size < pump.concurrency) {
      const entry = lane.waiting.shift();
      if (entry === undefined) return;
      begin(state, lane, pump, entry);
      if (lane.waiting.size > state.waitingLimit * 0.8) continue;
      lane.room.resolve();
      lane.room = Promise.withResolvers();
    }
  }
}

function begin(state: LocalState, lane: Lane, pump: Pump, entry: Entry): void {
  entry.attempt += 1;
  const stop = new AbortController();
  const context = { signal: stop.signal, attempt: entry.attempt, progress: () => {} };
  const run = async (): Promise<boolean> => {
    const outcome = await runHandler(pump.handler, entry.job, context);
    pump.running.delete(entry);
    settle(state, lane, entry, outcome);
    pumpLane(state, lane);
    return outcome.state === "requeued";
  };
  pump.running.set(entry, { stop, requeued: run() });
}

function settle(state: LocalState, lane: Lane, entry: Entry, outcome: Outcome): void {
  const { priority = 0 } = entry.job;
  if (outcome.state === "requeued") return lane.waiting.pushBack(priority, entry);
  if (outcome.state === "done") {
    lane.done += 1;
    return finish(state, lane, entry, outcome);
  }
  const verdict = verdictOf(outcome.error, entry.tally, state.rules);
  if (!verdict.again) return finish(state, lane, entry, verdict.outcome);
  entry.tally = verdict.tally;
  lane.delayed.add(entry);
  entry.timer = setTimeout(() => {
    lane.delayed.delete(entry);
    lane.waiting.push(priority, entry);
    pumpLane(state, lane);
  }, verdict.delayMs);
}

function finish(state: LocalState, lane: Lane, entry: Entry, outcome: JobOutcome): void {
  const { ended, keptEnds } = state;
  entry.state = "ended";
  entry.outcome.resolve(outcome);
  if (outcome.state === "quarantined") lane.quarantined.add(entry);
  ended.add(entry);
  for (const oldest of ended) {
    if (ended.size <= keptEnds) break;
    forget(state, oldest);
  }
}

function forget(state: LocalState, entry: Entry): void {
  const { entries, quarantined } = laneOf(state, entry.job.kind);
  state.ended.delete(entry);
  entries.delete(entry.job.id);
  quarantined.delete(entry);
}

function workersOf(state: LocalState): WorkerState[] {
  const kinds = jobKinds.filter((kind) => laneOf(state, kind).pumps.size > 0);
  if (kinds.length === 0) return [];
  const active = kinds.map((kind) => laneOf(state, kind));
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
}

/** @returns how many jobs were requeued */
async function closePump(lane: Lane, pump: Pump, deadlineMs: number): Promise<number> {
  pump.isClosing = true;
  const runs = [...pump.running.values()];
  const deadline = setTimeout(() => {
    for (const { stop } of runs) stop.abort();
  }, deadlineMs);
  const requeued = await Promise.all(runs.map((run) => run.requeued));
  clearTimeout(deadline);
  lane.pumps.delete(pump);
  return requeued.filter(Boolean).length;
}

async function close(state: LocalState): Promise<void> {
  state.isClosed = true;
  for (const lane of state.lanes.values()) {
    await Promise.all([...lane.pumps].map((pump) => closePump(lane, pump, 0)));
    for (const { timer } of lane.delayed) clearTimeout(timer);
    for (const { outcome } of lane.entries.values()) outcome.reject(closedError());
    lane.room.promise.catch(() => {});
    lane.room.reject(closedError());
  }
}

const closedError = (): PipelineError => new PipelineError("interrupted", "the queue was closed");

const running = (pumps: ReadonlySet<Pump>): number => [...pumps].reduce((sum, pump) => sum + pump.running.size, 0);

function newLane(): Lane {
  return {
    entries: new Map(),
    waiting: waitingJobs(),
    delayed: new Set(),
    quarantined: new Set(),
    pumps: new Set(),
    room: Promise.withResolvers(),
    done: 0,
  };
}
