import type { CrawlStatus } from "../../pipeline/crawl-status.ts";
import type { Command, CommandInput, Io } from "../command.ts";
import { corpusOption, jsonOption, textOf } from "../options.ts";
import { bytesInWords } from "../progress.ts";
import { jsonText, printable, writeLine } from "../write-line.ts";

export const status: Command = {
  name: "status",
  summary: "Say how far a corpus has come and what is still to do",
  arguments: [],
  options: [corpusOption, jsonOption],
  examples: [{ line: "colophon status --corpus my-corpus", says: "works beside a running crawl or ingest" }],
  async run({ options }: CommandInput, io: Io) {
    const { openCorpus } = await import("../../pipeline/corpus.ts");
    const { corpusStatus } = await import("../../pipeline/status.ts");
    const folder = textOf(options, "corpus");
    const state = await corpusStatus(await openCorpus(folder, false));
    if (options["json"] === true) {
      await writeLine(io.out, jsonText(state));
      return "ok";
    }
    const { archives, slices, captures, documents, manifest } = state;
    const lines = [
      `corpus     ${state.name} (${folder})`,
      `archives   ${archives.count}, ${bytesInWords(archives.bytes)}; ${bytesInWords(archives.lostBytes)} lost`,
      `slices     ${slices.measured} of ${slices.total} measured${slices.measured < slices.total ? "; run the same ingest again to go on" : ""}`,
      `captures   ${captures}`,
      `documents  ${documents.total}: ${documents.kept} kept, ${documents.refused} refused, ${documents.undecided} undecided under ${state.policy}`,
      manifest === null
        ? "manifest   none yet; `colophon publish` writes it"
        : `manifest   ${manifest.documents} documents, root ${manifest.root}${manifest.current ? "" : " (older than the ledger or the policy: `colophon publish` renews it)"}`,
      ...(state.crawl === null ? [] : crawlLines(state.crawl)),
      `writer     ${state.locked ? "another process is writing to this corpus now" : "none"}`,
    ];
    await writeLine(io.out, printable(lines.join("\n")));
    return "ok";
  },
};

function crawlLines({ hosts, urls, bytes, elapsedMs, reasons, refusedLinks, ...rest }: CrawlStatus): string[] {
  const { nextDueMs, spent, busiest, blocked } = rest;
  const { waiting, leased, done, refused, failed } = urls;
  const rate = elapsedMs === 0 ? "" : `, ${(done / (elapsedMs / 1000)).toFixed(1)} pages/s`;
  const due = nextDueMs === null ? "nothing is due" : `next due ${new Date(nextDueMs).toISOString()}`;
  const line = (count: number, words: string): string => `           ${String(count).padStart(8)}  ${words}`;
  return [
    `crawl      ${hosts} hosts: ${done} visited, ${waiting} waiting, ${refused} refused, ${failed} failed${leased === 0 ? "" : `, ${leased} in hand`}`,
    `           ${bytesInWords(bytes)}${rate}; ${spent === null ? due : `${spent} used up`}`,
    ...reasons.map(({ state, reason, urls: count }) => line(count, `${state}: ${reason}`)),
    ...refusedLinks.map(({ reason, links }) => line(links, `links: ${reason}`)),
    ...Object.entries(blocked).map(([reason, count]) => line(count, `hosts left alone: ${reason}`)),
    ...busiest.map(({ host, urls: ofHost }) => line(ofHost.waiting, `waiting: ${host}`)),
  ];
}
