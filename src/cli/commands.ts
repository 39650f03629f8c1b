import type { Command } from "./command.ts";
import { crawl } from "./commands/crawl.ts";
import { explain } from "./commands/explain.ts";
import { extract } from "./commands/extract.ts";
import { ingest } from "./commands/ingest.ts";
import { policyCheck } from "./commands/policy-check.ts";
import { policyInit } from "./commands/policy-init.ts";
import { publish } from "./commands/publish.ts";
import { query } from "./commands/query.ts";
import { run } from "./commands/run.ts";
import { stats } from "./commands/stats.ts";
import { status } from "./commands/status.ts";
import { verify } from "./commands/verify.ts";
import { worker } from "./commands/worker.ts";

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  run,
  crawl,
  ingest,
  publish,
  worker,
  verify,
  status,
  explain,
  stats,
  query,
  extract,
  policyInit,
  policyCheck,
];
