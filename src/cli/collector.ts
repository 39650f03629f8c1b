import { PipelineError } from "../core/errors.ts";
import type { Corpus } from "../corpus/corpus.ts";
import type { Machines, SharedServers } from "../jobs/machines.ts";
import type { PublishRunners } from "../jobs/runners.ts";
import type { Ledger } from "../ledger/open.ts";
import type { Io } from "./command.ts";
import { logOnceAMinute } from "./log-once-a-minute.ts";
import { redisUrlOf } from "./redis-option.ts";
import { printable } from "./write-line.ts";

/** This process as the one that hands out a corpus' jobs and collects their results. */
export interface Collector extends AsyncDisposable {
  /** `null`: the work is done here. */
  readonly machines: Machines | null;
  /** What jobs were given or left that was not what it should be: all of it was made again, or its failure was reported too. */
  readonly broken: readonly string[];
  /** Who does the heavy parts of publishing. */
  readonly runners: (ledgers: readonly Ledger[]) => Promise<PublishRunners>;
  /** Aborted with the command's own, and when another process has become the collector. */
  readonly signal: AbortSignal;
  /** @throws {PipelineError} `corpus-locked` when that is why the signal was aborted */
  readonly check: () => void;
}

export async function openCollector(servers: SharedServers | null, corpus: Corpus, io: Io): Promise<Collector> {
  if (servers === null) return collectorAlone(io);
  const { collectorLease, openMachines } = await import("../jobs/machines.ts");
  const { archiveTotals } = await import("../ledger/archives.ts");
  const { jobRunners } = await import("../jobs/runners.ts");
  const { programOf } = await import("../jobs/version-check.ts");
  const { softwareVersion } = await import("../corpus/software.ts");
  await using opened = new AsyncDisposableStack();
  const redis = redisUrlOf(servers.redis, process.env);
  const connected = opened.use(
    await openMachines(
      { ...servers, redis },
      logOnceAMinute(({ message }) => io.err.write(`colophon: ${printable(message)}; trying again\n`)),
    ),
  );
  const broken: string[] = [];
  const machines: Machines = {
    ...connected,
    onBroken({ message }) {
      broken.push(message);
      io.err.write(`colophon: ${printable(message)}; it is made again\n`);
    },
  };
  const { name } = corpus.config;
  const lease = opened.use(await collectorLease(machines, name, io.signal));
  if ((await machines.queue.workers()).length === 0) {
    io.err.write("colophon: no worker takes jobs yet; start `colophon worker` with the same --redis and --store\n");
  }
  const kept = opened.move();
  const signal = AbortSignal.any([io.signal, lease.lost]);
  return {
    machines,
    broken,
    async runners(ledgers) {
      const documents = archiveTotals(ledgers).reduce((sum, archive) => sum + archive.documents, 0);
      return jobRunners(machines, {
        segments: corpus.segments,
        documents,
        software: programOf(softwareVersion()),
        signal,
      });
    },
    signal,
    check() {
      if (!lease.lost.aborted) return;
      throw new PipelineError(
        "corpus-locked",
        `another process has begun to collect for ${name}; this one has stopped`,
      );
    },
    [Symbol.asyncDispose]: async () => kept.disposeAsync(),
  };
}

/** One whose work is done by threads of this process. */
function collectorAlone({ signal }: Io): Collector {
  return {
    machines: null,
    broken: [],
    runners: async () => ({}),
    signal,
    check: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
