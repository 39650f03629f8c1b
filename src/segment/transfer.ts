import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";

import { eachOf } from "../async/limit.ts";
import type { Hex } from "../core/records.ts";
import { segmentName } from "../store/layout.ts";
import type { Store } from "../store/store.ts";
import { segmentPath } from "./format.ts";

/** Segments looked for at the same time. */
const atOnce = 16;

/** Puts those segments of a corpus into a store that are not there: what was measured without workers is only here. */
export async function storeSegments(
  store: Store,
  folder: string,
  segments: Iterable<Hex>,
  signal: AbortSignal,
): Promise<void> {
  await eachOf(new Set(segments), atOnce, signal, async (segment, _, either) => {
    const name = segmentName(segment);
    if ((await store.size(name, either)) === null)
      await store.put(name, { path: segmentPath(folder, segment) }, either);
  });
}

/** Copies a segment of a store into a folder of a corpus, once. @returns false when the store has none */
export async function bringSegment(store: Store, segment: Hex, folder: string, signal: AbortSignal): Promise<boolean> {
  const path = segmentPath(folder, segment);
  return existsSync(path) || copied(store, segmentName(segment), path, signal);
}

/**
 * Makes an object of a store readable as a file of this machine: a link where the store is a folder, else a copy. It replaces
 * what is there. @returns false when there is no such object
 */
export async function bringObject(store: Store, name: string, path: string, signal: AbortSignal): Promise<boolean> {
  const there = store.localPath(name);
  if (there === null) return copied(store, name, path, signal);
  if ((await store.size(name, signal)) === null) return false;
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  symlinkSync(there, path);
  return true;
}

async function copied(store: Store, name: string, path: string, signal: AbortSignal): Promise<boolean> {
  mkdirSync(dirname(path), { recursive: true });
  return store.copyTo(name, path, signal);
}
