import { link, mkdir, open, readdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import { PipelineError } from "../core/errors.ts";
import { passingName, renameDurably, syncFolder, writeSynced } from "../files/durable.ts";
import { copyBytes } from "../files/read-pieces.ts";
import { folderFault } from "./folder-fault.ts";
import { checkName, checkPrefix, isObjectName } from "./object-name.ts";
import { openSource, readAt } from "./open-source.ts";
import type { Content, Store, StoredObject } from "./store.ts";

/** Object names contain no tilde, so a file in progress is never mistaken for an object. */
const incoming = "~incoming";
/** No put takes this long without adding to its file: an older file was left by a killed process. */
const leftoverMs = 24 * 3600 * 1000;

/**
 * A store in a folder that all machines see, even over NFS. An object is written and synced under a temporary name,
 * then linked to its own name; only one process can do that. The folder must exist.
 */
export function folderStore(path: string): Store {
  const root = resolve(path);
  const pathOf = (name: string): string => {
    checkName(name);
    return join(root, name);
  };
  let swept: Promise<void> | undefined;

  return {
    place: root,
    localPath: pathOf,
    put: (name, content, signal) =>
      attempt(`putting ${name}`, root, signal, async () => {
        const target = pathOf(name);
        if ((await fileSize(target)) !== null) return present(root, target);
        const passing = await write(root, content, signal);
        try {
          // We may not be allowed to remove what another user left. That must not prevent the put.
          swept ??= sweep(passing).catch(() => undefined);
          await swept;
          return await linkOnce(root, passing, target);
        } finally {
          await rm(passing, { force: true });
        }
      }),
    get: (name, signal) => attempt(`reading ${name}`, root, signal, () => orNull(readFile(pathOf(name), stop(signal)))),
    range: (name, begin, end, signal) =>
      attempt(`reading ${name}`, root, signal, () => orNull(readRange(pathOf(name), begin, end))),
    copyTo: (name, to, signal) =>
      attempt(`copying ${name} to ${to}`, dirname(to), signal, () => copy(pathOf(name), to, signal)),
    size: (name, signal) => attempt(`looking for ${name}`, root, signal, () => fileSize(pathOf(name))),
    async *list(prefix, signal) {
      checkPrefix(prefix);
      yield* list(root, prefix.slice(0, prefix.lastIndexOf("/") + 1), prefix, signal);
    },
    remove: (name, signal) =>
      attempt(`removing ${name}`, root, signal, async () => {
        const path = pathOf(name);
        await orNull(rm(path));
        await removeEmpty(root, dirname(path));
      }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Runs an operation, and turns errors of the file system into ours. */
async function attempt<T>(
  doing: string,
  path: string,
  signal: AbortSignal | undefined,
  act: () => Promise<T>,
): Promise<T> {
  const interrupted = (): PipelineError => new PipelineError("interrupted", `stopped while ${doing}`, { path });
  const aborted = (): boolean => signal?.aborted === true;
  if (aborted()) throw interrupted();
  try {
    return await act();
  } catch (error) {
    throw aborted() ? interrupted() : folderFault(error, doing, path);
  }
}

function stop(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** A folder is not an object, and neither is a path "inside" an object. */
async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR" || code === "ERR_FS_EISDIR") return null;
    throw error;
  }
}

async function fileSize(path: string): Promise<number | null> {
  const found = await orNull(stat(path));
  return found?.isFile() === true ? found.size : null;
}

async function readRange(path: string, begin: number, end: number): Promise<Buffer | null> {
  const file = await open(path, "r");
  try {
    const found = await file.stat();
    if (!found.isFile()) return null;
    return await readAt(file, begin, Math.max(0, Math.min(end, found.size) - begin));
  } finally {
    await file.close();
  }
}

async function write(root: string, content: Content, signal: AbortSignal | undefined): Promise<string> {
  const passing = join(root, incoming, passingName());
  // The store's own folder is not created: it may be a file system that is not mounted at the moment.
  await mkdir(dirname(passing)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  if (Buffer.isBuffer(content)) {
    await writeSynced(passing, (file) => file.writeFile(content, stop(signal)));
    return passing;
  }
  // Copied, never linked: the file's owner may change it.
  await using source = await openSource(content.path);
  await writeSynced(passing, (file) => copyBytes(source, file, signal));
  return passing;
}

async function linkOnce(root: string, passing: string, target: string): Promise<"stored" | "present"> {
  try {
    await linkInFolder(passing, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if ((await fileSize(target)) === null) throw error;
    // NFS may lose the answer to a link that it made and find the name taken when it asks again (open(2), O_EXCL).
    if ((await stat(passing)).nlink === 1) return present(root, target);
  }
  await syncUp(root, target);
  return "stored";
}

/**
 * A process that removes the last object of a folder removes the folder too, perhaps between our mkdir and our link.
 */
async function linkInFolder(passing: string, target: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    await mkdir(dirname(target), { recursive: true });
    try {
      await link(passing, target);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || tries === 10) throw error;
    }
  }
}

/**
 * A crawl removes an object for each turn, for weeks, so empty folders must not remain. A folder that is not empty is
 * in use.
 */
async function removeEmpty(root: string, folder: string): Promise<void> {
  for (let at = folder; at.length > root.length; at = dirname(at)) {
    try {
      await rmdir(at);
    } catch {
      return;
    }
  }
}

/** The process that put it may not have synced the name yet, and our caller relies on it. */
async function present(root: string, target: string): Promise<"present"> {
  await syncUp(root, target);
  return "present";
}

async function syncUp(root: string, target: string): Promise<void> {
  for (let folder = dirname(target); folder.length >= root.length; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === root) return;
  }
}

/** Removes what killed puts left behind, judged by the clock of the file system, not this machine's. */
async function sweep(fresh: string): Promise<void> {
  const now = (await stat(fresh)).mtimeMs;
  for (const name of await readdir(dirname(fresh))) {
    const path = join(dirname(fresh), name);
    const found = await orNull(stat(path));
    if (found !== null && now - found.mtimeMs > leftoverMs) await rm(path, { force: true });
  }
}

async function copy(from: string, to: string, signal: AbortSignal | undefined): Promise<boolean> {
  if ((await fileSize(from)) === null) return false;
  const passing = `${to}.${passingName()}`;
  await using source = await open(from, "r");
  await writeSynced(passing, (file) => copyBytes(source, file, signal));
  await renameDurably(passing, to);
  return true;
}

async function* list(
  root: string,
  folder: string,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<StoredObject> {
  const doing = `listing ${folder}`;
  for (const name of await attempt(doing, root, signal, () => entries(root, folder))) {
    if (!name.startsWith(prefix) && !prefix.startsWith(name)) continue;
    if (name.endsWith("/")) yield* list(root, name, prefix, signal);
    else {
      const bytes = await attempt(doing, root, signal, () => fileSize(join(root, name)));
      if (bytes !== null && name.startsWith(prefix)) yield { name, bytes };
    }
  }
}

/** Names in a folder, in order; a folder's name ends in `/`, so that it sorts as its objects do. */
async function entries(root: string, folder: string): Promise<string[]> {
  const found = (await orNull(readdir(join(root, folder), { withFileTypes: true }))) ?? [];
  return found
    .filter((entry) => isObjectName(entry.name) && (entry.isFile() || entry.isDirectory()))
    .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? "/" : ""}`)
    .sort((a, b) => (a < b ? -1 : 1));
}
