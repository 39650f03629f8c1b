import { createHash } from "node:crypto";

import { PipelineError } from "../core/errors.ts";
import { payloadBytes, resultBytes, type Job, type JobKind, type JobPayload, type JobResult } from "./queue.ts";

/** A job whose id is the digest of what it asks for: 64 lower-case hex digits, the same in every process that makes it. */
export function jobOf(kind: JobKind, payload: JobPayload): Job {
  const sorted = Object.entries(payload).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    kind,
    id: createHash("sha256")
      .update(JSON.stringify([kind, sorted]))
      .digest("hex"),
    payload,
  };
}

/** Priorities that BullMQ can hold in one sorted set; the local queue has the same bound, so that jobs fit both. */
const priorityLimit = 2 ** 21 - 1;

/** @throws {PipelineError} `usage` for an id, a priority or a payload that no queue takes */
export function checkJob({ kind, id, payload, priority = 0 }: Job): void {
  const what = `a ${kind} job`;
  if (!/^[0-9a-f]{8,128}$/u.test(id))
    throw new PipelineError(
      "usage",
      `${what} has the id ${JSON.stringify(id.slice(0, 80))}: give a digest of 8 to 128 lower-case hex digits`,
    );
  if (!Number.isSafeInteger(priority) || priority < 0 || priority > priorityLimit)
    throw new PipelineError(
      "usage",
      `${what} has the priority ${priority}: give a whole number from 0 to ${priorityLimit}`,
    );
  const bytes = Buffer.byteLength(JSON.stringify(payload));
  if (bytes > payloadBytes)
    throw new PipelineError(
      "usage",
      `the payload of ${what} has ${bytes} bytes, at most ${payloadBytes} may be handed in: put the rest into the store`,
      { bytes },
    );
}

/** A result as the caller that waits for it will read it. @throws {Error} when it is over the bound, a fault of the handler */
export function checkedResult(result: JobResult): JobResult {
  const json = JSON.stringify(result);
  const bytes = Buffer.byteLength(json);
  if (bytes > resultBytes)
    throw new Error(
      `the result of a job has ${bytes} bytes, at most ${resultBytes} may be handed back: put the rest into the store`,
    );
  return JSON.parse(json) as JobResult;
}
