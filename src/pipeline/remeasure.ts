import { join } from "node:path";

import { ownBuild } from "../core/build/build.ts";
import type { Hex } from "../core/records.ts";
import { archivePaths, archivesOf, segmentsOf } from "../ledger/archives.ts";
import { archivesOfOtherBuilds } from "../ledger/builds.ts";
import { isWholeSegment } from "../segment/read.ts";
import { bytesOf, type InputFailure } from "./register.ts";
import type { Run } from "./run.ts";

/** Archives with a slice that another build measured, or whose segment is damaged. */
export interface ArchivesToRemeasure {
  /** A path of each that is where the ledger says. */
  readonly paths: readonly string[];
  /** Those that are not: what is known of them is left as it is. */
  readonly missing: readonly InputFailure[];
}

export function archivesToRemeasure({ corpus, ledgers }: Pick<Run, "corpus" | "ledgers">): ArchivesToRemeasure {
  const paths: string[] = [];
  const missing: InputFailure[] = [];
  const seen = new Set<Hex>();
  for (const ledger of ledgers) {
    const damaged = segmentsOf(ledger).filter((segment) => !isWholeSegment(corpus.segments, segment));
    const due = [...archivesOfOtherBuilds(ledger, ownBuild.id), ...damaged.flatMap((one) => archivesOf(ledger, one))];
    for (const { sha256, name, bytes } of due) {
      if (seen.has(sha256)) continue;
      seen.add(sha256);
      // An archive of the corpus' own moves with it.
      const known = [join(corpus.archives, name), ...archivePaths(ledger, sha256)];
      // A file of another size is another archive, which nobody asked to take in.
      const path = known.find((one) => bytesOf(one) === bytes);
      if (path === undefined) missing.push({ path: known.at(-1) ?? name, message: goneInWords(name, sha256, known) });
      else paths.push(path);
    }
  }
  return { paths, missing };
}

function goneInWords(name: string, sha256: Hex, known: readonly string[]): string {
  return `${name} (SHA-256 ${sha256}) is not at ${known.join(", ")}: what an older build measured of it stays; name its path to measure it again`;
}
