import type { ArchiveItem, ArchiveProblem, SliceSpan } from "./record.ts";

/** Adds up where the bytes of a read went. */
export interface Tally {
  /** Counts an item and returns it, with the bytes that were carried for it. */
  readonly counted: (item: ArchiveItem) => ArchiveItem;
  /** Carries bytes that serve the records after them: they are counted with the next record. */
  readonly carry: (offset: number, length: number) => void;
  /** The loss of what was carried for no record, if anything was. */
  readonly uncarried: () => ArchiveItem | null;
  readonly span: (begin: number, end: number, problems: readonly ArchiveProblem[]) => SliceSpan;
}

/** An empty tally. */
export function newTally(): Tally {
  let [recordBytes, lostBytes, carriedAt, carriedBytes] = [0, 0, 0, 0];
  const recordCounts: Record<string, number> = {};
  return {
    counted(item) {
      if (item.kind === "loss") {
        lostBytes += item.length;
        return item;
      }
      recordCounts[item.type] = (recordCounts[item.type] ?? 0) + 1;
      recordBytes += item.accountedBytes + carriedBytes;
      if (carriedBytes === 0) return item;
      const accountedBytes = item.accountedBytes + carriedBytes;
      carriedBytes = 0;
      return { ...item, accountedBytes };
    },
    carry(offset, length) {
      if (carriedBytes === 0) carriedAt = offset;
      carriedBytes += length;
    },
    uncarried() {
      if (carriedBytes === 0) return null;
      const [offset, length, detail] = [carriedAt, carriedBytes, "a zstd dictionary that no record here uses"];
      return { kind: "loss", offset, length, reason: "dictionary", detail };
    },
    span: (begin, end, problems) => ({ begin, end, recordBytes, lostBytes, recordCounts, synced: true, problems }),
  };
}
