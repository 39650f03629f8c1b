import { mkdir, open, readFile, rm, stat, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

import { diskFullOf } from "../core/disk-full.ts";
import { PipelineError } from "../core/errors.ts";
import { count, listOf, nullable, object, parsedOrNull, text, type Shape, type Shaped } from "../core/json-shape.ts";
import { renameDurably, writeWhole } from "../files/durable.ts";
import { gzipMember, recordBytes, recordUrn, warcFieldsBlock } from "../warc/write.ts";
import { checkedRecord, provenanceMember, refusal, refusedRow, type Refusal } from "./copied-record.ts";
import { copyName, specDigest, type Copied, type CopyRun, type CopySpec } from "./copy-spec.ts";
import { bytesOf } from "./crawl-files.ts";
import type { IndexRow } from "./index-row.ts";
import { spansOf, type Span } from "./spans.ts";

/** How much of a copy is safe on disk after a span: one line of the journal beside it. */
const reachedShape = object({
  spans: count,
  archiveBytes: count,
  records: count,
  version: nullable(text),
  /** In the journal, only those of this span. */
  refused: listOf(refusal),
});
type Reached = Shaped<typeof reachedShape>;

/** The result beside a finished copy. */
const copiedShape: Shape<Copied> = object({
  path: nullable(text),
  name: text,
  records: count,
  bytes: count,
  refused: listOf(refusal),
});

type RowsSpec = CopySpec & { readonly rows: readonly IndexRow[] };

/**
 * Copies records of one file into an archive of their own, each unchanged and followed by where it came from. A copy
 * that was stopped, or killed, continues after the last span that is on disk; a finished copy is not made again.
 * @throws {PipelineError} `source-changed`, `source-refused`, `source-unreachable`, `interrupted`, `disk-full`
 */
export async function copyRecords(spec: RowsSpec, run: CopyRun): Promise<Copied> {
  const { folder } = run;
  await mkdir(folder, { recursive: true });
  const name = copyName(spec);
  const known = await finishedCopy(folder, name);
  if (known !== null) return known;
  try {
    return await copiedTwiceAtMost(spec, name, run);
  } catch (error) {
    throw diskFullOf(error, "no space left for what is copied; make room and run the same command again");
  }
}

async function copiedTwiceAtMost(spec: RowsSpec, name: string, run: CopyRun): Promise<Copied> {
  try {
    return await copied(spec, name, run);
  } catch (error) {
    if (!(error instanceof PipelineError) || error.code !== "source-changed") throw error;
    // Bytes of two versions of a file must not be mixed in one archive: start again with the version that is there now.
    await removeUnfinished(run.folder, name);
    return copied(spec, name, run);
  }
}

async function copied(spec: RowsSpec, name: string, { folder, files, signal, onBytes }: CopyRun): Promise<Copied> {
  const warcinfoId = recordUrn(specDigest(spec));
  await using archive = await open(unfinished(folder, name), "a+");
  await using journal = await open(journalPath(folder, name), "a+");
  let reached = await reachedOf(folder, name);
  if (reached === null || (await archive.stat()).size < reached.archiveBytes) {
    await Promise.all([archive.truncate(0), journal.truncate(0)]);
    const head = warcinfoMember(spec, name, warcinfoId);
    await written(archive, [head]);
    reached = { spans: 0, archiveBytes: head.length, records: 0, version: null, refused: [] };
  } else {
    await archive.truncate(reached.archiveBytes);
    await endLine(folder, name, journal);
  }
  for (const span of spansOf(spec.rows).slice(reached.spans)) {
    const read = await bytesOf(files, spec.file, { from: span.from, to: span.to, version: reached.version }, signal);
    if (read === null) return nothing(spec, folder, name);
    onBytes(read.bytes.length);
    const { members, refused } = await membersOf(span, read.bytes, warcinfoId);
    await written(archive, members);
    const archiveBytes: number = reached.archiveBytes + members.reduce((sum, { length }) => sum + length, 0);
    const [spansDone, records] = [reached.spans + 1, reached.records + members.length / 2];
    const line: Reached = { spans: spansDone, archiveBytes, records, version: read.version, refused };
    await written(journal, [Buffer.from(`${JSON.stringify(line)}\n`)]);
    reached = { ...line, refused: [...reached.refused, ...refused] };
  }
  const { records, archiveBytes, refused } = reached;
  const result: Copied = {
    path: records === 0 ? null : join(folder, name),
    name,
    records,
    bytes: archiveBytes,
    refused,
  };
  await finish(folder, result);
  return result;
}

/** Record and provenance of each row that is what the index says, in order. */
async function membersOf(
  { from, rows }: Span,
  bytes: Buffer,
  warcinfoId: string,
): Promise<{ readonly members: readonly Buffer[]; readonly refused: readonly Refusal[] }> {
  const members: Buffer[] = [];
  const refused: Refusal[] = [];
  for (const row of rows) {
    const member = bytes.subarray(row.offset - from, row.offset - from + row.length);
    const checked = await checkedRecord(member, row);
    if (checked.ok) members.push(member, provenanceMember(checked.record, row, warcinfoId));
    else {
      const { ok: _, ...why } = checked;
      refused.push(why);
    }
  }
  return { members, refused };
}

/**
 * Begins the archive. It depends neither on the clock nor on the version of the program: the same selection gives the
 * same bytes.
 */
function warcinfoMember({ crawl, file, rows }: RowsSpec, name: string, id: string): Buffer {
  const firstMs = Math.min(...rows.slice(0, 1).map(({ fetchedAt }) => Date.parse(fetchedAt)));
  const block = warcFieldsBlock([
    ["software", "colophon"],
    ["format", "WARC File Format 1.1"],
    ["conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"],
    ["isPartOf", crawl],
    ["description", `Records of ${file} as they stand there, each followed by where it was copied from`],
  ]);
  const type = "application/warc-fields";
  return gzipMember(
    recordBytes({ type: "warcinfo", id, dateMs: firstMs, filename: name, contentType: type, block }),
    0,
  );
}

async function nothing({ rows, file }: RowsSpec, folder: string, name: string): Promise<Copied> {
  const refused = rows.map((row) => {
    const { ok: _, ...why } = refusedRow(row, "file-missing", `there is no ${file}`);
    return why;
  });
  await removeUnfinished(folder, name);
  return { path: null, name, records: 0, bytes: 0, refused };
}

/** The result is on disk before the archive gets its name: a named archive is whole, and its refusals are known. */
async function finish(folder: string, result: Copied): Promise<void> {
  const { name, path } = result;
  writeWhole(resultPath(folder, name), JSON.stringify(result));
  if (path !== null) await renameDurably(unfinished(folder, name), path);
  await removeUnfinished(folder, name);
}

async function finishedCopy(folder: string, name: string): Promise<Copied | null> {
  const json = await readFile(resultPath(folder, name), "utf8").catch(() => null);
  const result = json === null ? null : parsedOrNull(copiedShape, json);
  if (result === null || result.path === null) return result;
  // The folder may have been moved since; the archive is beside its result.
  const path = join(folder, name);
  const size = await stat(path).then(
    (found) => found.size,
    () => -1,
  );
  return size === result.bytes ? { ...result, path } : null;
}

/** `null`: the journal is empty, or holds a whole line that is not ours, and the copy begins again. */
async function reachedOf(folder: string, name: string): Promise<Reached | null> {
  const lines = (await readFile(journalPath(folder, name), "utf8")).split("\n");
  // Anything after the last line feed is a line that a killed process did not finish.
  const whole: Reached[] = [];
  for (const line of lines.slice(0, -1)) {
    const reached = parsedOrNull(reachedShape, line);
    if (reached === null) return null;
    whole.push(reached);
  }
  const last = whole.at(-1);
  return last === undefined ? null : { ...last, refused: whole.flatMap(({ refused }) => refused) };
}

/** An unfinished last line would corrupt the next one. */
async function endLine(folder: string, name: string, journal: FileHandle): Promise<void> {
  const text = await readFile(journalPath(folder, name));
  await journal.truncate(text.lastIndexOf(10) + 1);
}

async function written(file: FileHandle, parts: readonly Buffer[]): Promise<void> {
  for (const part of parts) await file.appendFile(part);
  await file.datasync();
}

async function removeUnfinished(folder: string, name: string): Promise<void> {
  for (const path of [unfinished(folder, name), journalPath(folder, name)]) await rm(path, { force: true });
}

function unfinished(folder: string, name: string): string {
  return join(folder, `.unfinished-${name}`);
}

function journalPath(folder: string, name: string): string {
  return join(folder, `.unfinished-${name}.journal`);
}

function resultPath(folder: string, name: string): string {
  return join(folder, `${name}.json`);
}
