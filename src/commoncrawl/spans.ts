import type { IndexRow } from "./index-row.ts";

/** Rows whose bytes are fetched together. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly rows: readonly IndexRow[];
}

/** Bytes between two records that are rather fetched than asked around. */
const gapBytes = 64 << 10;
/** Bytes that are held at once, unless one record alone is larger. */
const spanBytes = 8 << 20;

/** Joins neighbours, so that a request brings many records. @param rows in order of their offsets */
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
