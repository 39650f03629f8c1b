import { createHash } from "node:crypto";

import type { Hex } from "../../core/records.ts";
import { bandCount } from "../../dedup/bands.ts";
import { jobOf } from "../../queue/job.ts";
import type { Job, JobPayload } from "../../queue/queue.ts";

/** What a `bands` job says; all else lies in the store. */
export interface BandsAsk extends JobPayload {
  /** Digest of the snapshot. */
  readonly snapshot: Hex;
  readonly part: number;
  readonly of: number;
}

/** The jobs that together find the pairs of a snapshot; never more than there are bands. */
export function bandJobs(snapshot: Hex, parts: number): readonly Job[] {
  const of = Math.max(1, Math.min(parts, bandCount));
  return Array.from({ length: of }, (_, part) => jobOf("bands", { snapshot, part, of } satisfies BandsAsk));
}

export function snapshotDigest(bytes: Buffer): Hex {
  return createHash("sha256").update(bytes).digest("hex");
}
