// One worker thread: takes slices one at a time and answers with the result of each.
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";

import { isDiskFull } from "../core/disk-full.ts";
import { PipelineError } from "../core/errors.ts";
import { measureSlice } from "./measure-slice.ts";
import type { ByteRange } from "./sparse-source.ts";
import { loadStages } from "./stages.ts";
import {
  cells,
  type Filled,
  type ThreadAnswer,
  type ThreadData,
  type ThreadFailure,
  type ThreadTask,
} from "./thread.ts";

const { software, progress } = workerData as ThreadData;
const stages = loadStages();
const cell = new BigInt64Array(progress);

parentPort?.on("message", (task: ThreadTask) => void measure(task));

async function measure({ job, held }: ThreadTask): Promise<void> {
  const holes = held === null ? null : { held, fill };
  try {
    answer({ kind: "result", result: await measureSlice(job, { stages, software, watch, holes }) });
  } catch (error) {
    answer({ kind: "failure", failure: failureOf(error) });
  }
}

function watch(offset: number, innerOffset: number): void {
  Atomics.store(cell, cells.offset, BigInt(offset));
  Atomics.store(cell, cells.innerOffset, BigInt(innerOffset));
  Atomics.add(cell, cells.records, 1n);
}

/** The reader reads without waiting, and nothing else is done in this thread: so the thread itself sleeps. */
function fill(range: ByteRange): readonly ByteRange[] {
  const before = Atomics.load(cell, cells.filled);
  answer({ kind: "wanted", range });
  Atomics.wait(cell, cells.filled, before);
  const filled = parentPort === null ? undefined : (receiveMessageOnPort(parentPort)?.message as Filled | undefined);
  if (filled?.kind === "held") return filled.held;
  const { code, message, context } = filled?.failure ?? noBytes;
  throw new PipelineError(code, message, context);
}

const noBytes: ThreadFailure = {
  code: "worker-crashed",
  message: "bytes were asked for and did not come",
  context: {},
};

function answer(message: ThreadAnswer): void {
  parentPort?.postMessage(message);
}

function failureOf(error: unknown): ThreadFailure {
  if (error instanceof PipelineError) {
    return { code: error.code, message: error.message, context: error.context };
  }
  if (isDiskFull(error)) {
    return { code: "disk-full", message: "no space left on the disk while writing a segment", context: {} };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: "worker-crashed", message, context: {} };
}
