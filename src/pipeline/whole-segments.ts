import { stat } from "node:fs/promises";

import { eachOf } from "../async/limit.ts";
import { PipelineError } from "../core/errors.ts";
import type { Hex } from "../core/records.ts";
import { fileSha256 } from "../files/read-pieces.ts";
import { segmentsOf } from "../ledger/archives.ts";
import { segmentPath } from "../segment/format.ts";
import type { Run } from "./run.ts";

/** Files read at the same time. */
const atOnce = 4;
/** Damaged files named one by one. */
const named = 5;

/**
 * Reads every segment that the ledger names, once, and compares it with its name: what is published comes from them.
 * @throws {PipelineError} `segment-broken` with all that are damaged or missing; `interrupted`
 */
export async function refuseBrokenSegments({ corpus, ledgers, signal }: Run): Promise<void> {
  const broken: string[] = [];
  const segments = new Set(ledgers.flatMap((ledger) => segmentsOf(ledger)));
  await eachOf(segments, atOnce, signal, async (segment, _, either) => {
    const path = segmentPath(corpus.segments, segment);
    const why = await faultOf(path, segment, either);
    if (why !== null) broken.push(`${path} ${why}`);
  });
  if (broken.length === 0) return;
  const all = broken.toSorted();
  const more = all.length > named ? ` and ${all.length - named} more` : "";
  const words = `${all.length} of ${segments.size} segments of the corpus are not what the ledger means, so that nothing is published: ${all.slice(0, named).join("; ")}${more}; restore the files, or measure them again with \`colophon ingest --remeasure\``;
  throw new PipelineError("segment-broken", words, { segments: all.length });
}

async function faultOf(path: string, segment: Hex, signal: AbortSignal): Promise<string | null> {
  try {
    // A pipe of that name would be waited for.
    if (!(await stat(path)).isFile()) return "is no file";
    const found = await fileSha256(path, signal);
    return found === segment ? null : `has the SHA-256 ${found}`;
  } catch (error) {
    if (signal.aborted) throw new PipelineError("interrupted", "stopped while segments were checked", {}, error);
    return `cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`;
  }
}
