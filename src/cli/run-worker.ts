import { availableParallelism } from "node:os";

import type { ExitName } from "../core/errors.ts";
import { openMachines, type MeetingPlace } from "../pipeline/machines.ts";
import { softwareVersion } from "../pipeline/software.ts";
import { workerProcess, type BindWorker } from "../pipeline/worker.ts";
import type { Io } from "./command.ts";

export interface WorkerRequest {
  readonly place: MeetingPlace;
  readonly binds: readonly BindWorker[];
  /** `null`: one a core. */
  readonly concurrency: number | null;
  readonly hosts: number;
  readonly cache: string;
  readonly drainMs: number;
  readonly lockMs: number;
  readonly metricsPort: number | null;
  readonly logLevel: string;
}

/** Takes jobs until the signal is aborted, then lets those in hand end. */
export async function runWorker(request: WorkerRequest, io: Io): Promise<ExitName> {
  const software = softwareVersion();
  await using machines = await openMachines(request.place, () => undefined, request.lockMs);
  const concurrency = request.concurrency ?? availableParallelism();
  await using own = workerProcess(
    {
      ...machines,
      software,
      concurrency,
      waitingConcurrency: request.hosts,
      observed: (handler) => handler,
    },
    request.cache,
  );
  const consumers = request.binds.map((bind) => bind(own.deps));
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    io.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await Promise.all(consumers.map((consumer) => consumer.close(request.drainMs)));
  return "ok";
}
