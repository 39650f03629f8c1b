import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

import type { Hex } from "../core/records.ts";
import type { Store } from "../store/store.ts";
import { segmentName } from "../store/layout.ts";
import { segmentPath } from "./format.ts";

/** Brings a segment from the store into a folder of this machine, once. @returns false when the store has none */
export async function storedSegment(store: Store, digest: Hex, folder: string, signal: AbortSignal): Promise<boolean> {
  const path = segmentPath(folder, digest);
  if (existsSync(path)) return true;
  mkdirSync(dirname(path), { recursive: true });
  return store.copyTo(segmentName(digest), path, signal);
}
