import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from "node:fs";
import { open, rename, rm, type FileHandle, mkdir, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";

import { diskFullOf } from "../core/disk-full.ts";

/** Writes a new file and syncs its bytes; takes away what it began when that fails. */
export async function writeSynced(
  path: string,
  content: string | ((file: FileHandle) => Promise<unknown>),
): Promise<void> {
  const file = await open(path, "wx");
  try {
    await (typeof content === "string" ? file.writeFile(content) : content(file));
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** Writes all of the bytes. A nearly full disk accepts some of them before it refuses the rest with an error. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

/** Puts a small file in the place of what is there: after a crash there is the old one or the new one, each whole. */
export function writeWhole(path: string, content: string | Buffer): void {
  writeFileSync(`${path}.new`, content, { flush: true });
  renameDurablySync(`${path}.new`, path);
}

/** Gives a synced file or folder its final name, which survives a power cut once this resolves. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(to));
}

/** `renameDurably` for code that may not wait. */
export function renameDurablySync(from: string, to: string): void {
  renameSync(from, to);
  const folder = openSync(dirname(to), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
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

/** A file name that no other process makes, on this machine or another; it names the process that made it. */
export function passingName(): string {
  return `${hostname()}-${process.pid}-${randomBytes(8).toString("hex")}`;
}

/**
 * Has a folder filled beside the wanted one, which it then replaces: after a crash there is the old one or the new one.
 * @throws {PipelineError} `disk-full`, and whatever `fill` throws; the old folder stays then
 */
export async function replaceFolder<T>(directory: string, fill: (building: string) => Promise<T>): Promise<T> {
  const building = `${directory}.building`;
  const old = `${directory}.old`;
  // Stopped between the two renames below, the folder is gone but nothing is lost.
  if (!(await exists(directory)) && (await exists(old))) await rename(old, directory);
  try {
    await rm(building, { recursive: true, force: true });
    await mkdir(building, { recursive: true });
    const result = await fill(building);
    await rm(old, { recursive: true, force: true });
    if (await exists(directory)) await rename(directory, old);
    await renameDurably(building, directory);
    await rm(old, { recursive: true, force: true });
    return result;
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    throw diskFullOf(error, `no space left to write ${directory}`, { path: building });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
