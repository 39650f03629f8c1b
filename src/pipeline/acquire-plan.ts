import { existsSync, globSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";

import { PipelineError } from "../core/errors.ts";
import type { Corpus } from "../corpus/corpus.ts";
import type { Sources } from "./acquire.ts";
import type { CrawlRequest } from "./crawl.ts";

/** What `acquire` in `corpus.yaml` asks for. @throws {PipelineError} `config-invalid` when it asks for nothing */
export function acquirePlanOf(corpus: Corpus): Sources {
  const { acquire } = corpus.config;
  const path = join(corpus.folder, "corpus.yaml");
  if (acquire === undefined || (acquire.crawl === undefined && acquire.archives.length === 0)) {
    throw new PipelineError("config-invalid", `${path}: acquire names neither a crawl nor archives to begin with`, {
      path,
    });
  }
  const archives = acquire.archives.flatMap((pattern) => archivesOf(corpus.folder, pattern, path));
  const crawl = acquire.crawl === undefined ? null : crawlRequestOf(acquire.crawl, corpus.folder);
  return { crawl, copies: null, archives };
}

type CrawlConfig = NonNullable<NonNullable<Corpus["config"]["acquire"]>["crawl"]>;

function crawlRequestOf(crawl: CrawlConfig, folder: string): CrawlRequest {
  const { maxPages, maxBytes, maxSeconds, maxPagesPerHost } = crawl;
  return {
    seeds: crawl.seeds.map((seed) =>
      /^[a-z][a-z0-9+.-]*:/i.test(seed) || isAbsolute(seed) ? seed : nearby(folder, seed),
    ),
    scope: crawl.scope,
    allow: crawl.allow,
    deny: crawl.deny,
    maxDepth: crawl.maxDepth ?? null,
    budgets: {
      ...(maxPages === undefined ? {} : { pages: maxPages }),
      ...(maxBytes === undefined ? {} : { bytes: maxBytes }),
      ...(maxSeconds === undefined ? {} : { timeMs: maxSeconds * 1000 }),
    },
    hostBudgets: maxPagesPerHost === undefined ? {} : { pages: maxPagesPerHost },
    contact: null,
    delayMs: Math.round(crawl.delaySeconds * 1000),
    concurrency: crawl.concurrency,
    rollBytes: 1_000_000_000,
    allowPrivate: crawl.allowPrivate,
    connectTo: crawl.connectTo,
    followSitemaps: crawl.sitemaps,
    siteFiles: crawl.siteFiles,
    recrawlBeforeMs: null,
  };
}

/** A file beside `corpus.yaml` where there is one, else the address as written. */
function nearby(folder: string, seed: string): string {
  const path = join(folder, seed);
  return existsSync(path) ? path : seed;
}

function archivesOf(folder: string, pattern: string, config: string): string[] {
  const found = globSync(pattern, { cwd: folder }).toSorted();
  if (found.length === 0) {
    throw new PipelineError("not-found", `${config}: acquire.archives: nothing fits ${JSON.stringify(pattern)}`, {
      pattern,
    });
  }
  return found.map((path) => resolve(folder, path));
}
