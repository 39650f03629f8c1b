// Reads every file below a folder as an archive and prints one line a file: does its ledger of bytes close?
// usage: node scripts/bench/read-all.ts DIR...   exits 1 when one does not close or throws
import { globSync, statSync } from "node:fs";
import { join } from "node:path";

import { digestsOf } from "../../src/warc/digests.ts";
import { httpHeadOf } from "../../src/warc/http.ts";
import { readArchive } from "../../src/warc/read-archive.ts";
import type { ArchiveRecord } from "../../src/warc/record.ts";
import { fileSource } from "../../src/warc/source.ts";

interface Line {
  readonly records: number;
  readonly losses: readonly string[];
  readonly problems: readonly string[];
  readonly closes: boolean;
}

async function lineOf(path: string): Promise<Line> {
  using source = fileSource(path);
  const items = readArchive(source);
  const [losses, problems]: [string[], string[]] = [[], []];
  let records = 0;
  for (;;) {
    const step = await items.next();
    if (step.done === true) {
      const { begin, end, recordBytes, lostBytes } = step.value;
      problems.push(...step.value.problems.map(({ code }) => code));
      return {
        records,
        losses,
        problems,
        closes: begin === 0 && end === source.size && recordBytes + lostBytes === end,
      };
    }
    const item = step.value;
    if (item.kind === "loss") losses.push(item.reason);
    else {
      records += 1;
      problems.push(...item.problems.map(({ code }) => code));
      const payload = item.block.subarray(bodyOffsetOf(item));
      const { blockDigestState, payloadDigestState } = digestsOf(item, payload);
      if (blockDigestState === "mismatch") problems.push("block-digest-mismatch");
      if (payloadDigestState === "mismatch") problems.push("payload-digest-mismatch");
    }
  }
}

function bodyOffsetOf({ type, block }: ArchiveRecord): number {
  if (type === "request") return block.indexOf("\r\n\r\n") + 4;
  const head = type === "response" ? httpHeadOf(block) : null;
  return head?.ok === true ? head.bodyOffset : 0;
}

function counted(names: readonly string[]): string {
  const counts = Map.groupBy(names, (name) => name);
  return counts.size === 0 ? "-" : [...counts].map(([name, { length }]) => `${name}:${length}`).join(",");
}

let bad = 0;
for (const folder of process.argv.slice(2)) {
  for (const name of globSync("**/*", { cwd: folder }).sort()) {
    const path = join(folder, name);
    if (!statSync(path).isFile()) continue;
    const started = performance.now();
    const line = await lineOf(path).catch((error: unknown) => String(error));
    const closes = typeof line === "string" ? false : line.closes;
    const words =
      typeof line === "string"
        ? line
        : `records ${line.records}\tlosses ${counted(line.losses)}\tproblems ${counted(line.problems)}`;
    console.log(`${closes ? "closes" : "OPEN"}\t${Math.round(performance.now() - started)} ms\t${name}\t${words}`);
    if (!closes) bad += 1;
  }
}
process.exitCode = bad === 0 ? 0 : 1;
