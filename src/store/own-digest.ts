import { createHash } from "node:crypto";

import { PipelineError } from "../core/errors.ts";
import type { Hex } from "../core/records.ts";
import { fileSha256 } from "../files/read-pieces.ts";
import type { Store } from "./store.ts";

/** An object whose name says its SHA-256. */
export interface Named {
  readonly name: string;
  readonly sha256: Hex;
}

/** What a store that is a bucket is read in. */
const pieceBytes = 16 << 20;

/** SHA-256 of an object, read once in constant memory; `null` when there is none. @throws what the store throws */
export async function objectSha256(store: Store, name: string, signal: AbortSignal): Promise<Hex | null> {
  const bytes = await store.size(name, signal);
  if (bytes === null) return null;
  const path = store.localPath(name);
  if (path !== null) return fileSha256(path, signal);
  const hash = createHash("sha256");
  for (let begin = 0; begin < bytes; begin += pieceBytes) {
    const piece = await store.range(name, begin, Math.min(bytes, begin + pieceBytes), signal);
    if (piece === null) return null;
    hash.update(piece);
  }
  return hash.digest("hex");
}

/** The error for an object whose bytes are not those that its name says. */
export function notItsName({ place }: Pick<Store, "place">, { name }: Named, found: Hex): PipelineError {
  const words = `${name} of ${place} is broken: its bytes have the SHA-256 ${found}`;
  return new PipelineError("object-broken", words, { name });
}

/**
 * A whole object that is named by its own bytes, for small ones; `null` when there is none.
 * @throws {PipelineError} `object-broken` when its bytes are others
 */
export async function getNamed(store: Store, named: Named, signal?: AbortSignal): Promise<Buffer | null> {
  const bytes = await store.get(named.name, signal);
  if (bytes === null) return null;
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== named.sha256) throw notItsName(store, named, found);
  return bytes;
}

/** Others that put the same name at the same time have the same bytes, so that twice is often enough. */
const tries = 3;

/**
 * Puts an object that only its caller may make. Other bytes under its name were put by somebody else and are taken away.
 * @throws {PipelineError} `store-refused` when others come again and again
 */
export async function putExactly(store: Store, name: string, bytes: Buffer, signal: AbortSignal): Promise<void> {
  for (let tried = 0; tried < tries; tried++) {
    if ((await store.put(name, bytes, signal)) === "stored") return;
    const isWhole = (await store.size(name, signal)) === bytes.length;
    if (isWhole && (await store.get(name, signal))?.equals(bytes) === true) return;
    await store.remove(name, signal);
  }
  const words = `somebody else keeps putting other bytes under ${name} into ${store.place}; give each corpus a store of its own`;
  throw new PipelineError("store-refused", words, { name });
}
