import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";

import type { Store } from "../store/store.ts";

/**
 * Makes an object of the store a file of this machine: a link where the store is a folder, else a copy. Whatever stood there
 * is replaced.
 * @returns false when there is no such object
 */
export async function broughtObject(store: Store, name: string, path: string, signal: AbortSignal): Promise<boolean> {
  mkdirSync(dirname(path), { recursive: true });
  const there = store.localPath(name);
  if (there === null) return store.copyTo(name, path, signal);
  if ((await store.size(name, signal)) === null) return false;
  rmSync(path, { force: true });
  symlinkSync(there, path);
  return true;
}
