import { PipelineError } from "../../core/errors.ts";
import { threadPool } from "../../measure/thread-pool.ts";
import type { Measurer } from "./contract.ts";

/** Slices that wait for a thread, so that none is idle while results are appended to the ledger. */
const ahead = 2;

/** Starts of a slice before it is set aside: no queue tries it again here. */
const faultTries = 3;

/**
 * Measures slices by threads of this process, where the archives are. The pool tries again what may pass; disposing of the
 * measurer closes it.
 */
export function localSlices(threads: number, software: string): Measurer {
  const pool = threadPool(threads, software, undefined, faultTries);
  return {
    size: pool.size + ahead,
    async measure(job) {
      try {
        return await pool.measure(job);
      } catch (error) {
        if (!(error instanceof PipelineError) || error.code !== "worker-crashed") throw error;
        const words = `a slice of ${job.path} was set aside: ${error.message}; run the same command again to try it again`;
        throw new PipelineError("job-quarantined", words, { path: job.path }, error);
      }
    },
    recordsSeen: pool.recordsSeen,
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}
