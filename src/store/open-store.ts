import { mkdir, stat } from "node:fs/promises";
import { resolve } from "node:path";

import { PipelineError } from "../core/errors.ts";
import { folderStore } from "./folder-store.ts";
import { refuseOverwriting } from "./probe.ts";
import { s3Store } from "./s3-store.ts";
import type { Store } from "./store.ts";

/**
 * The store at an address, to be written to: `s3://bucket/prefix`, or a folder, which is created if its parent exists. A bucket
 * is tried first: one that overwrites is refused. A folder needs no trial: hard links are made once, or not at all.
 * @throws {PipelineError} `store-refused`, `store-unreachable`
 */
export async function openStore(address: string): Promise<Store> {
  if (address.startsWith("s3:")) return triedBucket(address);
  const path = resolve(address);
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST") {
      const message = `${code} while opening the store ${path}: is the folder it lies in there, and may it be written to?`;
      throw new PipelineError(code === "ENOENT" ? "store-unreachable" : "store-refused", message, { path }, error);
    }
  }
  if (!(await stat(path)).isDirectory()) {
    throw new PipelineError("store-refused", `the store ${path} is not a folder`, { path });
  }
  return folderStore(path);
}

async function triedBucket(address: string): Promise<Store> {
  await using opened = new AsyncDisposableStack();
  const store = opened.use(await s3Store(address));
  await refuseOverwriting(store);
  opened.move();
  return store;
}
