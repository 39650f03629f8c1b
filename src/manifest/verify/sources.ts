import type { Hex } from "../../core/records.ts";
import type { Source } from "../manifest-head.ts";
import type { Findings } from "./findings.ts";

/** What is there of an archive; `found` says what was found instead of it. */
export type ArchiveState =
  | { readonly state: "whole" }
  | { readonly state: "missing" | "changed"; readonly found: string };

/** Looks at an archive before its records are read again: at all of its bytes, or at its size alone. */
export type InspectArchive = (source: Source, allBytes: boolean) => Promise<ArchiveState>;

/** How archives are looked at. */
export interface ArchiveInspection {
  readonly inspect: InspectArchive;
  /** Look at all bytes of each, not at its size alone. */
  readonly allBytes: boolean;
  /** Those that were looked at before, for another partition of the corpus: reported then, and not again. */
  readonly seen: Map<Hex, ArchiveState>;
  /** Called before each is looked at; may throw to stop. */
  readonly onArchive: () => void;
}

/**
 * Compares the archives with what the manifest says of them. One that is missing or changed is one finding, in its own
 * name, whatever the result for its records.
 * @returns digests of the archives of which nothing can be read
 */
export async function verifySources(
  sources: readonly Source[],
  { inspect, allBytes, seen, onArchive }: ArchiveInspection,
  report: Findings,
): Promise<ReadonlySet<Hex>> {
  const missing = new Set<Hex>();
  for (const source of sources) {
    onArchive();
    const before = seen.get(source.sha256);
    const now = before ?? (await inspect(source, allBytes));
    seen.set(source.sha256, now);
    if (now.state === "whole") continue;
    if (now.state === "missing") missing.add(source.sha256);
    if (before !== undefined) continue;
    const expected = `${source.bytes} bytes, SHA-256 ${source.sha256}`;
    report.add({ what: `archive-${now.state}`, where: source.name, expected, found: now.found });
  }
  return missing;
}
