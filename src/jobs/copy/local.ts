import type { CommonCrawl } from "../../commoncrawl/access.ts";
import { copyGroup, type CopyOne } from "../../commoncrawl/copy.ts";

/** Copies in this process, into a folder of the corpus. */
export function localCopies(source: CommonCrawl, folder: string): CopyOne {
  return (spec, onBytes, signal) => copyGroup(spec, { folder, files: source.files, signal, onBytes });
}
