import { createHash } from "node:crypto";
import { join } from "node:path";

import { PipelineError } from "../../core/errors.ts";
import { readLines } from "../line-reader.ts";
import type { ManifestFile } from "../manifest-head.ts";
import type { ManifestRow } from "../manifest-row.ts";
import type { Findings } from "./findings.ts";

/** Walks the shards beside the rows. */
export interface TextWalk extends AsyncDisposable {
  /** Compares the row with the text at its place. Rows must come in the order of the texts. */
  readonly check: (row: ManifestRow) => Promise<void>;
  /** Reports texts that no row has. */
  readonly finish: () => Promise<void>;
  readonly checked: () => number;
}

interface Place {
  /** Position of the shard among the manifest's files. */
  readonly ordinal: number;
  readonly index: number;
}

interface Line extends Place {
  readonly bytes: Buffer;
}

/**
 * Each text is read once, in order. A row whose place is behind the walk is reported and costs nothing; texts that are
 * passed over are reported as having no row. So one missing line does not turn every later line into a finding.
 */
export function textWalk(directory: string, files: readonly ManifestFile[], report: Findings): TextWalk {
  const shards = files.map(({ path }) => path).filter((path) => path.startsWith("text/"));
  const lines = linesOf(directory, shards, report);
  let current: Line | null = null;
  let begun = false;
  let checked = 0;

  async function advance(): Promise<void> {
    const next = await lines.next();
    current = next.done === true ? null : next.value;
  }

  function unclaimed({ ordinal, index }: Place): void {
    const where = `${shards[ordinal]}:${index}`;
    report.add({ what: "text-unclaimed", where, expected: "a row for this text", found: "none" });
  }

  return {
    checked: () => checked,
    async check(row) {
      if (!begun) await advance();
      begun = true;
      const place = { ordinal: shards.indexOf(row.text.shard), index: row.text.index };
      while (current !== null && isBefore(current, place)) {
        unclaimed(current);
        await advance();
      }
      if (current === null || isBefore(place, current)) {
        const expected = `${row.text.shard}:${row.text.index}`;
        report.add({ what: "text-missing", where: row.id, expected, found: "no text left there" });
        return;
      }
      compare(row, current.bytes, report);
      checked++;
      await advance();
    },
    async finish() {
      if (!begun) await advance();
      for (; current !== null; await advance()) unclaimed(current);
    },
    async [Symbol.asyncDispose]() {
      await lines.return(undefined);
    },
  };
}

async function* linesOf(
  directory: string,
  shards: readonly string[],
  report: Findings,
): AsyncGenerator<Line, undefined> {
  for (const [ordinal, shard] of shards.entries()) {
    let index = 0;
    try {
      for await (const bytes of readLines(join(directory, shard))) yield { ordinal, index: index++, bytes };
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error;
      report.add({ what: "shard-broken", where: shard, expected: "a whole file of lines", found: error.message });
    }
  }
}

function isBefore(one: Place, other: Place): boolean {
  return one.ordinal < other.ordinal || (one.ordinal === other.ordinal && one.index < other.index);
}

function compare(row: ManifestRow, line: Buffer, report: Findings): void {
  // What cannot be read is no text of any row.
  const { id, text } = readText(line) ?? { id: "unreadable", text: "" };
  if (id !== row.id) report.add({ what: "text-id", where: row.id, expected: row.id, found: id });
  const sha256 = createHash("sha256").update(text).digest("hex");
  if (sha256 !== row.digests.textSha256) {
    report.add({ what: "text-digest", where: row.id, expected: row.digests.textSha256, found: sha256 });
  }
  const bytes = Buffer.byteLength(text);
  if (bytes !== row.text.bytes) {
    report.add({ what: "text-bytes", where: row.id, expected: String(row.text.bytes), found: String(bytes) });
  }
}

/** A line of a shard; `null` when it is none. */
export function readText(line: Buffer): { readonly id: string; readonly text: string } | null {
  try {
    const value: unknown = JSON.parse(line.toString("utf8"));
    if (typeof value === "object" && value !== null && "id" in value && "text" in value) {
      return { id: String(value.id), text: String(value.text) };
    }
  } catch {
    // Not JSON: no text either.
  }
  return null;
}
