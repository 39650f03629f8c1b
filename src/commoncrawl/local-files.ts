import { constants, createReadStream } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { resolve } from "node:path";

import { PipelineError } from "../core/errors.ts";
import type { CrawlFiles } from "./crawl-files.ts";
import { isCrawlPath } from "./index-row.ts";

/** A mirror in a folder, laid out as Common Crawl lays out its own files. */
export function localFiles(folder: string): CrawlFiles {
  const root = resolve(folder);
  const pathOf = (path: string): string => {
    if (!isCrawlPath(path)) throw new PipelineError("index-broken", `${JSON.stringify(path)} is no path of a crawl`);
    return `${root}/${path}`;
  };
  return {
    location: `${root}/`,
    localPath: pathOf,
    again: async () => false,
    async open(path, { from, to, version }, signal) {
      signal.throwIfAborted();
      const file = await opened(pathOf(path));
      if (file === null) return { state: "missing" };
      const { size, mtimeNs } = await file.stat({ bigint: true });
      const now = `${size}-${mtimeNs}`;
      const start = from < 0 ? Math.max(0, Number(size) + from) : from;
      const beyond = start >= Number(size);
      if ((version !== null && version !== now) || beyond) {
        await file.close();
        return { state: beyond && (version === null || version === now) ? "beyond" : "changed" };
      }
      const bytes = createReadStream("", { fd: file, start, ...(to === null ? {} : { end: to - 1 }) });
      return { state: "part", version: now, fileBytes: Number(size), bytes: bytes as AsyncIterable<Buffer> };
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function opened(path: string): Promise<FileHandle | null> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw new PipelineError(
      "source-refused",
      `${path} cannot be read: the system says ${code ?? "nothing"}`,
      { path },
      error,
    );
  }
}
