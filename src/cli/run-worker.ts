import { availableParallelism } from "node:os";

import type { ExitName } from "../core/errors.ts";
import { softwareVersion } from "../corpus/software.ts";
import { openMachines, type Machines, type SharedServers } from "../jobs/machines.ts";
import { programOf } from "../jobs/version-check.ts";
import { workerKinds, workerProcess, type BindWorker, type WorkerDeps } from "../jobs/worker.ts";
import { logger, type Logger, type LogLevel } from "../telemetry/log.ts";
import type { Io } from "./command.ts";
import { workerSight, type WorkerMetrics } from "./instrument-worker.ts";
import { logOnceAMinute } from "./log-once-a-minute.ts";

export interface WorkerRequest {
  readonly servers: SharedServers;
  readonly binds: readonly BindWorker[];
  /** `null`: one a core of those that are shared. */
  readonly concurrency: number | null;
  /** `null`: all that this process may use. */
  readonly cores: number | null;
  readonly hosts: number;
  readonly cache: string;
  readonly drainMs: number;
  readonly lockMs: number;
  /** `null`: none are served. */
  readonly metricsPort: number | null;
  readonly logLevel: LogLevel;
}

const depthsEveryMs = 5000;

/** Takes jobs until the signal is aborted, then lets those in progress end. */
export async function runWorker(request: WorkerRequest, io: Io): Promise<ExitName> {
  const software = softwareVersion();
  const program = programOf(software);
  const log = logger(io.err, request.logLevel);
  const metrics = request.metricsPort === null ? null : await workerMetrics();
  const { observed, counted } = workerSight(log, metrics);
  await using machines = await openMachines(
    request.servers,
    logOnceAMinute((error) => log.warn("trying again", { error })),
    request.lockMs,
  );
  const { queue, store, redis } = machines;
  const cores = coresOf(request, log);
  const concurrency = request.concurrency ?? cores.count;
  await using own = workerProcess(
    {
      queue,
      store: counted(store),
      scripts: redis.scripts,
      software,
      program,
      concurrency,
      cores,
      waitingConcurrency: request.hosts,
      observed,
    },
    request.cache,
  );
  await using opened = new AsyncDisposableStack();
  if (request.metricsPort !== null && metrics !== null) {
    const { serveMetrics } = await import("../telemetry/metrics-server.ts");
    const { port } = opened.use(await serveMetrics(metrics, { port: request.metricsPort }));
    opened.defer(watchDepths(queue, metrics));
    log.info("metrics are served", { address: `http://127.0.0.1:${port}/metrics` });
  }
  const consumers = request.binds.map((bind) => bind(own.deps));
  log.info("worker started", { software: program, redis: redis.place, store: store.place, threads: concurrency });
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    io.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const givenBack = await Promise.all(consumers.map((consumer) => consumer.close(request.drainMs)));
  const { user, system } = process.cpuUsage();
  log.info("worker stopped", {
    givenBack: givenBack.reduce((sum, count) => sum + count, 0),
    cpuSeconds: Math.round((user + system) / 1e4) / 100,
  });
  return "ok";
}

function coresOf(request: WorkerRequest, log: Logger): WorkerDeps["cores"] {
  return {
    count: request.cores ?? availableParallelism(),
    onShare: (kind, jobs) =>
      log.info(jobs === 0 ? "older workers keep this machine's cores busy: standing by" : "taking jobs", {
        kind,
        jobs,
      }),
  };
}

/** Measures how many jobs wait and run, now and then. @returns how to end that */
function watchDepths(queue: Machines["queue"], metrics: WorkerMetrics): () => void {
  const depths = setInterval(() => {
    for (const kind of workerKinds)
      queue.counts(kind).then(
        (counts) => metrics.queueHolds(kind, counts),
        () => undefined,
      );
  }, depthsEveryMs);
  return () => clearInterval(depths);
}

/** Loaded only where they are asked for: their library and what it needs are 80 files. */
async function workerMetrics(): Promise<WorkerMetrics> {
  const { workMetrics } = await import("../telemetry/metrics.ts");
  return workMetrics(workerKinds);
}
