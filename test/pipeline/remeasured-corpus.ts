import { ownBuild } from "../../src/core/build/build.ts";
import { registerArchive } from "../../src/ledger/archives.ts";
import { collectSegment, wholeSlices } from "../../src/pipeline/collect.ts";
import {
  fixedCaptures,
  statedArchives,
  type PartitionedCorpus,
  type StatedArchive,
  type StatedCapture,
} from "./corpus-in-partitions.ts";

/** The same captures as an older program and as this one measures them. */
export interface TwiceMeasured {
  readonly older: readonly StatedArchive[];
  readonly own: readonly StatedArchive[];
}

/** Some texts come out otherwise, some captures are documents no more or only now, and one has an address elsewhere. */
export function twiceMeasured(folder: string): TwiceMeasured {
  return {
    older: statedArchives(folder, fixedCaptures),
    own: statedArchives(
      folder,
      fixedCaptures.map((slices) => slices.map((captures) => captures.map(measuredAnew))),
      ownBuild,
    ),
  };
}

function measuredAnew(capture: StatedCapture, place: number): StatedCapture {
  if (place === 3) return { ...capture, host: "moved.example.net" };
  if (place % 5 === 0)
    return { ...capture, text: capture.text === null ? "A document now." : `${capture.text} And more.` };
  return place === 11 ? { ...capture, text: null } : capture;
}

/** Measures again as `ingest --remeasure` does; goes on where it was stopped. */
export function remeasure(
  corpus: Pick<PartitionedCorpus, "corpus" | "ledgers">,
  archives: readonly StatedArchive[],
): void {
  for (const { row, segments } of archives) {
    for (const ledger of corpus.ledgers) registerArchive(ledger, row, 1n);
    const run = { ...corpus, remeasure: true };
    const first = wholeSlices(run, row.sha256).findIndex(({ build }) => build !== ownBuild.id);
    for (const [index, segment] of segments.entries()) {
      if (first >= 0 && index >= first) collectSegment(run, row.sha256, index, segment);
    }
  }
}
