import { createHash } from "node:crypto";

import { yieldToEventLoop } from "../../async/yield.ts";
import type { ManifestRow, UnplacedRow } from "../manifest-row.ts";
import { compareMembers } from "./compare-members.ts";
import type { Findings } from "./findings.ts";

/** All of a row that the archived bytes give: not who its copies are, nor where the manifest has its text. */
export type DerivedRow = Omit<UnplacedRow, "cluster" | "inherited" | "source">;

/** What the archived bytes give today, or the reason why they give no document. */
export type Rederived = { readonly fields: DerivedRow } | { readonly failure: string };

export type Rederive = (row: ManifestRow) => Rederived | Promise<Rederived>;

/** Re-derives rows as they are added; all of them, or a sample at the end. */
export interface ArchiveCheck {
  readonly add: (row: ManifestRow) => Promise<void>;
  readonly finish: () => Promise<void>;
  readonly checked: () => number;
}

// Rows come in the order of their ids, which is no order of the archive at all. Sorting a batch by place lets the reader
// go forwards, which matters where a compressed member holds many records.
const batchRows = 4096;

/**
 * @param sample number of rows, those with the lowest digest of their id: the same ones for every caller. `null` for all
 * @param onRow called before each row is read again, with the number of those that were; may throw to stop
 */
export function archiveCheck(
  rederive: Rederive,
  sample: number | null,
  report: Findings,
  onRow: (checked: number) => void,
): ArchiveCheck {
  let waiting: ManifestRow[] = [];
  let checked = 0;

  async function work(rows: readonly ManifestRow[]): Promise<void> {
    for (const row of rows.toSorted(byPlace)) {
      await yieldToEventLoop();
      onRow(checked);
      const result = await rederive(row);
      if ("failure" in result) {
        report.add({ what: "archive-failed", where: row.id, expected: "the same document", found: result.failure });
      } else {
        compareMembers("archive-differs", row.id, [derivableOf(row), result.fields], report);
      }
      checked++;
    }
  }

  return {
    checked: () => checked,
    async add(row) {
      waiting.push(row);
      if (waiting.length < batchRows || (sample !== null && waiting.length < 2 * sample)) return;
      if (sample === null) {
        await work(waiting);
        waiting = [];
      } else {
        waiting = lowest(waiting, sample);
      }
    },
    async finish() {
      await work(sample === null ? waiting : lowest(waiting, sample));
      waiting = [];
    },
  };
}

function lowest(rows: readonly ManifestRow[], sample: number): ManifestRow[] {
  return rows
    .map((row) => ({ row, key: createHash("sha256").update(row.id).digest("hex") }))
    .sort((one, other) => (one.key < other.key ? -1 : 1))
    .slice(0, sample)
    .map(({ row }) => row);
}

function byPlace({ archive: one }: ManifestRow, { archive: other }: ManifestRow): number {
  if (one.sha256 !== other.sha256) return one.sha256 < other.sha256 ? -1 : 1;
  return one.offset - other.offset || one.innerOffset - other.innerOffset;
}

/** What of a row the archived bytes must give again: everything but what it says of other captures and the position of its text. */
export function derivableOf(row: ManifestRow): DerivedRow {
  const { cluster: _, inherited: _inherited, text, ...rest } = row;
  return { ...rest, text: { bytes: text.bytes, words: text.words } };
}
