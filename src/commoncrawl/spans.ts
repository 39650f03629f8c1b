import type { IndexRow } from "./index-row.ts";

/** Rows whose bytes are fetched together. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly rows: readonly IndexRow[];
}

/** Up to this many bytes between two records are fetched too, which is cheaper than a second request. */
const gapBytes = 64 << 10;
/** Bytes that are held in memory, unless one record alone is larger. */
const spanBytes = 8 << 20;

/** Joins neighbouring rows, so that one request fetches many records. @param rows in order of their offsets */
export function spansOf(rows: readonly IndexRow[]): Span[] {
  const spans: { from: number; to: number; rows: IndexRow[] }[] = [];
  for (const row of rows) {
    const [from, to] = [row.offset, row.offset + row.length];
    const last = spans.at(-1);
    if (last !== undefined && from - last.to <= gapBytes && Math.max(to, last.to) - last.from <= spanBytes) {
      last.to = Math.max(to, last.to);
      last.rows.push(row);
    } else spans.push({ from, to, rows: [row] });
  }
  return spans;
}
