import { diskFullOf } from "../core/disk-full.ts";
import { PipelineError } from "../core/errors.ts";

const refusals = new Set([
  "EACCES",
  "EPERM",
  "EROFS",
  "ENOTDIR",
  "EISDIR",
  "ENAMETOOLONG",
  "ENOTSUP",
  "EEXIST",
  "EXDEV",
  "EMLINK",
  "ELOOP",
]);

/** The error that a file system fault means to a user of the store at `path`. */
export function folderFault(error: unknown, doing: string, path: string): unknown {
  if (!(error instanceof Error) || error instanceof PipelineError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const full = diskFullOf(error, `no space left while ${doing}; make room in ${path}`, { path });
  if (full !== error) return full;
  if (refusals.has(code)) {
    const advice = "the store must be a folder that this user may write to and that can hold hard links";
    return new PipelineError("store-refused", `${code} while ${doing}: ${advice}`, { path, fault: code }, error);
  }
  return new PipelineError(
    "store-unreachable",
    `${code} while ${doing}: is ${path} still there, and mounted?`,
    { path, fault: code },
    error,
  );
}
