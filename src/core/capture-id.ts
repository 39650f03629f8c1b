import { createHash } from "node:crypto";

import type { Hex } from "./records.ts";

/** Id of a capture, the same wherever and whenever it is computed: a digest of its place. */
export function captureIdOf(archive: Hex, offset: number, innerOffset: number): Hex {
  return createHash("sha256").update(`${archive}:${offset}:${innerOffset}`).digest("hex").slice(0, 32);
}
