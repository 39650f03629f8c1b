// One worker thread: takes slices one at a time and answers with the result of each.
import { parentPort, workerData } from "node:worker_threads";

import { isDiskFull } from "../core/disk-full.ts";
import { PipelineError } from "../core/errors.ts";
import { measureSlice, type MeasureJob } from "./measure-slice.ts";
import type { ThreadAnswer, ThreadData } from "./thread-pool.ts";
import { loadStages } from "./stages.ts";

const { software, progress } = workerData as ThreadData;
const stages = loadStages();
const cell = new BigInt64Array(progress);

parentPort?.on("message", (job: MeasureJob) => void measure(job));

async function measure(job: MeasureJob): Promise<void> {
  try {
    const result = await measureSlice(job, stages, software, (offset, innerOffset) => {
      Atomics.store(cell, 0, BigInt(offset));
      Atomics.store(cell, 1, BigInt(innerOffset));
      Atomics.add(cell, 2, 1n);
    });
    answer({ result });
  } catch (error) {
    answer({ failure: failureOf(error) });
  }
}

function answer(message: ThreadAnswer): void {
  parentPort?.postMessage(message);
}

function failureOf(error: unknown): NonNullable<ThreadAnswer["failure"]> {
  if (error instanceof PipelineError) {
    return { code: error.code, message: error.message, context: error.context };
  }
  if (isDiskFull(error)) {
    return { code: "disk-full", message: "no space left on the disk while writing a segment", context: {} };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: "worker-crashed", message, context: {} };
}
