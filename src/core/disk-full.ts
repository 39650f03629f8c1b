import { PipelineError } from "./errors.ts";

/** No room on the file system, or none left of what this user may have (`ENOSPC` and `EDQUOT` of errno(3)). */
const codes: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT"]);
/** How servers report it when the only trace of it is their message. */
const words = /no space left|ENOSPC|EDQUOT/i;

/** Whether the system refused to write because the disk, or the user's quota of it, is full. */
export function isDiskFull(error: unknown): error is Error {
  return error instanceof Error && "code" in error && codes.has(error.code);
}

/** Whether the message of another program speaks of a full disk. */
export function saysDiskFull(message: string): boolean {
  return words.test(message);
}

/**
 * The system's error as `disk-full`; any other error, and a `PipelineError`, unchanged.
 * @param message says what there is no room for, and what to do
 */
export function diskFullOf(
  error: unknown,
  message: string,
  context: Readonly<Record<string, string | number>> = {},
): unknown {
  return isDiskFull(error) ? new PipelineError("disk-full", message, context, error) : error;
}
