import { PipelineError } from "../core/errors.ts";
import { checked, type Shape } from "../core/json-shape.ts";

/**
 * The answer of a script or command, when it is of the shape that ours give.
 * @throws {PipelineError} `queue-refused`
 */
export function answerOf<T>(shape: Shape<T>, answer: unknown): T {
  return checked(shape, answer, mismatch);
}

/** Something else writes under our prefix, another version, or it is no Redis. */
export function mismatch(why: string): PipelineError {
  const words = `Redis holds what no script of this version writes (${why}): give each program a prefix of its own`;
  return new PipelineError("queue-refused", words);
}
