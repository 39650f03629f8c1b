import { randomBytes } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { hostname } from "node:os";

import type { FileHandle } from "node:fs/promises";

/** Writes a new file and syncs its bytes; what was begun is taken away when that fails. */
export async function writeSynced(path: string, write: (file: FileHandle) => Promise<unknown>): Promise<void> {
  const file = await open(path, "wx");
  try {
    await write(file);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** Makes the names in a folder last, as `sync` of a file does for its bytes. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A file name that nobody else makes, on this machine or another; it tells whose it was. */
export function passingName(): string {
  return `${hostname()}-${process.pid}-${randomBytes(8).toString("hex")}`;
}
