import { PipelineError, type FailureCode } from "../core/errors.ts";
import { outcomes, type ArchiveRow, type Outcome } from "../core/records.ts";
import type { Ledger } from "../ledger/open.ts";
import { appendToPartitions, wholeSlices } from "./collect.ts";
import type { Corpus } from "../corpus/corpus.ts";
import type { MeasureJob, MeasureResult } from "../measure/measure-slice.ts";
import type { Measurer } from "../jobs/slice/contract.ts";
import { bytesOf, registerArchives, type InputFailure } from "./register.ts";
import { sliceOf } from "../measure/slices.ts";

/** What a person watching wants to know; called often, so keep it cheap. */
export interface IngestProgress {
  /** The file in hand. */
  readonly path: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** Looked at so far in this run, those of unfinished slices among them. */
  readonly records: number;
  /** In finished slices. */
  readonly captures: number;
  readonly documents: number;
}

const tickMs = 500;

export interface IngestReport {
  readonly archives: number;
  /** Of them, those whose every slice was in the ledger before. */
  readonly alreadyRead: number;
  readonly slices: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Archives of this run with bytes in no record, with a record cut off, or with no record at all. */
  readonly damaged: readonly Damage[];
  /** Things wrong with records that could nevertheless be read, such as a field that the standard asks for. */
  readonly problems: number;
  readonly failures: readonly InputFailure[];
  readonly interrupted: boolean;
}

export interface Damage {
  readonly path: string;
  readonly places: number;
  readonly lostBytes: number;
  /** What is wrong first, in one sentence. */
  readonly first: string;
}

interface Tally {
  archives: number;
  alreadyRead: number;
  slices: number;
  problems: number;
  doneBytes: number;
  readonly damaged: Damage[];
  readonly outcomes: Record<Outcome, number>;
  readonly failures: InputFailure[];
}

/**
 * Reads archives into the ledger, slice by slice, all cores at once. Slices of one file are appended in its order, because
 * a slice's true start is known only from the end of the one before; what is in the ledger is never read again.
 */
export async function ingestArchives(
  corpus: Corpus,
  ledgers: readonly Ledger[],
  pool: Measurer,
  paths: readonly string[],
  signal: AbortSignal,
  onProgress: (progress: IngestProgress) => void,
): Promise<IngestReport> {
  const tally: Tally = {
    archives: 0,
    alreadyRead: 0,
    slices: 0,
    problems: 0,
    doneBytes: 0,
    damaged: [],
    outcomes: { document: 0, duplicate: 0, skipped: 0, failed: 0 },
    failures: [],
  };
  // What is to come: a file that turns out to bring nothing is taken off again.
  let totalBytes = paths.reduce((sum, given) => sum + bytesOf(given), 0);
  let path = paths[0] ?? "";
  const report = (): void => {
    const captures = outcomes.reduce((sum, outcome) => sum + tally.outcomes[outcome], 0);
    const { doneBytes } = tally;
    onProgress({
      path,
      doneBytes,
      totalBytes,
      records: pool.recordsSeen(),
      captures,
      documents: tally.outcomes.document,
    });
  };
  const gate = inFlightGate(pool.size);
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const ends: Promise<void>[] = [];
  // Slices take seconds: between two of them, the records that the threads look at show that work goes on.
  const ticking = setInterval(report, tickMs);
  report();
  try {
    // The digest of a file is reckoned while the one before it is measured, and files overlap at their ends: no thread is idle.
    for await (const one of ahead(registerArchives(ledgers, paths, corpus.config.sliceBytes, either))) {
      if ("failure" in one) tally.failures.push(one.failure);
      if ("failure" in one || one.archive === null) {
        totalBytes -= bytesOf(one.path);
        continue;
      }
      const { archive } = one;
      tally.archives++;
      const { done } = await archiveIngest(corpus, ledgers, pool, archive, either, gate, tally, () => {
        path = archive.path;
        report();
      });
      done.catch(() => failed.abort());
      ends.push(done);
    }
    await Promise.all(ends);
  } finally {
    clearInterval(ticking);
  }
  return { ...tally, interrupted: signal.aborted };
}

/** Has the next value made while the last one is used; when it ends, nothing is in the making. */
async function* ahead<T>(values: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = values.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      next = values.next();
      // Met where it is awaited, should anybody come so far.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await next.catch(() => undefined);
  }
}

