import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

const jobOutcomes = ["done", "failed", "given-back"] as const;
export type JobOutcome = (typeof jobOutcomes)[number];

interface MeasuredCounts {
  readonly captures: number;
  readonly documents: number;
  /** Of archives, as stored on disk. */
  readonly bytes: number;
}

interface QueueDepths {
  readonly waiting: number;
  readonly running: number;
  readonly delayed: number;
  readonly quarantined: number;
}

/**
 * What a worker and a collector count, for Prometheus. Labels hold kinds of jobs, outcomes and states, all known in
 * advance: nothing from the web can become a series.
 */
export interface Metrics<Kind extends string> {
  readonly jobEnded: (kind: Kind, outcome: JobOutcome, seconds: number) => void;
  readonly measured: (counts: MeasuredCounts) => void;
  readonly toStore: (bytes: number) => void;
  readonly fromStore: (bytes: number) => void;
  /** Replaces the previous depths of that queue. */
  readonly queueHolds: (kind: Kind, depths: QueueDepths) => void;
  /** In the text format of Prometheus, which `contentType` names. */
  readonly text: () => Promise<string>;
  readonly contentType: string;
}

/** From a job whose work was already done to a slice of a slow site. */
const secondsBuckets = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** @param kinds all kinds of jobs: each has its series from the start, at 0, so that rates begin there */
export function workMetrics<Kind extends string>(kinds: readonly Kind[]): Metrics<Kind> {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> => new Counter({ name: `colophon_${name}`, help, labelNames, registers });

  const jobs = counter("jobs_total", "Jobs by kind and by how they ended", ["kind", "end"]);
  const seconds = new Histogram({
    name: "colophon_job_seconds",
    help: "Seconds that jobs were in progress",
    labelNames: ["kind"],
    buckets: secondsBuckets,
    registers,
  });
  const captures = counter("captures_total", "Captures read from archives");
  const documents = counter("documents_total", "Documents measured");
  const measuredBytes = counter("measured_bytes_total", "Bytes of archives measured");
  const storeBytes = counter("store_bytes_total", "Bytes moved to and from the store", ["direction"]);
  const depth = new Gauge({
    name: "colophon_queue_jobs",
    help: "Jobs in the queue by kind and state",
    labelNames: ["kind", "state"],
    registers,
  });
  for (const kind of kinds) {
    for (const end of jobOutcomes) jobs.inc({ kind, end }, 0);
    seconds.zero({ kind });
  }
  for (const direction of ["to", "from"]) storeBytes.inc({ direction }, 0);

  const known = (kind: Kind): Kind => {
    if (!kinds.includes(kind)) throw new RangeError(`${JSON.stringify(kind)} is no kind of job`);
    return kind;
  };
  return {
    jobEnded: (kind, outcome, jobSeconds) => {
      jobs.inc({ kind: known(kind), end: outcome });
      seconds.observe({ kind }, jobSeconds);
    },
    measured: (counts) => {
      captures.inc(counts.captures);
      documents.inc(counts.documents);
      measuredBytes.inc(counts.bytes);
    },
    toStore: (bytes) => storeBytes.inc({ direction: "to" }, bytes),
    fromStore: (bytes) => storeBytes.inc({ direction: "from" }, bytes),
    queueHolds: (kind, { waiting, running, delayed, quarantined }) => {
      const states = Object.entries({ waiting, running, delayed, quarantined });
      for (const [state, count] of states) depth.set({ kind: known(kind), state }, count);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
