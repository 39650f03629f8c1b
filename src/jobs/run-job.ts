import { PipelineError } from "../core/errors.ts";
import type { Job, JobResult, Queue } from "../queue/queue.ts";

/**
 * Submits a job and waits for its completion, again and again while the queue loses it: losing all of Redis costs time, not work.
 * @throws {PipelineError} with the code of the failure that ended the job; `job-quarantined`; `interrupted`
 */
export async function runJob(queue: Queue, job: Job, signal: AbortSignal): Promise<JobResult> {
  for (;;) {
    await queue.submit([job], signal);
    const outcome = await queue.ended(job, signal);
    if (outcome === "lost") continue;
    if (outcome.state === "done") return outcome.result;
    const context = { kind: job.kind, job: job.id };
    if (outcome.state === "failed") throw new PipelineError(outcome.code, outcome.message, context);
    const words = `a ${job.kind} job was set aside: ${outcome.reason}; run the same command again to retry it`;
    throw new PipelineError("job-quarantined", words, context);
  }
}
