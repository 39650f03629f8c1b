import { PipelineError } from "../../core/errors.ts";
import { bullQueues } from "./client.ts";
import { bullmqConsumer } from "./consumer.ts";
import { checkJob } from "../check-job.ts";
import { handIn, type HandIn } from "./enqueue.ts";
import { jobEnds, type JobEnds } from "./completions.ts";
import { withAbort, withTimeout } from "../../async/abort.ts";
import type { Consumer, Job, JobKind, Queue } from "../queue.ts";
import { jobsAtOnce, queueSettings, type QueueSettings } from "./settings.ts";
import type { RedisConnection } from "../../redis/connection.ts";
import { retryRules, type RetryRules } from "../retry-rules.ts";
import { sharedLock } from "../../async/shared-lock.ts";
import { workerBeat, workersSeen } from "./heartbeat.ts";

export interface BullmqQueueOptions extends Partial<Omit<QueueSettings, "retry">> {
  readonly retry?: Partial<RetryRules>;
  /** Told of what went wrong and is tried again: a lost connection, a full Redis, a lock that could not be renewed. */
  readonly onError?: (error: Error) => void;
}

const leaveMs = 1000;

/**
 * The queue of many machines: BullMQ on Redis. Nothing in Redis is the only copy of anything: after FLUSHALL, or a restart
 * that forgot, whoever waits for a job is told that it is lost, and hands it in again. While Redis is away everything
 * waits, and goes on when it is back. The connection stays the caller's, to be closed after the queue.
 */
export function bullmqQueue(connection: RedisConnection, options: BullmqQueueOptions = {}): Queue {
  const { onError = () => {}, retry, ...others } = options;
  const settings: QueueSettings = { ...queueSettings, ...others, retry: { ...retryRules, ...retry } };
  const queues = bullQueues(connection, onError);
  const submitters = new Map<JobKind, { readonly ends: JobEnds; readonly handIn: HandIn }>();
  const consumers = new Set<Consumer>();
  const closed = new AbortController();
  const lock = sharedLock();
  const beat = workerBeat(connection, settings.lockDurationMs, onError);
  const atOnce = Math.max(1, Math.min(jobsAtOnce, Math.floor(settings.waitingLimit / 5)));

  const submitterOf = (kind: JobKind): { readonly ends: JobEnds; readonly handIn: HandIn } => {
    const known = submitters.get(kind);
    if (known !== undefined) return known;
    const ends = jobEnds(kind, connection, settings.pollMs, onError);
    const submitter = { ends, handIn: handIn(kind, connection, queues.of(kind), ends, settings, onError) };
    submitters.set(kind, submitter);
    return submitter;
  };

  return {
    async submit(jobs, signal) {
      for (const job of jobs) checkJob(job);
      for (const [kind, ofKind] of Map.groupBy(jobs, ({ kind }) => kind)) {
        for (let from = 0; from < ofKind.length; from += atOnce) {
          if (closed.signal.aborted) throw new PipelineError("interrupted", "the queue was closed");
          const some = ofKind.slice(from, from + atOnce);
          await withAbort(submitterOf(kind).handIn(some, signal), signal, `handing in ${kind} jobs`);
        }
      }
    },
    ended: (job: Job, signal) =>
      withAbort(submitterOf(job.kind).ends.endOf(job), signal, `waiting for a ${job.kind} job`),
    consume(kind, handler, wanted) {
      const consumer = bullmqConsumer(kind, handler, wanted, { connection, settings, lock, beat, onError });
      consumers.add(consumer);
      return consumer;
    },
    pause: (kind) => queues.of(kind).pause(),
    resume: (kind) => queues.of(kind).resume(),
    async counts(kind) {
      const [counts, quarantined] = await Promise.all([
        queues.of(kind).getJobCounts("wait", "prioritized", "active", "delayed"),
        connection.client.hlen(`${connection.prefix}:${kind}:quarantine`),
      ]);
      const { wait = 0, prioritized = 0, active = 0, delayed = 0 } = counts;
      return { waiting: wait + prioritized, running: active, delayed, quarantined };
    },
    workers: () => workersSeen(connection),
    async [Symbol.asyncDispose]() {
      closed.abort();
      await Promise.all([...consumers].map((consumer) => consumer.close(0)));
      // Redis may be away, and then there is nothing to leave.
      const left = [...submitters.values()].map(({ ends }) => ends.close());
      await withTimeout(Promise.all([...left, beat.stop()]), leaveMs);
      await withTimeout(queues.close(), leaveMs);
    },
  };
}
