import { PipelineError } from "../core/errors.ts";

/** Which bytes of a file, and of which version of it. */
export interface FileRange {
  /** Negative: counted from the end of the file, and `to` is `null`. */
  readonly from: number;
  /** First byte that is not wanted; `null` = to the end. */
  readonly to: number | null;
  /** The `version` of an earlier part of the file; `null` for the first. */
  readonly version: string | null;
}

/** Some bytes of a file, as they arrive. */
export interface FileBytes {
  /** Identifies the version of the file: its ETag, else its time of change; `null` when the server states neither. */
  readonly version: string | null;
  /** Of the whole file, where it is known. */
  readonly fileBytes: number | null;
  /** Throws `source-unreachable` if it ends early; the rest can be requested with `version`. */
  readonly bytes: AsyncIterable<Buffer>;
}

export type FileAnswer =
  | ({ readonly state: "part" } & FileBytes)
  /** There is no such file. */
  | { readonly state: "missing" }
  /** There are no bytes at `from`. */
  | { readonly state: "beyond" }
  /** The file is no longer the version that was asked for. */
  | { readonly state: "changed" };

/** The files of a crawl, on a server or in a folder. */
export interface CrawlFiles extends AsyncDisposable {
  /** URL or folder, for messages. */
  readonly location: string;
  /**
   * Opens a range of a file; retries within considerate bounds.
   * @throws {PipelineError} `source-refused`, `source-unreachable`, `interrupted`
   */
  readonly open: (path: string, range: FileRange, signal: AbortSignal) => Promise<FileAnswer>;
  /** Where the file is on this machine; `null` when it does not. */
  readonly localPath: (path: string) => string | null;
  /** Waits before the rest of a broken transfer is requested; false when it is given up. */
  readonly again: (failedTries: number, signal: AbortSignal) => Promise<boolean>;
}

const maxHeldBytes = 256 << 20;

/**
 * A range of bytes, in memory: a broken transfer continues at the byte it reached.
 * @returns fewer bytes when the file ends before; `null` when there is no such file
 * @throws {PipelineError} `source-changed`, `source-refused`, `source-unreachable`, `interrupted`
 */
export async function bytesOf(
  files: CrawlFiles,
  path: string,
  { from, to, version }: FileRange,
  signal: AbortSignal,
): Promise<{ readonly bytes: Buffer; readonly version: string | null; readonly fileBytes: number | null } | null> {
  const maxBytes = to === null ? maxHeldBytes : to - from;
  const chunks: Buffer[] = [];
  let got = 0;
  let known = version;
  let size: number | null = null;
  for (let failed = 0; ;) {
    // The end of a file is short, so it is requested again rather than continued.
    if (from < 0) [got, chunks.length] = [0, 0];
    const answer = await files.open(path, { from: from + got, to, version: known }, signal);
    if (answer.state === "missing") return null;
    if (answer.state === "changed") throw changedUnderway(files, path);
    if (answer.state === "beyond") break;
    known ??= answer.version;
    size ??= answer.fileBytes;
    const before = got;
    try {
      for await (const chunk of answer.bytes) {
        chunks.push(chunk);
        got += chunk.length;
        if (got > maxBytes)
          throw new PipelineError(
            "index-broken",
            `${files.location}${path} gives more than the ${maxBytes} bytes that can be meant`,
          );
      }
      break;
    } catch (error) {
      if (!(error instanceof PipelineError) || error.code !== "source-unreachable") throw error;
      failed = got > before ? 1 : failed + 1;
      if (!(await files.again(failed, signal))) throw error;
    }
  }
  return { bytes: Buffer.concat(chunks, got), version: known, fileBytes: size };
}

export function changedUnderway(files: CrawlFiles, path: string): PipelineError {
  return new PipelineError(
    "source-changed",
    `${files.location}${path} became another file while it was read; nothing of it was kept, run again`,
    { path },
  );
}
