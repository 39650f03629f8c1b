import { mkdir, stat } from "node:fs/promises";
import { resolve } from "node:path";

import { PipelineError } from "../core/errors.ts";
import { folderStore } from "./folder-store.ts";
import { s3Store } from "./s3-store.ts";
import type { Store } from "./store.ts";

/**
 * The store at an address: `s3://bucket/prefix`, or a folder, which is created if its parent exists.
 * @throws {PipelineError} `store-refused`, `store-unreachable`
 */
export async function openStore(address: string): Promise<Store> {
  if (address.startsWith("s3:")) return s3Store(address);
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
