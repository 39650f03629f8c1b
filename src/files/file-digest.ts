import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

import type { Hex } from "../core/records.ts";
import { piecesOf } from "./read-pieces.ts";

/** SHA-256 of a whole file, read once in constant memory. @throws {AbortError} when `signal` aborts */
export async function fileSha256(path: string, signal: AbortSignal): Promise<Hex> {
  const hash = createHash("sha256");
  await using file = await open(path, "r");
  for await (const piece of piecesOf(file, signal)) hash.update(piece);
  return hash.digest("hex");
}
