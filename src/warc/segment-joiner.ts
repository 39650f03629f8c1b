import { archiveReader, keptBlockBytes } from "./read-archive.ts";
import type { ArchiveItem, ArchiveRecord } from "./record.ts";
import type { ByteSource } from "./source.ts";

/**
 * Other records, and losses, among the segments of one. Writers put segments one behind the other; with a bound, a file of
 * nothing but first segments is read a few times over and not as often as it has records.
 */
const maxBetween = 8;

/** Gives the block of a record that was archived in segments; `null` when not each of them can be found. */
export type SegmentJoiner = (first: ArchiveRecord) => Promise<Buffer | null>;

/**
 * Joins records of one archive. Continuations are looked for behind the first segment, in order, wherever slices end; one
 * that is missing, doubled, out of order, damaged, or of another address voids all. Source: ISO 28500:2017, 7.
 * @param source all of the archive
 */
export function segmentJoiner(source: ByteSource): SegmentJoiner {
  let opened: ReturnType<typeof archiveReader> | null = null;
  return async (first) => {
    if (!isFirst(first)) return null;
    opened ??= archiveReader(source);
    return joinedBehind(first, (await opened)(first.offset));
  };
}

/** What was found of a record so far. */
interface Join {
  readonly first: ArchiveRecord;
  readonly id: string;
  readonly blocks: Buffer[];
  bytes: number;
  /** Length of the whole block, once a segment has stated it. */
  total: number | null;
}

async function joinedBehind(first: ArchiveRecord, items: AsyncGenerator<ArchiveItem>): Promise<Buffer | null> {
  const join: Join = {
    first,
    id: idOf(first.recordId),
    blocks: [first.block],
    bytes: first.block.length,
    total: null,
  };
  let between = 0;
  for await (const item of items) {
    if (item.kind === "record" && !isBehind(item, first)) continue;
    if (item.kind === "record" && belongs(item, join)) {
      // Also behind the last one: of two that want to be the same segment, neither is to be believed.
      if (!takes(join, item)) return null;
    } else if (++between > maxBetween) break;
  }
  return join.bytes === join.total ? Buffer.concat(join.blocks, join.bytes) : null;
}

function isBehind(record: ArchiveRecord, { offset, innerOffset }: ArchiveRecord): boolean {
  return record.offset > offset || record.innerOffset > innerOffset;
}

/** Whether a record says that it belongs to the one that is joined. */
function belongs(record: ArchiveRecord, { id }: Join): boolean {
  return idOf(record.recordId) === id || idOf(fieldOf(record, "warc-segment-origin-id")) === id;
}

/** Appends the next segment; false when it cannot be that. */
function takes(join: Join, record: ArchiveRecord): boolean {
  const { url } = record;
  const named = idOf(record.recordId) !== join.id && (url === null || url === join.first.url);
  const own = record.type === "continuation" && named;
  if (!own || numberOf(record.segmentNumber) !== join.blocks.length + 1 || !isWhole(record)) return false;
  join.blocks.push(record.block);
  join.bytes += record.block.length;
  const total = numberOf(fieldOf(record, "warc-segment-total-length"));
  join.total ??= total;
  const agreed = total === null || total === join.total;
  return agreed && join.bytes <= keptBlockBytes;
}

function isFirst(record: ArchiveRecord): boolean {
  const { type, recordId, segmentNumber } = record;
  return type !== "continuation" && idOf(recordId) !== "" && numberOf(segmentNumber) === 1 && isWhole(record);
}

function isWhole({ blockCapped, truncated, problems }: ArchiveRecord): boolean {
  return !blockCapped && truncated === null && !problems.some(({ code }) => code === "length-mismatch");
}

function fieldOf({ fields }: ArchiveRecord, name: string): string | null {
  return fields.find(([field]) => field.toLowerCase() === name)?.[1] ?? null;
}

/** Some writers leave the brackets out. */
function idOf(id: string | null): string {
  return (id ?? "").replace(/^<|>$/g, "").toLowerCase();
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
