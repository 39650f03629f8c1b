import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

import type { Hex } from "../core/records.ts";

/** SHA-256 of a whole file, read once in constant memory. @throws {AbortError} when `signal` aborts */
export async function fileSha256(path: string, signal: AbortSignal): Promise<Hex> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
