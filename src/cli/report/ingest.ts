import type { ArchiveTotals } from "../../ledger/archives.ts";
import type { Damage, IngestProgress, IngestReport } from "../../pipeline/ingest.ts";
import { bytesInWords, type Progress } from "../progress.ts";
import { printable } from "../write-line.ts";

/** Tells how far an ingest has come; the rate is that of records since it began. */
export function ingestDisplay(progress: Progress): (seen: IngestProgress) => void {
  const startedMs = performance.now();
  return ({ path, doneBytes, totalBytes, records, captures, documents }) => {
    const rate = records / Math.max(0.5, (performance.now() - startedMs) / 1000);
    const name = path.split("/").pop() ?? path;
    const words = `${rate.toFixed(0)} records/s, ${captures} captures, ${documents} documents, ${name}`;
    progress.show("measure", doneBytes, totalBytes, printable(words));
  };
}

/** What is wrong with an archive, in one sentence. */
export function damageInWords({ path, places, lostBytes, first }: Damage): string {
  if (places === 0) return `${path}: ${first}`;
  return `${path}: ${lostBytes} bytes in ${places === 1 ? "one place" : `${places} places`} are in no record; first, ${first}`;
}

/** What an ingest brought, and what the ledger holds now; a line each. */
export function ingestInWords(report: IngestReport, archives: readonly ArchiveTotals[]): string[] {
  const sum = (of: (archive: ArchiveTotals) => number): number =>
    archives.reduce((total, archive) => total + of(archive), 0);
  const { document, duplicate, skipped, failed } = report.outcomes;
  const again = report.alreadyRead === 0 ? "" : `, ${report.alreadyRead} read before`;
  const lines = [
    `Archives    ${report.archives} given${again}${report.failures.length === 0 ? "" : `, ${report.failures.length} unreadable`}`,
    `This run    ${document + duplicate + skipped + failed} captures: ${document} documents, ${duplicate} duplicates, ${skipped} skipped, ${failed} failed`,
    `Corpus      ${archives.length} archives, ${bytesInWords(sum(({ bytes }) => bytes))}: ${sum(({ recordBytes }) => recordBytes)} bytes in records, ${sum(({ lostBytes }) => lostBytes)} lost`,
  ];
  if (report.problems > 0) {
    lines.push(
      `Problems    ${report.problems} in records that could be read; \`colophon query "SELECT * FROM problems"\` lists them`,
    );
  }
  return lines;
}
