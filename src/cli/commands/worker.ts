import { tmpdir } from "node:os";
import { join } from "node:path";

import { PipelineError, type ExitName } from "../../core/errors.ts";
import type { BindWorker } from "../../jobs/worker.ts";
import type { LogLevel } from "../../telemetry/log.ts";
import type { Command, CommandInput, Io, OptionValues } from "../command.ts";
import { machineOptions, machinesOf, numberOf, optionalTextOf, textOf, wholeNumberOf } from "../options.ts";
import { redisUrlOf } from "../redis-option.ts";

/** One thin entry a kind; a worker loads those that it takes. */
const binders: Readonly<Record<string, () => Promise<{ readonly bind: BindWorker }>>> = {
  slice: async () => import("../../../workers/slice.ts"),
  copy: async () => import("../../../workers/copy.ts"),
  turn: async () => import("../../../workers/turn.ts"),
  bands: async () => import("../../../workers/bands.ts"),
  export: async () => import("../../../workers/export.ts"),
};

export const worker: Command = {
  name: "worker",
  summary: "Do jobs that `ingest`, `crawl` and `run` hand out, on this or any machine",
  description:
    "Takes jobs from the Redis and the store that it shares with `colophon ingest`, `crawl`, `run` or `publish` of the same version, until it is told to stop. Start as many as you like, on as many machines; kill any at any time: its jobs are done elsewhere. SIGTERM lets the jobs in progress end within --drain-seconds. What it does goes to standard error as JSON, a line each.",
  arguments: [],
  options: [
    ...machineOptions,
    {
      flags: "--kinds <list>",
      description: "kinds of job to take, with commas",
      default: Object.keys(binders).join(","),
    },
    { flags: "--concurrency <n>", description: "threads that measure; auto is one a core", default: "auto" },
    {
      flags: "--cores <n>",
      description:
        "cores that the workers of this machine share: those that come when they are taken stand by; auto is all of them",
      default: "auto",
    },
    { flags: "--hosts <n>", description: "hosts that are crawled at the same time", default: "50" },
    { flags: "--cache <dir>", description: "folder for what is under way", default: join(tmpdir(), "colophon-worker") },
    {
      flags: "--drain-seconds <n>",
      description: "how long jobs in progress may still take when it is stopped",
      default: "30",
    },
    { flags: "--lock-seconds <n>", description: "how long the jobs of a dead worker wait for another", default: "30" },
    { flags: "--metrics-port <n>", description: "serve metrics for Prometheus on this port of 127.0.0.1" },
    {
      flags: "--log-level <level>",
      description: "least weight of what is logged",
      default: "info",
      choices: ["debug", "info", "warn", "error"],
    },
  ],
  examples: [
    {
      line: "colophon worker --redis redis://10.0.0.5:6379 --store s3://corpus/run-1",
      says: "all kinds, one thread a core",
    },
    {
      line: "colophon worker --redis redis://127.0.0.1:6379 --store /mnt/corpus --kinds turn --hosts 200",
      says: "only crawls",
    },
  ],
  async run({ options }: CommandInput, io: Io): Promise<ExitName> {
    const { runWorker } = await import("../run-worker.ts");
    const place = machinesOf(options);
    if (place === null)
      throw new PipelineError(
        "usage",
        "a worker needs --redis and --store: where to take jobs, and what they are about",
      );
    const autoOr = (name: string): number | null =>
      options[name] === "auto" ? null : wholeNumberOf(options, name, 1, 1024);
    const metricsPort =
      optionalTextOf(options, "metrics-port") === null ? null : wholeNumberOf(options, "metrics-port", 0, 65_535);
    return runWorker(
      {
        servers: { ...place, redis: redisUrlOf(place.redis, process.env) },
        binds: await bindersOf(options),
        concurrency: autoOr("concurrency"),
        cores: autoOr("cores"),
        hosts: wholeNumberOf(options, "hosts", 1, 10_000),
        cache: textOf(options, "cache"),
        drainMs: wholeNumberOf(options, "drain-seconds", 0) * 1000,
        lockMs: (numberOf(options, "lock-seconds", 1) ?? 30) * 1000,
        metricsPort,
        // Commander lets no other through.
        logLevel: textOf(options, "log-level") as LogLevel,
      },
      io,
    );
  },
};

async function bindersOf(options: OptionValues): Promise<BindWorker[]> {
  const names = textOf(options, "kinds")
    .split(",")
    .map((name) => name.trim());
  return Promise.all(
    [...new Set(names)].map(async (name) => {
      const load = binders[name];
      if (load === undefined) {
        throw new PipelineError(
          "usage",
          `--kinds: there is no kind "${name}"; there are ${Object.keys(binders).join(", ")}`,
        );
      }
      return (await load()).bind;
    }),
  );
}
