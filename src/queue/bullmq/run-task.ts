import { DelayedError, UnrecoverableError, WaitingError } from "bullmq";

import { throttled } from "../../async/throttle.ts";
import type { Job, JobOutcome, JobKind, JobResult } from "../queue.ts";
import { verdictOf, type Tally } from "../retry-rules.ts";
import { runHandler } from "../run-handler.ts";
import { claimTask } from "./claim.ts";
import { failureText } from "./completions.ts";
import { persist, type ConsumerState, type Task, type TaskWorker } from "./consumer-state.ts";
import { failedScript, finishScript, giveBackScript, quarantineScript } from "./lua.ts";
import { hiddenMs } from "./settings.ts";

/** Progress is for people: at most one write a second for each job. */
const progressMs = 1000;

/** A job under the lock that BullMQ gave this process. */
interface LockedTask {
  readonly id: string;
  readonly task: Task;
  readonly token: string;
  readonly worker: TaskWorker;
}

/**
 * Does a job that BullMQ handed out.
 * @throws {Error} one of BullMQ's own, which makes it leave the job where it was put: waiting, delayed or failed
 */
export async function runTask(state: ConsumerState, worker: TaskWorker, task: Task, token: string): Promise<JobResult> {
  const locked: LockedTask = { id: task.id ?? "", task, token, worker };
  const { counts } = state.deps.heartbeat;
  const stop = new AbortController();
  state.stops.add(stop);
  if (state.closing.signal.aborted) stop.abort();
  try {
    const claim = await claimTask(state, locked.id, stop.signal);
    if (claim.state === "quarantined") return await fail(state, locked.id, claim);
    if (claim.state === "stopped") return await requeue(state, locked);
    counts.running += 1;
    try {
      return await work(state, locked, claim.tally, stop.signal);
    } finally {
      counts.running -= 1;
      claim.release();
    }
  } finally {
    state.stops.delete(stop);
  }
}

async function work(state: ConsumerState, locked: LockedTask, tally: Tally, signal: AbortSignal): Promise<JobResult> {
  const { id, task } = locked;
  const { connection, heartbeat, settings, onError } = state.deps;
  const progress = throttled(progressMs, (fraction: number) => {
    task.updateProgress(fraction).catch(onError);
  });
  const context = { signal, attempt: task.attemptsStarted, progress: progress.say };
  const outcome = await runHandler(state.handler, jobOf(state.kind, task), context);
  progress.stop();
  if (outcome.state === "requeued") {
    const keys = [`${state.kind}:tallies`];
    await connection.scripts.run(giveBackScript, keys, [id, heartbeat.id]).catch(onError);
    return requeue(state, locked);
  }
  if (outcome.state === "done") {
    await persist(state, finishScript, { keys: ["tallies", "quarantine"], args: [id] });
    heartbeat.counts.done += 1;
    return outcome.result;
  }
  const verdict = verdictOf(outcome.error, tally, settings.retry);
  return verdict.again ? delay(state, locked, verdict) : fail(state, id, verdict.outcome);
}

/** Puts a job aside for a while; BullMQ is given a time that it will not see. */
async function delay(
  state: ConsumerState,
  { id, token, worker }: LockedTask,
  { tally, delayMs }: { readonly tally: Tally; readonly delayMs: number },
): Promise<never> {
  const args = [id, tally.failures, tally.faults, tally.crashes];
  await persist(state, failedScript, { keys: ["tallies"], args });
  const dueMs = (await state.deps.connection.scripts.serverTimeMs()) + hiddenMs;
  await worker.getBackend().moveToDelayed(id, dueMs, delayMs, token, { skipAttempt: true });
  throw new DelayedError();
}

async function fail(state: ConsumerState, id: string, outcome: Exclude<JobOutcome, { state: "done" }>): Promise<never> {
  const keys = ["tallies", "quarantine"];
  if (outcome.state === "quarantined") await persist(state, quarantineScript, { keys, args: [id, outcome.reason] });
  else await persist(state, finishScript, { keys, args: [id] });
  const error = new UnrecoverableError(failureText(outcome));
  // BullMQ would keep it in Redis.
  error.stack = "";
  throw error;
}

async function requeue(state: ConsumerState, { task, token }: LockedTask): Promise<never> {
  state.requeued += 1;
  // If Redis no longer knows the job, there is nothing to requeue.
  await task.moveToWait(token).catch(state.deps.onError);
  throw new WaitingError();
}

function jobOf(kind: JobKind, { id = "", data: payload, priority }: Task): Job {
  return { kind, id: id.slice(2), payload, ...(priority > 0 ? { priority } : {}) };
}
