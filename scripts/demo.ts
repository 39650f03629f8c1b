/**
 * `npm run demo`: makes a small multi-site web of its own, writes it as WARC files (one of them damaged on purpose), and
 * takes them the whole way through the very command a user runs.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { writeSmallWebArchives } from "./fixtures/small-web-archive.ts";

const corpus = "demo-corpus";
rmSync(corpus, { recursive: true, force: true });
const archives = join(corpus, "archives");
mkdirSync(archives, { recursive: true });
const files = writeSmallWebArchives(archives);

console.log(`A small web of several sites, written as ${files.length} WARC files in ${archives}.`);
console.log("One of them is damaged on purpose: watch the lost bytes be named, and the rest be read.\n");
run("ingest", ...files, "--corpus", corpus);
run("verify", corpus);
console.log(`
What you have now: ${corpus}/manifest lists every kept page with its address, bytes, licence and
measurements under one Merkle root, and ${corpus}/ledger.sqlite knows why each of the others was refused. Next:

  npx colophon explain https://encyclopedia.example/ --corpus ${corpus}
  npx colophon stats --by reason --corpus ${corpus}
  npx colophon query "SELECT host, licence, count(*) FROM documents GROUP BY 1, 2" --corpus ${corpus}
`);

function run(...words: readonly string[]): void {
  console.log(`$ npx colophon ${words.join(" ")}\n`);
  const { status } = spawnSync(process.execPath, ["bin/colophon.js", ...words], { stdio: "inherit" });
  // 3 says that damaged input was met and named, which the demo wants.
  if (status !== 0 && status !== 3) process.exit(status ?? 1);
  console.log();
}
