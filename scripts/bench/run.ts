/**
 * `npm run bench`: every benchmark with its defaults, one after the other, so that none disturbs another.
 *   npm run bench -- [NAME...]     only those
 * The data of the defaults lies beside the project, in ../shared/data; each script says what else it takes.
 */
import { spawnSync } from "node:child_process";

const benches: Readonly<Record<string, readonly string[]>> = {
  "warc-read": [],
  page: [],
  quality: [],
  dedup: [],
  ledger: [],
  "whole-path": ["--memory"],
  "extraction-score": [],
  "licence-score": [],
  exchange: [],
  frontier: [],
  queue: [],
  "redis-frontier": [],
  "cc-index": [],
  machines: [],
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(", ")}; there are ${Object.keys(benches).join(", ")}`);
  process.exit(2);
}
for (const [name, args] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n$ node scripts/bench/${name}.ts ${args.join(" ")}`);
  const { status } = spawnSync(process.execPath, [`scripts/bench/${name}.ts`, ...args], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
