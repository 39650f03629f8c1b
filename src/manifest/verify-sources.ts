import type { Hex } from "../core/records.ts";
import type { Findings } from "./findings.ts";
import type { Source } from "./manifest-head.ts";

/** What is there of an archive; `found` says what was found instead of it. */
export type ArchiveState =
  | { readonly state: "whole" }
  | { readonly state: "missing" | "changed"; readonly found: string };

/** Looks at an archive before its records are read again: at all of its bytes, or at its size alone. */
export type InspectArchive = (source: Source, allBytes: boolean) => Promise<ArchiveState>;

/**
 * Compares the archives with what the manifest says of them. One that is missing or changed is one finding, in its own
 * name, whatever becomes of its records.
 * @param onArchive called before each is looked at; may throw to stop
 * @returns digests of the archives of which nothing can be read
 */
export async function verifySources(
  sources: readonly Source[],
  inspect: InspectArchive,
  allBytes: boolean,
  report: Findings,
  onArchive: () => void,
): Promise<ReadonlySet<Hex>> {
  const missing = new Set<Hex>();
  for (const source of sources) {
    onArchive();
    const seen = await inspect(source, allBytes);
    if (seen.state === "whole") continue;
    if (seen.state === "missing") missing.add(source.sha256);
    const expected = `${source.bytes} bytes, SHA-256 ${source.sha256}`;
    report.add({ what: `archive-${seen.state}`, where: source.name, expected, found: seen.found });
  }
  return missing;
}
