import { mkdir, rename, rm, stat } from "node:fs/promises";

import { diskFullOf } from "../core/disk-full.ts";
import { renameDurably } from "./durable.ts";

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
