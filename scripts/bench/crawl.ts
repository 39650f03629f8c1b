/**
 * A whole crawl of a web in DIR, one folder for each host, by the command itself in a process of its own. Prints pages for
 * each second of its CPU time, its peak memory, and the pages it did not reach.
 *   node scripts/bench/crawl.ts DIR [--runs N] [--pages N] [--gzip DIR] [--delay S] [--latency MS] [--kills N] [--crawlee MODULES] [--compiled] [--json]
 * The server is a process of its own too (--server; it takes DIR, `--port`, `--log`, and `--expected FILE` to list what can be
 * reached from http://seed.deb.test/). With --gzip it sends gzipped pages, which it keeps in that folder. A page counts if
 * the list names it as reachable HTML. With --kills the crawl is killed that many times first; the figure is then how many
 * requests were made twice, of how many. With --crawlee, a folder whose node_modules holds crawlee and warcio, Crawlee crawls
 * the same web beside it. With --compiled it is the program that `npm run build` has made, as it is installed.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";

import { normalUrlOf } from "../../src/url/normalize.ts";
import { readArchive } from "../../src/warc/read-archive.ts";
import { fileSource } from "../../src/warc/source.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    server: { type: "string", default: "../shared/realweb/serve.mjs" },
    port: { type: "string", default: "8117" },
    runs: { type: "string", default: "3" },
    pages: { type: "string" },
    gzip: { type: "string" },
    delay: { type: "string", default: "0" },
    latency: { type: "string", default: "0" },
    kills: { type: "string", default: "0" },
    crawlee: { type: "string" },
    compiled: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const web = resolve(positionals[0] ?? "../shared/realweb/web");
const program = values.compiled ? "dist/src/cli/main.js" : "src/cli/main.ts";
const [runs, kills] = [Number(values.runs), Number(values.kills)];
const folder = mkdtempSync(join(tmpdir(), "colophon-bench-"));

interface Measured {
  readonly status: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
  readonly wallSeconds: number;
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

function crawler(corpus: string): ChildProcess {
  const args = [
    "crawl",
    "http://seed.deb.test/",
    "--scope",
    "domain:deb.test",
    "--corpus",
    corpus,
    "--no-ingest",
    "--json",
  ];
  const local = [
    "--allow-private",
    "--no-sitemaps",
    "--connect-to",
    `::127.0.0.1:${values.port}`,
    "--delay",
    values.delay,
  ];
  const budget = values.pages === undefined ? [] : ["--max-pages", values.pages];
  // VmHWM and not maxRSS: the latter still holds what the parent had before the exec.
  const script = `const { main } = await import(${JSON.stringify(resolve(program))});
    const status = await main(${JSON.stringify([...args, ...local, ...budget])});
    const { readFileSync } = await import("node:fs");
    const peakMb = Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024;
    const { user, system } = process.cpuUsage();
    process.stderr.write("\\n" + JSON.stringify({ status, peakMb, cpuSeconds: (user + system) / 1e6 }) + "\\n");`;
  const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, "compiled") };
  return spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "ignore", "pipe"], env });
}

async function crawled(corpus: string): Promise<Measured> {
  const began = performance.now();
  const child = crawler(corpus);
  let said = "";
  child.stderr?.on("data", (bytes: Buffer) => (said = (said + bytes.toString()).slice(-10_000)));
  await once(child, "close");
  const measured = JSON.parse(said.trim().split("\n").at(-1) ?? "{}") as Measured;
  if (measured.status !== 0) throw new Error(said);
  return { ...measured, wallSeconds: (performance.now() - began) / 1000 };
}

/** Crawlee's HttpCrawler on the same web, archiving, by the peers' script; CPU-seconds of its process. */
async function crawleeSeconds(modules: string): Promise<number> {
  const peer = resolve(values.server, "../../peers/crawl_crawlee.mjs");
  const options = [
    "--modules",
    resolve(modules),
    "--kind",
    "http",
    "--seed",
    "http://seed.deb.test/",
    "--concurrency",
    "32",
  ];
  const archive = ["--warc", join(folder, "crawlee.warc.gz"), "--proxy", `http://127.0.0.1:${values.port}`];
  const script = `process.argv = [process.argv[0], ...${JSON.stringify([...options, ...archive])}];
    process.on("exit", () => { const { user, system } = process.cpuUsage(); process.stderr.write("\\n" + JSON.stringify((user + system) / 1e6) + "\\n"); });
    await import(${JSON.stringify(peer)});`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "ignore", "pipe"],
    cwd: folder,
  });
  let said = "";
  child.stderr.on("data", (bytes: Buffer) => (said = (said + bytes.toString()).slice(-10_000)));
  await once(child, "close");
  const seconds = Number(said.trim().split("\n").at(-1));
  if (!Number.isFinite(seconds)) throw new Error(said);
  return seconds;
}

