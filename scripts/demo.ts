/**
 * `npm run demo`: serves a small web of several sites on loopback, crawls it politely and ingests a damaged archive as
 * well. It goes the whole way to a verified manifest, with the same commands that a user runs.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { serveSmallWeb } from "./fixtures/serve-small-web.ts";
import { smallWebArchives } from "./fixtures/small-web-archive.ts";

const corpus = "demo-corpus";
rmSync(corpus, { recursive: true, force: true });
mkdirSync(corpus, { recursive: true });

{
  await using web = await serveSmallWeb();
  const seeds = join(corpus, "seeds.txt");
  writeFileSync(seeds, `${web.seeds.join("\n")}\n`);
  console.log(`A small web of ${web.seeds.length} sites now stands on port ${web.port} of this machine. Every host name is
connected to it; robots.txt is obeyed, and one host is asked by one connection, with a pause.\n`);
  const here = ["--connect-to", `::127.0.0.1:${web.port}`, "--allow-private", "--delay", "0.05"];
  await run("crawl", seeds, "--corpus", corpus, ...here);
}

const damaged = smallWebArchives().files.at(-1);
if (damaged !== undefined) {
  const path = join(corpus, damaged.name);
  writeFileSync(path, damaged.bytes);
  console.log(
    "Other people's archives come in beside it. This one was damaged on purpose: watch the lost bytes be named.\n",
  );
  await run("ingest", path, "--corpus", corpus);
}
await run("verify", corpus);
console.log(`What you have now: ${corpus}/manifest lists every kept page with its address, bytes, licence and measurements
under one Merkle root, and ${corpus}/ledger.sqlite knows why each of the others was refused. Next:

  npx colophon explain http://encyclopedia.example/ --corpus ${corpus}
  npx colophon stats --by reason --corpus ${corpus}
  npx colophon query "SELECT host, licence, count(*) FROM documents GROUP BY 1, 2" --corpus ${corpus}
`);

async function run(...words: readonly string[]): Promise<void> {
  console.log(`$ npx colophon ${words.join(" ")}\n`);
  const child = spawn(process.execPath, ["bin/colophon.js", ...words], { stdio: "inherit" });
  const [status] = (await once(child, "close")) as [number | null];
  // Status 3 means that damaged input was found and named, which the demo expects.
  if (status !== 0 && status !== 3) process.exit(status ?? 1);
  console.log();
}