/** Resolves when the last slice has been handed in; `done` when all of them are in the ledger. */
async function archiveIngest(
  corpus: Corpus,
  ledgers: readonly Ledger[],
  pool: Measurer,
  archive: ArchiveRow,
  signal: AbortSignal,
  gate: Gate,
  tally: Tally,
  onSlice: () => void,
): Promise<{ readonly done: Promise<void> }> {
  const known = wholeSlices(ledgers, corpus.segments, archive);
  tally.doneBytes += known.reduce((sum, { begin, end }) => sum + end - begin, 0);
  if (known.length === archive.sliceCount) {
    tally.alreadyRead++;
    onSlice();
    return { done: Promise.resolve() };
  }
  let expected = known.reduce((last, { end, begin }) => (end > begin ? end : last), 0);
  let failed: unknown = null;
  const settled = (): void => {
    if (failed === null) return;
    // Workers elsewhere go on with their slices; the next run finds what came of them.
    if (signal.aborted && failed instanceof PipelineError && failed.code === "interrupted") return;
    if (!(failed instanceof PipelineError) || !isOfInput(failed.code)) throw failed;
    tally.failures.push({ path: archive.path, message: failed.message });
  };
  // Each slice waits for the one before it to be appended; measuring itself runs ahead as far as the gate lets it.
  let previous: Promise<void> = Promise.resolve();
  for (let index = known.length; index < archive.sliceCount; index++) {
    const leave = await gate.enter();
    if (signal.aborted || failed !== null) {
      leave();
      break;
    }
    const measured = pool.measure(jobOf(corpus, archive, index));
    // Its failure is met where it is awaited below; without this it would count as unhandled until then.
    measured.catch(() => undefined);
    const before = previous;
    previous = (async () => {
      await before;
      if (failed !== null) return;
      try {
        const job = jobOf(corpus, archive, index);
        const result = await chained(await measured, expected, job.slice.nominalEnd, async (exactStart) =>
          pool.measure({ ...job, slice: { ...job.slice, exactStart } }),
        );
        appendToPartitions(ledgers, corpus.segments, archive, index, result.segment);
        if (!result.empty) expected = result.end;
        tally.slices++;
        tally.problems += result.problems;
        noteDamage(tally.damaged, archive.path, result);
        tally.doneBytes += result.end - result.begin;
        for (const outcome of outcomes) tally.outcomes[outcome] += result.outcomes[outcome];
        onSlice();
      } catch (error) {
        failed = error;
      } finally {
        leave();
      }
    })();
  }
  return { done: previous.then(settled) };
}

/** Other files go on when one cannot be read. */
function isOfInput(code: FailureCode): boolean {
  return code.startsWith("archive-") || code === "job-quarantined";
}

/**
 * A slice must begin where the one before it ended, and own nothing when that is beyond its range. One that found a false
 * start, or none, is measured again from the true one.
 */
async function chained(
  result: MeasureResult,
  expected: number,
  nominalEnd: number,
  again: (start: number) => Promise<MeasureResult>,
): Promise<MeasureResult> {
  const agrees = result.empty ? expected >= nominalEnd : result.begin === expected && expected < nominalEnd;
  return agrees ? result : again(expected);
}

function jobOf(corpus: Corpus, archive: ArchiveRow, index: number): MeasureJob {
  return { slice: sliceOf(archive, index), path: archive.path, segments: corpus.segments, poison: [] };
}

function noteDamage(damaged: Damage[], path: string, { losses, lostBytes, firstFault }: MeasureResult): void {
  if (firstFault === null) return;
  const at = damaged.findIndex((known) => known.path === path);
  const known = damaged[at];
  if (known === undefined) damaged.push({ path, places: losses, lostBytes, first: firstFault });
  else damaged[at] = { ...known, places: known.places + losses, lostBytes: known.lostBytes + lostBytes };
}

interface Gate {
  readonly enter: () => Promise<() => void>;
}

/** Lets `limit` through at a time, in the order they came. */
function inFlightGate(limit: number): Gate {
  let inside = 0;
  const waiting: (() => void)[] = [];
  const leave = (): void => {
    inside--;
    waiting.shift()?.();
  };
  return {
    async enter() {
      if (inside >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
      inside++;
      let left = false;
      return () => {
        if (left) return;
        left = true;
        leave();
      };
    },
  };
}
