import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { suite, test } from "node:test";

// The import law of docs/architecture.md. A folder may import itself and what stands here, nothing else of ours.
const stages = ["warc", "crawl", "commoncrawl", "page", "language", "quality", "rights", "dedup", "policy"];
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  schema: ["core"],
  queue: ["core"],
  store: ["core"],
  telemetry: ["core"],
  warc: ["core"],
  crawl: ["core", "warc"],
  commoncrawl: ["core", "warc", "crawl"],
  page: ["core"],
  language: ["core"],
  quality: ["core"],
  rights: ["core"],
  dedup: ["core"],
  policy: ["core"],
  ledger: ["core", "schema"],
  manifest: ["core", "schema", "ledger"],
  pipeline: ["core", "schema", "queue", "store", ...stages, "ledger", "manifest"],
  dashboard: ["core", "ledger", "manifest"],
  cli: ["core", "schema", "ledger", "manifest", "pipeline", "dashboard", "telemetry", "workers"],
  workers: ["pipeline", "queue"],
};

/** One folder a vendor: replacing a library touches one folder. */
const vendors: Readonly<Record<string, readonly string[]>> = {
  htmlparser2: ["page"],
  entities: ["page"],
  "better-sqlite3": ["ledger", "crawl"],
  undici: ["crawl"],
  bullmq: ["queue"],
  ioredis: ["queue"],
  "@aws-sdk/client-s3": ["store"],
  hyparquet: ["commoncrawl"],
  pino: ["telemetry"],
  "prom-client": ["telemetry"],
  commander: ["cli"],
  "cli-progress": ["cli"],
  ajv: ["schema"],
};

const pureFolders = new Set(["core", "page", "language", "quality", "rights", "dedup", "policy"]);

/** Node's modules a pure folder may not touch, and globals that read the clock, chance or the surroundings. */
const impure =
  /from "node:(?:fs|net|http|https|dns|child_process|worker_threads|os|process|cluster|tls|dgram)[/"]|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.|\bperformance\.now\b|\bfetch\(|\brandomUUID\b|\brandomBytes\b|\bsetTimeout\b/;

const files = globSync(["src/**/*.ts", "workers/*.ts"]).map((file) => file.replaceAll("\\", "/"));

const folderOf = (file: string): string => (file.startsWith("src/") ? (file.split("/")[1] ?? "") : "workers");

const importsOf = (source: string): string[] =>
  [...source.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, target = ""]) => target);

/** What the law has against a file; empty when it is lawful. */
export function breaches(file: string, source: string): string[] {
  const from = folderOf(file);
  return importsOf(source).flatMap((target) => {
    if (target.startsWith(".")) {
      const to = folderOf(posix.join(posix.dirname(file), target));
      return to === from || mayImport[from]?.includes(to) === true ? [] : [`${from} may not import ${to}`];
    }
    const vendor = Object.keys(vendors).find((name) => target === name || target.startsWith(`${name}/`));
    return vendor === undefined || vendors[vendor]?.includes(from) === true ? [] : [`${from} may not import ${vendor}`];
  });
}

suite("the import law", () => {
  test("finds the files it is meant to judge", () => {
    assert.ok(files.length > 30, `the glob found ${files.length} files: the test itself is broken`);
  });

  test("sees a planted import that is not lawful", () => {
    assert.deepEqual(breaches("src/page/parse-page.ts", 'import { rules } from "../quality/registry.ts";'), [
      "page may not import quality",
    ]);
    assert.deepEqual(breaches("src/cli/main.ts", 'const x = await import("../dedup/bands.ts");'), [
      "cli may not import dedup",
    ]);
    assert.deepEqual(breaches("src/pipeline/ingest.ts", 'import Database from "better-sqlite3";'), [
      "pipeline may not import better-sqlite3",
    ]);
    assert.match('import { readFileSync } from "node:fs";', impure);
  });

  for (const file of files) {
    const source = readFileSync(file, "utf8");
    test(`${file} imports only what its folder may`, () => {
      assert.ok(folderOf(file) in mayImport, `${folderOf(file)} is no room of the house`);
      assert.deepEqual(breaches(file, source), []);
    });
    if (pureFolders.has(folderOf(file))) {
      test(`${file} touches no file, network, clock, chance or environment`, () => {
        const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "");
        assert.doesNotMatch(code, impure);
      });
    }
  }
});
