import { existsSync, mkdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";

import { eachOf } from "../async/limit.ts";
import type { PipelineError } from "../core/errors.ts";
import type { Hex } from "../core/records.ts";
import { fileSha256 } from "../files/read-pieces.ts";
import { segmentName } from "../store/layout.ts";
import { notItsName, objectSha256, type Named } from "../store/own-digest.ts";
import type { Store } from "../store/store.ts";
import { segmentPath } from "./format.ts";

/** Segments looked for at the same time. */
const atOnce = 16;

/**
 * Puts those segments of a corpus into a store that are not there: what was measured without workers is only here. One of
 * another length is none of ours and is replaced; whoever reads a whole one compares its digest.
 */
export async function storeSegments(
  store: Store,
  folder: string,
  segments: Iterable<Hex>,
  signal: AbortSignal,
): Promise<void> {
  await eachOf(new Set(segments), atOnce, signal, async (segment, _, either) => {
    const [name, path] = [segmentName(segment), segmentPath(folder, segment)];
    const bytes = await store.size(name, either);
    if (bytes === statSync(path).size) return;
    if (bytes !== null) await store.remove(name, either);
    await store.put(name, { path }, either);
  });
}

/**
 * As `storeSegments`, for those of which only a part will be read, which proves nothing of the rest: each is read here once.
 * @param onOther called with each that has other bytes than its name says, before it is replaced
 */
export async function storeWholeSegments(
  store: Store,
  folder: string,
  segments: ReadonlySet<Hex>,
  { signal, onOther }: { readonly signal: AbortSignal; readonly onOther: (error: PipelineError) => void },
): Promise<void> {
  await eachOf(segments, atOnce, signal, async (segment, _, either) => {
    const named = { name: segmentName(segment), sha256: segment };
    const found = await objectSha256(store, named.name, either);
    if (found === null || found === segment) return;
    onOther(notItsName(store, named, found));
    await store.remove(named.name, either);
  });
  await storeSegments(store, folder, segments, signal);
}

/**
 * Copies a segment of a store into a folder of a corpus, once. One that a killed run left there counts if it is what its name says.
 * @returns false when the store has none
 * @throws {PipelineError} `object-broken`, as `bringObject`
 */
export async function bringSegment(store: Store, segment: Hex, folder: string, signal: AbortSignal): Promise<boolean> {
  const path = segmentPath(folder, segment);
  if (existsSync(path)) {
    if ((await fileSha256(path, signal)) === segment) return true;
    rmSync(path);
  }
  return copied(store, { name: segmentName(segment), sha256: segment }, path, signal);
}

/**
 * Makes an object that is named by its own bytes readable as a file of this machine: a link where the store is a folder, else a
 * copy. It replaces what is there. @returns false when there is no such object
 * @throws {PipelineError} `object-broken` when its bytes are not those of its name: it is removed then, here and from the store
 */
export async function bringObject(store: Store, named: Named, path: string, signal: AbortSignal): Promise<boolean> {
  const there = store.localPath(named.name);
  if (there === null) return copied(store, named, path, signal);
  if ((await store.size(named.name, signal)) === null) return false;
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  await refuseOther(store, named, there, signal);
  symlinkSync(there, path);
  return true;
}

async function copied(store: Store, named: Named, path: string, signal: AbortSignal): Promise<boolean> {
  mkdirSync(dirname(path), { recursive: true });
  if (!(await store.copyTo(named.name, path, signal))) return false;
  await refuseOther(store, named, path, signal);
  return true;
}

/** Compares a file with the object's name, and takes both away when they disagree. */
async function refuseOther(store: Store, named: Named, path: string, signal: AbortSignal): Promise<void> {
  const found = await fileSha256(path, signal);
  if (found === named.sha256) return;
  rmSync(path, { force: true });
  await store.remove(named.name, signal);
  throw notItsName(store, named, found);
}
