import { withAbort, withTimeout } from "../../async/abort.ts";
import { sharedLock } from "../../async/shared-lock.ts";
import { PipelineError } from "../../core/errors.ts";
import type { RedisConnection } from "../../redis/connection.ts";
import { checkJob } from "../job.ts";
import type { Consumer, Job, JobKind, Queue } from "../queue.ts";
import { retryRules, type RetryRules } from "../retry-rules.ts";
import { bullQueues } from "./client.ts";
import { completions } from "./completions.ts";
import { bullmqConsumer } from "./consumer.ts";
import { enqueue, type Intake } from "./enqueue.ts";
import { heartbeat, workersSeen } from "./heartbeat.ts";
import { jobsAtOnce, queueSettings, type QueueSettings } from "./settings.ts";

export interface BullmqQueueOptions extends Partial<Omit<QueueSettings, "retry">> {
  readonly retry?: Partial<RetryRules>;
  /** Called with each error that is retried: a lost connection, a full Redis, a lock that could not be renewed. */
  readonly onError?: (error: Error) => void;
}

const leaveMs = 1000;

/**
 * The queue of many machines: BullMQ on Redis. Redis never holds the only copy of anything. After FLUSHALL, or a
 * restart without its data, a caller that waits for a job learns that it is lost, and submits it again. While Redis is
 * away everything waits, and continues when it is back. The caller owns the connection and closes it after the queue.
 */
export function bullmqQueue(connection: RedisConnection, options: BullmqQueueOptions = {}): Queue {
  const { onError = () => {}, retry, ...others } = options;
  const settings: QueueSettings = { ...queueSettings, ...others, retry: { ...retryRules, ...retry } };
  const queues = bullQueues(connection, onError);
  const intakes = new Map<JobKind, Intake>();
  const consumers = new Set<Consumer>();
  const closed = new AbortController();
  const lock = sharedLock();
  const beats = heartbeat(connection, settings.lockDurationMs, onError);
  const atOnce = Math.max(1, Math.min(jobsAtOnce, Math.floor(settings.waitingLimit / 5)));

  const intakeOf = (kind: JobKind): Intake => {
    const known = intakes.get(kind);
    if (known !== undefined) return known;
    const ends = completions(kind, connection, settings.pollMs, onError);
    const parts = { kind, connection, queue: queues.of(kind), completions: ends, settings, onError };
    const intake: Intake = { ...parts, memory: null, isFull: false, isReported: false };
    intakes.set(kind, intake);
    return intake;
  };

  return {
    async submit(jobs, signal) {
      for (const job of jobs) checkJob(job);
      for (const [kind, ofKind] of Map.groupBy(jobs, ({ kind }) => kind)) {
        for (let from = 0; from < ofKind.length; from += atOnce) {
          if (closed.signal.aborted) throw new PipelineError("interrupted", "the queue was closed");
          const some = ofKind.slice(from, from + atOnce);
          await withAbort(enqueue(intakeOf(kind), some, signal), signal, `handing in ${kind} jobs`);
        }
      }
    },
    ended: (job: Job, signal) =>
      withAbort(intakeOf(job.kind).completions.outcomeOf(job), signal, `waiting for a ${job.kind} job`),
    consume(kind, handler, wanted) {
      const consumer = bullmqConsumer(kind, handler, wanted, { connection, settings, lock, heartbeat: beats, onError });
      consumers.add(consumer);
      return consumer;
    },
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
      const left = [...intakes.values()].map(({ completions: ends }) => ends.close());
      await withTimeout(Promise.all([...left, beats.stop()]), leaveMs);
      await withTimeout(queues.close(), leaveMs);
    },
  };
}