async function killedCrawl(corpus: string): Promise<void> {
  const child = crawler(corpus);
  const over = once(child, "close");
  const log = logSize();
  while (logSize() === log && child.exitCode === null) await pause(5);
  await pause(Math.random() * 600);
  child.kill("SIGKILL");
  await over;
}

const logFile = join(folder, "requests.tsv");
const logSize = (): number => statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;

/** Normal addresses of all responses; throws when an archive has bytes in no record. */
async function captured(corpus: string): Promise<string[]> {
  const urls: string[] = [];
  for (const path of globSync(join(corpus, "archives", "*"))) {
    using source = fileSource(path);
    for await (const item of readArchive(source)) {
      if (item.kind === "loss") throw new Error(`${path}: ${item.reason} at ${item.offset}`);
      if (item.type === "response" && item.url !== null) urls.push(normalUrlOf(item.url) ?? item.url);
    }
  }
  return urls;
}

function reachable(): Set<string> {
  const list = join(folder, "expected.tsv");
  const { status, stderr } = spawnSync(process.execPath, [values.server, web, "--expected", list], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  const lines = readFileSync(list, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split("\t"));
  const pages = lines.filter(([code, type, , , via]) => code === "200" && type === "text/html" && via === "link");
  return new Set(pages.map(([, , , , , url = ""]) => normalUrlOf(url) ?? url));
}

const packed = values.gzip === undefined ? [] : ["--gzip", resolve(values.gzip), "--warm"];
const serving = ["--port", values.port, "--log", logFile, "--latency", values.latency];
const server = spawn(process.execPath, [values.server, web, ...serving, ...packed], {
  stdio: ["ignore", "ignore", "pipe"],
});
try {
  const expected = reachable();
  await once(server.stderr, "data");
  const corpus = (run: number): string => join(folder, `corpus-${run}`);
  const all: Measured[] = [];
  for (let kill = 0; kill < kills; kill++) await killedCrawl(corpus(0));
  for (let run = 0; run < (kills > 0 ? 1 : runs); run++) all.push(await crawled(corpus(run)));
  const urls = await captured(corpus(0));
  const reached = new Set(urls.filter((url) => expected.has(url))).size;
  const report: Record<string, number> = {
    "pages that can be reached": expected.size,
    "pages archived": reached,
    "archived twice": urls.length - new Set(urls).size,
    "pages for each CPU-second": reached / median(all.map(({ cpuSeconds }) => cpuSeconds)),
    "pages for each second": reached / median(all.map(({ wallSeconds }) => wallSeconds)),
    "peak memory, MB": Math.max(...all.map(({ peakMb }) => peakMb)),
  };
  if (values.crawlee !== undefined) {
    const seconds = await crawleeSeconds(values.crawlee);
    const rows = readFileSync(logFile, "utf8").trim().split("\n");
    const asked = new Set(
      rows.filter((row) => !row.includes("colophon")).map((row) => `http://${row.split("\t").slice(2, 4).join("")}`),
    );
    const pages = [...asked].filter((url) => expected.has(normalUrlOf(url) ?? url)).length;
    report["Crawlee, pages asked for"] = pages;
    report["Crawlee, pages for each CPU-second"] = pages / seconds;
  }
  if (kills > 0) {
    await pause(300);
    const asked = readFileSync(logFile, "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split("\t").slice(2, 4).join(""));
    report["kills"] = kills;
    report["requests"] = asked.length;
    report["of them made again"] = asked.length - new Set(asked).size;
    delete report["pages for each CPU-second"];
    delete report["pages for each second"];
  }
  if (values.json) console.log(JSON.stringify(report));
  else
    for (const [name, value] of Object.entries(report))
      console.log(`${name.padEnd(32)} ${value.toFixed(Number.isInteger(value) ? 0 : 1)}`);
} finally {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}
