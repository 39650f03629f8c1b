import type { ArchiveRow, SliceSpec } from "../core/records.ts";

/** How many slices a file of this size has; an empty file has one, so that it too is accounted for. */
export function sliceCountOf(bytes: number, sliceBytes: number): number {
  return Math.max(1, Math.ceil(bytes / sliceBytes));
}

/** The slice with this index; its ends are nominal, the records decide the true ones. */
export function sliceOf(archive: ArchiveRow, index: number): SliceSpec {
  return {
    archive: archive.sha256,
    index,
    nominalStart: index * archive.sliceBytes,
    nominalEnd: Math.min(archive.bytes, (index + 1) * archive.sliceBytes),
    exactStart: null,
  };
}
