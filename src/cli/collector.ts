import { PipelineError } from "../core/errors.ts";
import type { Corpus } from "../pipeline/corpus.ts";
import type { Machines, MeetingPlace } from "../pipeline/machines.ts";
import type { Io } from "./command.ts";
import { redisUrlOf } from "./redis-url.ts";
import { printable } from "./write-line.ts";

/** This process as the one that hands out a corpus' jobs and collects what comes of them. */
export interface Collector extends AsyncDisposable {
  /** `null`: the work is done here. */
  readonly machines: Machines | null;
  /** Aborted with the command's own, and when another process has become the collector. */
  readonly signal: AbortSignal;
  /** @throws {PipelineError} `corpus-locked` when that is why the signal was aborted */
  readonly check: () => void;
}

export async function openCollector(place: MeetingPlace | null, corpus: Corpus, io: Io): Promise<Collector> {
  if (place === null) {
    return { machines: null, signal: io.signal, check: () => undefined, [Symbol.asyncDispose]: async () => undefined };
  }
  const { collectorLease, openMachines } = await import("../pipeline/machines.ts");
  await using opened = new AsyncDisposableStack();
  const redis = redisUrlOf(place.redis, process.env);
  const machines = opened.use(await openMachines({ ...place, redis }, fewWords(io)));
  const { name } = corpus.config;
  const lease = opened.use(await collectorLease(machines, name, io.signal));
  if ((await machines.queue.workers()).length === 0) {
    io.err.write("colophon: no worker takes jobs yet; start `colophon worker` with the same --redis and --store\n");
  }
  const kept = opened.move();
  return {
    machines,
    signal: AbortSignal.any([io.signal, lease.lost]),
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

/** While Redis is away the same thing goes wrong all the time: it is said once a minute. */
function fewWords(io: Io): (error: Error) => void {
  const everyMs = 60_000;
  const said = new Map<string, number>();
  return ({ message }) => {
    const nowMs = performance.now();
    if (nowMs - (said.get(message) ?? -Infinity) < everyMs || said.size > 1000) return;
    said.set(message, nowMs);
    io.err.write(`colophon: ${printable(message)}; trying again\n`);
  };
}
