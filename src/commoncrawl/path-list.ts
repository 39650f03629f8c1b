import { gunzipSync } from "node:zlib";

import { PipelineError } from "../core/errors.ts";
import { bytesOf, type CrawlFiles } from "./crawl-files.ts";
import { isCrawlPath } from "./index-row.ts";

const maxListBytes = 512 << 20;

/**
 * A list of paths such as `warc.paths.gz`: gzip or plain, one a line.
 * @throws {PipelineError} `index-broken` when there is no such list or a line is no path, and what reading throws
 */
export async function pathListOf(files: CrawlFiles, path: string, signal: AbortSignal): Promise<string[]> {
  const read = await bytesOf(files, path, { from: 0, to: null, version: null }, signal);
  if (read === null) {
    throw new PipelineError("index-broken", `there is no ${files.location}${path}; is the crawl's name right?`, {
      path,
    });
  }
  return pathsIn(read.bytes, `${files.location}${path}`);
}

/** @param name of the list, for messages */
export function pathsIn(bytes: Buffer, name: string): string[] {
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const lines = (packed ? unpacked(bytes, name) : bytes).toString("utf8").split(/\r?\n/);
  const paths = lines.map((line) => line.trim()).filter((line) => line !== "");
  const bad = paths.find((path) => !isCrawlPath(path));
  if (bad === undefined) return paths;
  throw new PipelineError("index-broken", `${name}: ${JSON.stringify(bad.slice(0, 200))} is no path of a crawl`, {
    name,
  });
}

function unpacked(bytes: Buffer, name: string): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxListBytes });
  } catch (error) {
    throw new PipelineError("index-broken", `${name} cannot be unpacked`, { name }, error);
  }
}
