import type { FailureCode } from "../core/errors.ts";

/** What workers can be asked for; each kind is a queue of its own. */
export const jobKinds = ["slice", "copy", "turn", "bands", "export"] as const;
export type JobKind = (typeof jobKinds)[number];

/** Ids and numbers that say what to do; at most `payloadBytes` as JSON. What they stand for lies in the store. */
export type JobPayload = Readonly<Record<string, string | number | null>>;
export const payloadBytes = 200;

export interface Job {
  readonly kind: JobKind;
  /** Lower-case hex digest of what is asked for: the same work has the same id from every process. */
  readonly id: string;
  readonly payload: JobPayload;
  /** Lower first, a whole number from 0 on; 0 if left out. */
  readonly priority?: number;
}

/** A few numbers and digests, at most `resultBytes` as JSON; what they stand for lies in the store. */
export type JobResult = Readonly<Record<string, unknown>>;
export const resultBytes = 4096;

export type JobOutcome =
  | { readonly state: "done"; readonly result: JobResult }
  /** Not worth another try, or tried often enough. */
  | { readonly state: "failed"; readonly code: FailureCode; readonly message: string }
  /** Its worker, thread or process, died with it three times while nothing else was in progress. */
  | { readonly state: "quarantined"; readonly reason: string };

/** What a handler gets beside the job. */
export interface JobContext {
  /** Aborted when the worker is to stop before the job is done: the job then goes back to the queue unharmed. */
  readonly signal: AbortSignal;
  /** 1 at the first start; deaths of the worker count too. */
  readonly attempt: number;
  /** How far it is, from 0 to 1. */
  readonly progress: (fraction: number) => void;
}

/**
 * Does one job. It may be called again for a job that is done or under way elsewhere, and must then come to the same.
 * A `PipelineError` ends the job or tries it again later as `failures` says of its code; any other error is a fault.
 */
export type JobHandler = (job: Job, context: JobContext) => Promise<JobResult>;

/** The processors of a machine, for those who share them. */
export interface Cores {
  readonly count: number;
  /** Called with how many jobs of the kind this process may have in progress from now on; 0 while others keep all processors busy. */
  readonly onShare?: (kind: JobKind, jobs: number) => void;
}

export interface ConsumeOptions {
  /** Jobs in progress at the same time. */
  readonly concurrency: number;
  /**
   * For jobs that keep a processor busy: consumers of the machine have no more of the kind in progress between them than this, the
   * process that has been there longest first. A process alone has what `concurrency` says.
   */
  readonly cores?: Cores;
}

export interface Consumer {
  /**
   * Takes no more jobs and waits for those in progress; when the deadline comes first, aborts and requeues them.
   * @returns how many were requeued
   */
  readonly close: (deadlineMs: number) => Promise<number>;
}

export interface JobCounts {
  readonly waiting: number;
  readonly running: number;
  /** To be tried again later. */
  readonly delayed: number;
  readonly quarantined: number;
}

/** A worker process as the others see it. */
export interface WorkerState {
  /** `host:pid`. */
  readonly name: string;
  readonly kinds: readonly JobKind[];
  /** Kinds of which it takes none while others that were there before it keep the processors of its machine busy. */
  readonly standby: readonly JobKind[];
  readonly running: number;
  readonly done: number;
  /** Milliseconds since it last gave a sign of life, on the queue's clock. */
  readonly silentMs: number;
}

/**
 * Hands jobs to the consumers of their kind, at least once each. A queue is no place to keep anything: a caller that submits
 * must be able to submit again what a queue has lost.
 */
export interface Queue extends AsyncDisposable {
  /**
   * Enqueues jobs, and waits while the queue holds too much. A job that waits or runs already is joined, not doubled; one
   * that has ended, well or badly, is begun again.
   * @throws {PipelineError} `usage` for a payload over the bound; `interrupted`; `queue-refused` when it never will take jobs
   */
  readonly submit: (jobs: readonly Job[], signal: AbortSignal) => Promise<void>;
  /**
   * Waits for the end of a job that was submitted.
   * @returns `lost` when the queue knows nothing of it any more: submit it again
   * @throws {PipelineError} `interrupted` when `signal` aborts; the job itself goes on
   */
  readonly ended: (job: Job, signal: AbortSignal) => Promise<JobOutcome | "lost">;
  readonly consume: (kind: JobKind, handler: JobHandler, options: ConsumeOptions) => Consumer;
  readonly counts: (kind: JobKind) => Promise<JobCounts>;
  readonly workers: () => Promise<readonly WorkerState[]>;
}
