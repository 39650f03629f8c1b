import { PipelineError } from "../core/errors.ts";
import type { Job, JobResult, Queue } from "../queue/queue.ts";

/**
 * Submits a job and waits for its end, again and again while the queue loses it: losing all of Redis costs time, not work.
 * @throws {PipelineError} with the code of the failure that ended the job; `job-quarantined`; `interrupted`
 */
export async function runJob<Result = JobResult>(queue: Queue, job: Job, signal: AbortSignal): Promise<Result> {
  for (;;) {
    await queue.submit([job], signal);
    const end = await queue.ended(job, signal);
    if (end === "lost") continue;
    // What the handler of this kind gave, carried as JSON: who asks for a kind knows what it answers.
    if (end.state === "done") return end.result as Result;
    const context = { kind: job.kind, job: job.id };
    if (end.state === "failed") throw new PipelineError(end.code, end.message, context);
    throw new PipelineError(
      "job-quarantined",
      `a ${job.kind} job was set aside: ${end.reason}; run the same command again to try it anew`,
      context,
    );
  }
}
