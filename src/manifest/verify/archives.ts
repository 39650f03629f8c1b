import { createHash } from "node:crypto";

import { canonicalJson } from "../canonical-json.ts";
import type { ManifestRow } from "../document-row.ts";
import type { Findings } from "./findings.ts";

/** What the archived bytes give today: any fields of the row, or the reason why they give none. */
export type Rederived = { readonly fields: Partial<ManifestRow> } | { readonly failure: string };

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
 * @param sample number of rows, those with the lowest digest of their id: the same ones whoever asks. `null` for all
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
      onRow(checked);
      const result = await rederive(row);
      if ("failure" in result) {
        report.add({ what: "archive-failed", where: row.id, expected: "the same document", found: result.failure });
      } else {
        for (const [name, value] of Object.entries(result.fields)) {
          compare(row.id, name, row[name as keyof ManifestRow], value, report);
        }
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

/** Names the innermost member that differs; lists are compared whole. */
function compare(id: string, name: string, stated: unknown, derived: unknown, report: Findings): void {
  if (isPlain(stated) && isPlain(derived)) {
    for (const member of new Set([...Object.keys(stated), ...Object.keys(derived)])) {
      compare(id, `${name}.${member}`, stated[member], derived[member], report);
    }
    return;
  }
  const [expected, found] = [textOf(stated), textOf(derived)];
  if (expected !== found) report.add({ what: "archive-differs", where: `${id} ${name}`, expected, found });
}

function textOf(value: unknown): string {
  return value === undefined ? "nothing" : canonicalJson(value);
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
