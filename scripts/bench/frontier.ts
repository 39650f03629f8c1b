/**
 * Fills a new frontier with made-up addresses on 20,000 hosts and, at 10,000, 100,000 and 1,000,000 known URLs, measures
 * adding, adding what is known, and claim + ack. Prints CPU rates, bytes a URL and memory;
 * `node scripts/bench/frontier.ts [urls]`.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openFrontier } from "../../src/frontier/sqlite-frontier.ts";
import type { FoundUrl, Turn, UrlOutcome } from "../../src/frontier/turn.ts";

const most = Number(process.argv[2] ?? 1_000_000);
const hosts = 20_000;
const linksOfPage = 50;
const turnsAtOnce = 16;
const urlsPerTurn = 8;
const turnsMeasured = 4_000;
const leaseMs = 60_000;

/** Address number `index`: paths of 15 to 60 letters, one in ten with a query, one in ten with a date. */
function foundUrl(index: number): FoundUrl {
  const mixed = Math.imul(index, 0x9e3779b1) >>> 0;
  const slug = `${words[mixed & 15]}-${words[(mixed >>> 4) & 15]}-${words[(mixed >>> 8) & 15]}`;
  const host = `https://www.site-${index % hosts}.example`;
  const section = words[(mixed >>> 12) & 15];
  const kind = index % 10;
  const path =
    kind === 0
      ? `/${section}/view?id=${index}&lang=en`
      : kind === 1
        ? `/${section}/${2000 + (mixed % 26)}/${1 + (mixed % 12)}/${slug}-${index}`
        : `/${section}/${slug}-${index}.html`;
  return { url: host + path, rawUrl: host + path, depth: 1 + (mixed % 5), priority: 0, via: "link" };
}
const words =
  "archive article chapter colophon evidence footnote journal licence manifest margin notice page record robots source text".split(
    " ",
  );

function* range(from: number, to: number): Generator<FoundUrl> {
  for (let index = from; index < to; index++) yield foundUrl(index);
}

function cpuSeconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

const rate = (count: number, seconds: number): string => `${Math.round(count / seconds).toLocaleString("en")}/s`;

const folder = mkdtempSync(join(tmpdir(), "frontier-bench-"));
try {
  const path = join(folder, "frontier.db");
  using frontier = openFrontier(path);
  let known = 0;
  let clock = 1;
  const rows: Record<string, string | number>[] = [];
  for (const size of [10_000, 100_000, 1_000_000].filter((size) => size <= most)) {
    const first = known;
    const adding = cpuSeconds(() => void frontier.add(range(first, size)));
    known = size;
    // Spread over all known URLs, so that the cache of recent URLs is no help.
    const step = Math.max(1, Math.floor(size / 50_000));
    const again = Math.min(size, 50_000);
    const duplicates = cpuSeconds(() => {
      for (let at = 0; at < again; at += linksOfPage) {
        frontier.add(Array.from({ length: linksOfPage }, (_, link) => foundUrl((at + link) * step)));
      }
    });
    let urls = 0;
    const turning = cpuSeconds(() => {
      for (let turns = 0; turns < turnsMeasured; turns += turnsAtOnce) {
        clock += 1;
        for (const turn of frontier.claimNow(clock, { turns: turnsAtOnce, urlsPerTurn, leaseMs })) {
          urls += turn.urls.length;
          frontier.ack({ turn, outcomes: outcomesOf(turn), found: [], notBeforeMs: clock + 1 });
        }
      }
    });
    rows.push({
      known: size,
      "add new": rate(size - first, adding),
      "add known": rate(again, duplicates),
      "claim + ack URLs": rate(urls, turning),
      "claim + ack turns": rate(turnsMeasured, turning),
      "bytes a URL": Math.round(statSync(path).size / size),
      "memory MB": Math.round(process.memoryUsage.rss() / 2 ** 20),
    });
  }
  const counting = cpuSeconds(() => void frontier.counts());
  console.table(rows);
  console.log(`counts() takes ${Math.round(counting * 1000)} ms; rates are per CPU-second, each call durable on disk`);
  console.log(`"bytes a URL" is the file, hosts and ended URLs included, write-ahead log not`);
} finally {
  rmSync(folder, { recursive: true });
}

function outcomesOf(turn: Turn): Map<number, UrlOutcome> {
  return new Map(
    turn.urls.map(({ id }): [number, UrlOutcome] => [id, { kind: "done", status: 200, validators: null }]),
  );
}
