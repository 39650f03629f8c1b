import { PipelineError } from "../core/errors.ts";

/** The promise, or `interrupted` as soon as the signal aborts; what the promise stands for goes on. */
export function orInterrupted<T>(promise: Promise<T>, signal: AbortSignal, doing: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new PipelineError("interrupted", `stopped while ${doing}`));
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
    if (signal.aborted) stop();
  });
}
