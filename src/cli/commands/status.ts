import type { CrawlStatus } from "../../corpus/crawl-status.ts";
import type { CorpusStatus } from "../../corpus/status.ts";
import type { MachinesStatus } from "../../jobs/machines-status.ts";
import type { Command, CommandInput, Io } from "../command.ts";
import { corpusOption, jsonOption, optionalTextOf, textOf } from "../options.ts";
import { redisUrlOf } from "../redis-option.ts";
import { bytesInWords } from "../report.ts";
import { jsonText, printable, writeLine } from "../write-line.ts";

export const status: Command = {
  name: "status",
  summary: "Say how far a corpus has come and what is still to do",
  arguments: [],
  options: [
    corpusOption,
    { flags: "--redis <url>", description: "say too what the workers that share this Redis have in progress" },
    jsonOption,
  ],
  examples: [
    { line: "colophon status --corpus my-corpus", says: "works beside a running crawl or ingest" },
    {
      line: "colophon status --corpus my-corpus --redis redis://10.0.0.5:6379",
      says: "all workers, on whatever machine",
    },
  ],
  async run({ options }: CommandInput, io: Io) {
    const { openCorpus } = await import("../../corpus/corpus.ts");
    const { corpusStatus } = await import("../../corpus/status.ts");
    const folder = textOf(options, "corpus");
    const redis = optionalTextOf(options, "redis");
    const machines = redis === null ? null : await machinesOn(redisUrlOf(redis, process.env));
    const state = await corpusStatus(await openCorpus(folder, false));
    if (options["json"] === true) {
      await writeLine(io.out, jsonText(machines === null ? state : { ...state, machines }));
      return "ok";
    }
    const { archives, slices, captures, documents, manifest } = state;
    const lines = [
      `corpus     ${state.name} (${folder})`,
      `archives   ${archives.count}, ${bytesInWords(archives.bytes)}; ${bytesInWords(archives.lostBytes)} lost`,
      `slices     ${slices.measured} of ${slices.total} measured${slices.measured < slices.total ? "; run the same ingest again to go on" : ""}`,
      ...buildLines(state),
      `captures   ${captures}`,
      `documents  ${documents.total}: ${documents.kept} kept, ${documents.refused} refused, ${documents.undecided} undecided under ${state.policy}`,
      manifest === null
        ? "manifest   none yet; `colophon publish` writes it"
        : `manifest   ${manifest.documents} documents, root ${manifest.root}${manifest.current ? "" : " (older than the ledger or the policy: `colophon publish` renews it)"}`,
      ...(state.crawl === null ? [] : crawlLines(state.crawl)),
      ...(machines === null ? [] : machineLines(machines)),
      `writer     ${state.locked ? "another process is writing to this corpus now" : "none"}`,
    ];
    await writeLine(io.out, printable(lines.join("\n")));
    return "ok";
  },
};

/** Nothing while all was measured by this program's own build. */
function buildLines({ build: own, builds }: CorpusStatus): string[] {
  if (builds.every(({ build }) => build === own)) return [];
  return [
    ...builds.map(
      ({ build, slices, archives, documents }) =>
        `build      ${build ?? "not recorded"}${build === own ? " (this program's)" : ""}: ${slices} slices of ${archives} archives, ${documents} documents`,
    ),
    "           `colophon ingest --remeasure` measures again what other builds measured",
  ];
}

async function machinesOn(redisUrl: string): Promise<MachinesStatus> {
  const { machinesStatus } = await import("../../jobs/machines-status.ts");
  return machinesStatus(redisUrl);
}

function machineLines({ jobs, workers }: MachinesStatus): string[] {
  return [
    `workers    ${workers.length === 0 ? "none; start `colophon worker`" : workers.length}`,
    ...workers.map(
      ({ name, kinds, standby, running, done, silentMs }) =>
        `           ${name}: ${running} jobs in progress, ${done} done (${kinds.join(", ")}); last sign of life ${(silentMs / 1000).toFixed(0)} s ago${standby.length === 0 ? "" : `; stands by for ${standby.join(", ")} while older workers keep its machine's cores busy`}`,
    ),
    ...(jobs.length === 0 ? ["jobs       none"] : []),
    ...jobs.map(
      ({ kind, waiting, running, delayed, quarantined }) =>
        `jobs       ${kind}: ${waiting} waiting, ${running} in progress, ${delayed} to be tried again, ${quarantined} set aside`,
    ),
  ];
}

function crawlLines({ hosts, urls, bytes, elapsedMs, reasons, refusedLinks, ...rest }: CrawlStatus): string[] {
  const { nextDueMs, spent, busiest, blocked } = rest;
  const { waiting, leased, done, refused, failed } = urls;
  const rate = elapsedMs === 0 ? "" : `, ${(done / (elapsedMs / 1000)).toFixed(1)} pages/s`;
  const due = nextDueMs === null ? "nothing is due" : `next due ${new Date(nextDueMs).toISOString()}`;
  const line = (count: number, words: string): string => `           ${String(count).padStart(8)}  ${words}`;
  return [
    `crawl      ${hosts} hosts: ${done} visited, ${waiting} waiting, ${refused} refused, ${failed} failed${leased === 0 ? "" : `, ${leased} in progress`}`,
    `           ${bytesInWords(bytes)}${rate}; ${spent === null ? due : `${spent} used up`}`,
    ...reasons.map(({ state, reason, urls: count }) => line(count, `${state}: ${reason}`)),
    ...refusedLinks.map(({ reason, links }) => line(links, `links: ${reason}`)),
    ...Object.entries(blocked).map(([reason, count]) => line(count, `hosts left alone: ${reason}`)),
    ...busiest.map(({ host, urls: ofHost }) => line(ofHost.waiting, `waiting: ${host}`)),
  ];
}
