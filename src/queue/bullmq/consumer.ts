import { DelayedError, UnrecoverableError, WaitingError, Worker, type Job as BullJob } from "bullmq";

import { pause, withTimeout } from "../../async/abort.ts";
import type { ConsumeOptions, Consumer, Job, JobEnd, JobHandler, JobKind, JobPayload, JobResult } from "../queue.ts";
import { asError, failureText } from "./completions.ts";
import { claimScript, dueScript, failedScript, finishScript, giveBackScript, quarantineScript } from "./lua.ts";
import { deadAfterLocks, endsKept, stallsAllowed, type QueueSettings } from "./settings.ts";
import type { RedisConnection } from "../../redis/connection.ts";
import { verdictOf, type Tally } from "../retry-rules.ts";
import type { SharedLock } from "../../async/shared-lock.ts";
import { runHandler } from "../run-handler.ts";
import { throttled } from "../../async/throttle.ts";
import type { WorkerBeat } from "./heartbeat.ts";

/** What the consumers of a process share. */
export interface ConsumerDeps {
  readonly connection: RedisConnection;
  readonly settings: QueueSettings;
  readonly lock: SharedLock;
  readonly beat: WorkerBeat;
  readonly onError: (error: Error) => void;
}

type Task = BullJob<JobPayload, unknown, "job">;

type Claim =
  | { readonly state: "go"; readonly tally: Tally; readonly leave: () => void }
  | { readonly state: "quarantined"; readonly reason: string }
  | { readonly state: "stopped" };

/**
 * Delays are counted by Redis' clock and ended by us. BullMQ would end them by the clock of whichever worker looks, an
 * hour early or late where that is wrong; so it is told of times it will not see, this much later.
 */
const hiddenMs = 100 * 24 * 3600 * 1000;

/** Progress is for people: one write a second and job. */
const progressMs = 1000;

/** How long a close may take past its deadline, should Redis be away. */
const closeGraceMs = 4000;

/**
 * Takes jobs of one kind. BullMQ renews the lock of a job while the event loop is free: what takes the processor for more
 * than a second belongs into a thread, else another worker takes the job as well.
 */
