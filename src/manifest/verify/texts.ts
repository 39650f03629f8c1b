import { createHash } from "node:crypto";

import { yieldToEventLoop } from "../../async/yield.ts";
import { PipelineError } from "../../core/errors.ts";
import { maxLineBytes, readLines } from "../line-reader.ts";
import type { Manifest } from "../manifest-head.ts";
import type { ManifestRow } from "../manifest-row.ts";
import { stopIfAborted } from "../open-file.ts";
import { readTextLine } from "../text-line.ts";
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

/** What is looked at, and how it is stopped. */
export interface LinesToCheck {
  readonly directory: string;
  readonly files: Manifest["files"];
  readonly signal: AbortSignal | undefined;
}

interface Shard {
  readonly path: string;
  readonly lines: number;
  /** Bytes that it may unpack to, by the rows that were read so far. */
  allowed: number;
}

/** Bytes of a shard beyond what its rows say, for texts that no row has. */
const spareBytes = 16 * 1024 * 1024;
/** No byte of a text takes more than six in JSON; what is around it is less than this. */
const [bytesEach, bytesAround] = [6, 128];

/**
 * Each text is read once, in order, and none before its row is known. A row whose place is behind the walk is reported and
 * costs nothing; texts that are passed over are reported as having no row. So one missing line does not turn every later
 * line into a finding.
 */
export function textWalk({ directory, files, signal }: LinesToCheck, report: Findings): TextWalk {
  const shards = files
    .filter(({ path }) => path.startsWith("text/"))
    .map(({ path, lines }): Shard => ({ path, lines, allowed: spareBytes }));
  const ordinals = new Map(shards.map(({ path }, ordinal) => [path, ordinal]));
  const lines = linesOf(directory, shards, report, signal);
  const walk = { current: null as Line | null, ended: false, checked: 0 };

  /** The line that no row has had yet. */
  async function next(): Promise<Line | null> {
    if (walk.current === null && !walk.ended) {
      const found = await lines.next();
      walk.ended = found.done === true;
      walk.current = found.done === true ? null : found.value;
    }
    return walk.current;
  }

  async function passUntil(isThere: (line: Line) => boolean): Promise<Line | null> {
    for (let line = await next(); line !== null; line = await next()) {
      if (isThere(line)) return line;
      const where = `${shards[line.ordinal]?.path}:${line.index}`;
      report.add({ what: "text-unclaimed", where, expected: "a row for this text", found: "none" });
      walk.current = null;
      await yieldToEventLoop();
      stopIfAborted(signal);
    }
    return null;
  }

  return {
    checked: () => walk.checked,
    async check(row) {
      const place = { ordinal: ordinals.get(row.text.shard) ?? -1, index: row.text.index };
      const shard = shards[place.ordinal];
      if (shard !== undefined) shard.allowed += bytesEach * Math.min(row.text.bytes, maxLineBytes) + bytesAround;
      const line = await passUntil((one) => !isBefore(one, place));
      if (line === null || isBefore(place, line)) {
        const expected = `${row.text.shard}:${row.text.index}`;
        report.add({ what: "text-missing", where: row.id, expected, found: "no text left there" });
        return;
      }
      compare(row, line.bytes, report);
      walk.checked++;
      walk.current = null;
    },
    async finish() {
      await passUntil(() => false);
    },
    async [Symbol.asyncDispose]() {
      await lines.return(undefined);
    },
  };
}

async function* linesOf(
  directory: string,
  shards: readonly Shard[],
  report: Findings,
  signal: AbortSignal | undefined,
): AsyncGenerator<Line, undefined> {
  for (const [ordinal, shard] of shards.entries()) {
    let index = 0;
    try {
      const bounds = { bytes: () => shard.allowed, signal };
      for await (const bytes of readLines(directory, shard.path, bounds)) yield { ordinal, index: index++, bytes };
      report.expect("file-lines", shard.path, String(shard.lines), String(index));
    } catch (error) {
      if (!(error instanceof PipelineError) || error.code !== "manifest-broken") throw error;
      report.add({ what: "shard-broken", where: shard.path, expected: "a whole file of lines", found: error.message });
    }
  }
}

function isBefore(one: Place, other: Place): boolean {
  return one.ordinal < other.ordinal || (one.ordinal === other.ordinal && one.index < other.index);
}

function compare(row: ManifestRow, line: Buffer, report: Findings): void {
  const read = readTextLine(line);
  if (read === null) {
    const expected = `{"id":"${row.id}","text":...} and nothing else, in canonical form`;
    report.add({ what: "text-form", where: row.id, expected, found: line.toString("utf8", 0, 400) });
    return;
  }
  const { id, text } = read;
  report.expect("text-id", row.id, row.id, id);
  report.expect("text-digest", row.id, row.digests.textSha256, createHash("sha256").update(text).digest("hex"));
  report.expect("text-bytes", row.id, String(row.text.bytes), String(Buffer.byteLength(text)));
}
