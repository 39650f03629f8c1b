import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";

import { PipelineError } from "../core/errors.ts";

/**
 * Has a folder filled beside the wanted one and swaps the two last: what stands there is the old one or the new one.
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
    await rename(building, directory);
    await flushFolder(dirname(directory));
    await rm(old, { recursive: true, force: true });
    return result;
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    if (error instanceof Error && "code" in error && error.code === "ENOSPC") {
      throw new PipelineError("disk-full", `no space left to write ${directory}`, { path: building }, error);
    }
    throw error;
  }
}

/** Writes a new file that is on the disk when this resolves. */
export async function writeDurably(path: string, text: string): Promise<void> {
  await using file = await open(path, "wx");
  await file.writeFile(text);
  await file.sync();
}

/** Its entries are on the disk when this resolves. */
export async function flushFolder(folder: string): Promise<void> {
  await using file = await open(folder, "r");
  await file.sync();
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
