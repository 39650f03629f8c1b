import { listOf, text } from "../../core/json-shape.ts";
import { answerOf } from "../../redis/answer.ts";
import { asError } from "./completions.ts";
import type { ConsumerState, TaskWorker } from "./consumer-state.ts";
import { dueScript } from "./lua.ts";
import { hiddenMs } from "./settings.ts";

/** How many jobs BullMQ may hand out, and when. */
export interface Pump {
  readonly state: ConsumerState;
  readonly worker: TaskWorker;
  /** Jobs that may be in progress at the same time; 0 = none are taken. */
  share: number;
  /** True while Redis refuses to hand out jobs. */
  isResting: boolean;
  isWaking: boolean;
}

const restMs = 1000;
const wakeEveryMs = 1000;

/**
 * Has BullMQ take as many jobs as it may, or none for now. Jobs in progress continue, and one that it is already
 * waiting for may still come. May be called at any time.
 */
export function adjust({ state, worker, share, isResting }: Pump): void {
  if (state.closing.signal.aborted) return;
  if (isResting || share === 0) return void worker.pause(true);
  worker.concurrency = share;
  if (worker.isPaused()) void worker.resume();
  else if (!worker.isRunning()) worker.run().catch(state.deps.onError);
}

/** Starts the pump, and wakes delayed jobs from now on. @returns how to end that */
export function startPump(pump: Pump): () => void {
  const { state, worker } = pump;
  worker.on("error", (error) => {
    state.deps.onError(error);
    // BullMQ retries without a pause when Redis refuses to hand out a job (full, starting, no permission): thousands of
    // times a second.
    if (error.name === "ReplyError" && !pump.isResting) rest(pump);
  });
  adjust(pump);
  const wake = (): void => {
    // BullMQ loses a `resume` that comes at the moment its loop ends.
    adjust(pump);
    void wakeDue(pump);
  };
  const waking = setInterval(wake, Math.min(wakeEveryMs, state.deps.settings.retry.firstDelayMs));
  return () => clearInterval(waking);
}

function rest(pump: Pump): void {
  pump.isResting = true;
  adjust(pump);
  setTimeout(() => {
    pump.isResting = false;
    adjust(pump);
  }, restMs);
}

/** Delays are counted by Redis' clock and ended by us: see `hiddenMs`. */
async function wakeDue(pump: Pump): Promise<void> {
  if (pump.isWaking) return;
  const { kind, deps, closing } = pump.state;
  pump.isWaking = true;
  try {
    const answer = await deps.connection.scripts.run(dueScript, [`${kind}:delayed`], [hiddenMs]);
    const backend = pump.worker.getBackend();
    // If this fails, another worker was faster.
    for (const id of answerOf(listOf(text), answer)) await backend.promote(id).catch(() => {});
  } catch (error) {
    if (!closing.signal.aborted) deps.onError(asError(error));
  } finally {
    pump.isWaking = false;
  }
}
