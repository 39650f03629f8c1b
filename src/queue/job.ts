import { createHash } from "node:crypto";

import type { Job, JobKind, JobPayload } from "./queue.ts";

/** A job whose id is the digest of what it asks for: 64 lower-case hex digits, the same whoever makes it. */
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
