import { PipelineError } from "../core/errors.ts";
import { checked, parsed, type Shape } from "../core/json-shape.ts";
import type { Job, JobResult } from "../queue/queue.ts";
import type { Store } from "../store/store.ts";

/** What a job asks for, checked. @throws {PipelineError} `queue-refused` for a payload of another shape */
export function payloadOf<T>(shape: Shape<T>, { kind, payload }: Job): T {
  return checked(shape, payload, (why) => {
    const words = `a ${kind} job in the queue asks for nothing that can be done: ${why}; does another program use this Redis?`;
    return new PipelineError("queue-refused", words, { kind });
  });
}

/** What a handler returned, checked. @throws {PipelineError} `queue-refused` for a result of another shape */
export function resultOf<T>(shape: Shape<T>, { kind, id }: Job, result: JobResult): T {
  return checked(shape, result, (why) => {
    const words = `a ${kind} job gave a result that is none: ${why}; are all workers of the same version?`;
    return new PipelineError("queue-refused", words, { kind, job: id });
  });
}

/**
 * A JSON object of a store, checked.
 * @param name of the object, for the message
 * @throws {PipelineError} `store-refused` for bytes of another shape
 */
export function storedJson<T>(shape: Shape<T>, bytes: Buffer, { place }: Pick<Store, "place">, name: string): T {
  return parsed(shape, bytes.toString("utf8"), (why) => {
    const words = `${name} of ${place} is broken: ${why}; remove it and run the same command again`;
    return new PipelineError("store-refused", words, { name });
  });
}
