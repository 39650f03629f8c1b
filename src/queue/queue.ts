import type { FailureCode } from "../core/errors.ts";

/** What workers can be asked for; each kind is a queue of its own. */
export const jobKinds = ["slice", "copy", "turn", "bands", "export"] as const;
export type JobKind = (typeof jobKinds)[number];

/** Ids and numbers that say what to do; at most `payloadBytes` as JSON. The data that they name is in the store. */
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

/** A few numbers and digests, at most `resultBytes` as JSON; the data that they name is in the store. */
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
  /**
   * Aborted when the worker must stop before the job is done: the job is then requeued, and the attempt does not count.
   */
  readonly signal: AbortSignal;
  /** 1 at the first start; deaths of the worker count too. */
  readonly attempt: number;
  /** Reports progress, from 0 to 1. */
  readonly progress: (fraction: number) => void;
}

/**
 * Does one job. It may be called again for a job that is done, or in progress elsewhere, and must then have the same
 * result. A `PipelineError` ends the job or tries it again later as `failures` says of its code; any other error is a
 * fault.
 */
export type JobHandler = (job: Job, context: JobContext) => Promise<JobResult>;

/** The machine's processors, for consumers that share them. */
export interface Cores {
  readonly count: number;
  /** Called with how many jobs of the kind this process may have in progress from now on; 0 while others keep all processors busy. */
  readonly onShare?: (kind: JobKind, jobs: number) => void;
}

export interface ConsumeOptions {
  /** Jobs in progress at the same time. */
  readonly concurrency: number;
  /**
   * For jobs that keep a processor busy: all consumers on the machine together have at most this many of the kind in
   * progress. The process that has been there longest is served first. A process that is alone has what `concurrency`
   * says.
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

/** A worker process as other processes see it. */
export interface WorkerState {
  /** `host:pid`. */
  readonly name: string;
  readonly kinds: readonly JobKind[];
  /** Kinds of which it takes no job while processes that started earlier keep the processors of its machine busy. */
  readonly standby: readonly JobKind[];
  readonly running: number;
  readonly done: number;
  /** Milliseconds since it last gave a sign of life, on the queue's clock. */
  readonly silentMs: number;
}

/**
 * Hands jobs to the consumers of their kind, at least once each. A queue does not store anything reliably: a caller
 * must be able to submit a lost job again.
 */
export interface Queue extends AsyncDisposable {
  /**
   * Enqueues jobs, and waits while the queue holds too much. A job that waits or runs already is not added twice; one
   * that has ended, with or without success, starts again.
   * @throws {PipelineError} `usage` for a payload over the bound; `interrupted`; `queue-refused` when it will never
   * take jobs
   */
  readonly submit: (jobs: readonly Job[], signal: AbortSignal) => Promise<void>;
  /**
   * Waits for the end of a job that was submitted.
   * @returns `lost` when the queue no longer knows the job: submit it again
   * @throws {PipelineError} `interrupted` when `signal` aborts; the job itself continues
   */
  readonly ended: (job: Job, signal: AbortSignal) => Promise<JobOutcome | "lost">;
  readonly consume: (kind: JobKind, handler: JobHandler, options: ConsumeOptions) => Consumer;
  readonly counts: (kind: JobKind) => Promise<JobCounts>;
  readonly workers: () => Promise<readonly WorkerState[]>;
}
