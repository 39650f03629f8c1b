import { PipelineError } from "../core/errors.ts";
import { checked, parsed, type Shape } from "../core/json-shape.ts";
import { jobOf } from "../queue/job.ts";
import type { Job, JobResult } from "../queue/queue.ts";
import type { Store } from "../store/store.ts";

/**
 * What a job asks for, checked. Whoever waits for a job knows it by its id, so that one whose id is not the digest of what it asks
 * for would answer for another.
 * @throws {PipelineError} `queue-refused` for a payload of another shape, or of another job
 */
export function payloadOf<T>(shape: Shape<T>, { kind, id, payload }: Job): T {
  const refused = (why: string): PipelineError => {
    const words = `a ${kind} job in the queue asks for nothing that can be done: ${why}; does another program use this Redis?`;
    return new PipelineError("queue-refused", words, { kind });
  };
  const asked = checked(shape, payload, refused);
  if (jobOf(kind, payload).id !== id) throw refused("its id is that of another job");
  return asked;
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
 * @throws {PipelineError} `object-broken` for bytes of another shape
 */
export function storedJson<T>(shape: Shape<T>, bytes: Buffer, { place }: Pick<Store, "place">, name: string): T {
  return parsed(shape, bytes.toString("utf8"), (why) => {
    const words = `${name} of ${place} is broken: ${why}`;
    return new PipelineError("object-broken", words, { name });
  });
}
