import { PipelineError } from "../core/errors.ts";
import { checked, type Shape } from "../core/json-shape.ts";

/**
 * The answer of a script or command, checked against the shape that ours return.
 * @throws {PipelineError} `queue-refused`
 */
export function answerOf<T>(shape: Shape<T>, answer: unknown): T {
  return checked(shape, answer, mismatch);
}

/** Another program or version writes under our prefix, or the server is not Redis. */
export function mismatch(why: string): PipelineError {
  const words = `Redis holds what no script of this version writes (${why}): give each program a prefix of its own`;
  return new PipelineError("queue-refused", words);
}
