import { PipelineError } from "../core/errors.ts";
import { parsed, type Shape } from "../core/json-shape.ts";
import type { Notes } from "./frontier.ts";

/**
 * A note that was written as JSON; `null` when there is none.
 * @throws {PipelineError} `ledger-broken` when it has another shape
 */
export function readNote<T>(notes: Notes, name: string, shape: Shape<T>): T | null {
  const json = notes.note(name);
  if (json === null) return null;
  return parsed(shape, json, (why) => {
    const advice = "the archives are whole without it: move the frontier away and crawl on from the seeds";
    return new PipelineError("ledger-broken", `the frontier's note "${name}" is broken: ${why}; ${advice}`, { name });
  });
}