export function bullmqConsumer(
  kind: JobKind,
  handler: JobHandler,
  { concurrency, cores }: ConsumeOptions,
  deps: ConsumerDeps,
): Consumer {
  const { settings, lock, beat, onError } = deps;
  const { client, prefix, scripts } = deps.connection;
  const { retry, lockDurationMs } = settings;
  const stops = new Set<AbortController>();
  const closing = new AbortController();
  let givenBack = 0;

  /** Runs a script until Redis takes it: it may be full, starting or without a master. */
  const persist = async (
    lua: string,
    keys: readonly string[],
    args: readonly (string | number)[],
    signal?: AbortSignal,
  ): Promise<unknown> => {
    for (;;) {
      try {
        return await scripts.run(
          lua,
          keys.map((key) => (key === "workers" ? key : `${kind}:${key}`)),
          args,
        );
      } catch (error) {
        onError(asError(error));
        if (signal?.aborted === true || closing.signal.aborted) throw error;
        await pause(500);
      }
    }
  };

  const claim = async (id: string, alone: boolean, signal: AbortSignal): Promise<Claim> => {
    const leave = alone ? await lock.exclusive(signal) : await lock.shared(signal);
    if (leave === undefined) return { state: "stopped" };
    let left = leave;
    try {
      const args = [id, beat.id, beat.name, alone ? 1 : 0, retry.crashes, lockDurationMs * deadAfterLocks];
      const [answer, ...more] = (await persist(claimScript, ["tallies", "workers"], args, signal)) as [
        string,
        ...(string | number)[],
      ];
      if (answer === "go") {
        const [failures = 0, faults = 0, crashes = 0] = more.map(Number);
        left = () => {};
        return { state: "go", tally: { failures, faults, crashes }, leave };
      }
      if (answer === "quarantined") {
        const [crashes, name, at] = more;
        const when = new Date(Number(at)).toISOString();
        const reason = `its worker died with it ${crashes} times while nothing else was in hand, last ${name}, which had begun it at ${when}`;
        return { state: "quarantined", reason };
      }
    } finally {
      left();
    }
    return claim(id, true, signal);
  };

  const run = async (task: Task, token: string): Promise<JobResult> => {
    const id = task.id ?? "";
    const stop = new AbortController();
    stops.add(stop);
    if (closing.signal.aborted) stop.abort();
    try {
      const claimed = await claim(id, false, stop.signal);
      if (claimed.state === "quarantined") return await fail(id, claimed);
      if (claimed.state === "stopped") return await giveBack(task, token);
      beat.counts.running += 1;
      try {
        return await work(task, token, stop.signal, claimed.tally);
      } finally {
        beat.counts.running -= 1;
        claimed.leave();
      }
    } finally {
      stops.delete(stop);
    }
  };

  const work = async (task: Task, token: string, signal: AbortSignal, tally: Tally): Promise<JobResult> => {
    const id = task.id ?? "";
    const progress = throttled(progressMs, (fraction: number) => {
      task.updateProgress(fraction).catch(onError);
    });
    const context = { signal, attempt: task.attemptsStarted, progress: progress.say };
    const outcome = await runHandler(handler, jobOf(kind, task), context);
    progress.stop();
    if (outcome.state === "given back") {
      await scripts.run(giveBackScript, [`${kind}:tallies`], [id, beat.id]).catch(onError);
      return giveBack(task, token);
    }
    if (outcome.state === "done") {
      await persist(finishScript, ["tallies", "quarantine"], [id]);
      beat.counts.done += 1;
      return outcome.result;
    }
    const verdict = verdictOf(outcome.error, tally, retry);
    if (!verdict.again) return fail(id, verdict.end);
    const { failures, faults, crashes } = verdict.tally;
    await persist(failedScript, ["tallies"], [id, failures, faults, crashes]);
    const due = (await scripts.serverTimeMs()) + hiddenMs;
    await worker.getBackend().moveToDelayed(id, due, verdict.delayMs, token, { skipAttempt: true });
    throw new DelayedError();
  };

  const fail = async (id: string, end: Exclude<JobEnd, { state: "done" }>): Promise<never> => {
    if (end.state === "quarantined") await persist(quarantineScript, ["tallies", "quarantine"], [id, end.reason]);
    else await persist(finishScript, ["tallies", "quarantine"], [id]);
    const error = new UnrecoverableError(failureText(end));
    // BullMQ would keep it in Redis.
    error.stack = "";
    throw error;
  };

  const giveBack = async (task: Task, token: string): Promise<never> => {
    givenBack += 1;
    // Where Redis does not know the job any more, nothing is to be given back.
    await task.moveToWait(token).catch(onError);
    throw new WaitingError();
  };

  const worker = new Worker<JobPayload, unknown, "job">(kind, (task, token = "") => run(task, token), {
    connection: client,
    prefix,
    concurrency,
    autorun: false,
    lockDuration: lockDurationMs,
    stalledInterval: settings.stalledIntervalMs,
    maxStalledCount: stallsAllowed,
    removeOnComplete: { count: endsKept.done },
    removeOnFail: { count: endsKept.failed },
    // How soon a fetch is tried again when the connection was refused (15 s by default): a restart takes a second.
    runRetryDelay: 1000,
  });

  let resting = false;
  let share = cores === undefined ? concurrency : 0;
  /**
   * Has BullMQ take as many jobs as it may, or none for now; those in hand go on, and one that it waits for already may still
   * come. May be called at any time.
   */
  const goOn = (): void => {
    if (closing.signal.aborted) return;
    if (resting || share === 0) return void worker.pause(true);
    worker.concurrency = share;
    if (worker.isPaused()) void worker.resume();
    else if (!worker.isRunning()) worker.run().catch(onError);
  };
  worker.on("error", (error) => {
    onError(error);
    // BullMQ asks again at once when Redis refuses to hand out a job (full, starting, no right): thousands of times a second.
    if (error.name !== "ReplyError" || resting) return;
    resting = true;
    goOn();
    setTimeout(() => {
      resting = false;
      goOn();
    }, 1000);
  });
  goOn();

  const wake = setInterval(
    () => {
      // BullMQ forgets a `resume` that comes in the moment in which its loop ends.
      goOn();
      void wakeDue();
    },
    Math.min(1000, retry.firstDelayMs),
  );
  let waking = false;
  const wakeDue = async (): Promise<void> => {
    if (waking) return;
    waking = true;
    try {
      const due = (await scripts.run(dueScript, [`${kind}:delayed`], [hiddenMs])) as string[];
      // Where it fails another worker was faster.
      for (const id of due)
        await worker
          .getBackend()
          .promote(id)
          .catch(() => {});
    } catch (error) {
      if (!closing.signal.aborted) onError(asError(error));
    } finally {
      waking = false;
    }
  };

  if (cores === undefined) beat.start(kind);
  else
    beat.start(kind, {
      wanted: concurrency,
      cores,
      onShare(jobs) {
        share = jobs;
        goOn();
        cores.onShare?.(kind, jobs);
      },
    });

  return {
    async close(deadlineMs) {
      clearInterval(wake);
      const closed = worker.close();
      const deadline = setTimeout(() => {
        closing.abort();
        for (const stop of stops) stop.abort();
      }, deadlineMs);
      await withTimeout(closed, deadlineMs + closeGraceMs);
      clearTimeout(deadline);
      closing.abort();
      return givenBack;
    },
  };
}

function jobOf(kind: JobKind, task: Task): Job {
  const { id = "", data: payload, priority } = task;
  return { kind, id: id.slice(2), payload, ...(priority > 0 ? { priority } : {}) };
}
