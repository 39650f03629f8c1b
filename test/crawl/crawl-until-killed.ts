// Crawls a made-up web until nothing waits; writes each turn's URLs once the frontier has said that they are ended.
import { writeSync } from "node:fs";

import { openFrontier } from "../../src/frontier/sqlite-frontier.ts";
import type { UrlOutcome } from "../../src/frontier/turn.ts";
import { found } from "../frontier/frontier-samples.ts";
import { linksOf, seeds } from "./made-up-web.ts";

using frontier = openFrontier(process.argv[2] ?? "");
frontier.recover(Infinity, 0);
frontier.add(seeds.map((url) => found(url, { via: "seed" })));
for (;;) {
  const turns = frontier.claimNow(0, { turns: 3, urlsPerTurn: 4, leaseMs: 1_000_000 });
  if (turns.length === 0) break;
  for (const turn of turns) {
    const outcomes = turn.urls.map(({ id }): [number, UrlOutcome] => [
      id,
      { kind: "done", status: 200, validators: null },
    ]);
    const links = turn.urls.flatMap(({ url }) => linksOf(url).map((link) => found(link)));
    if (!frontier.ack({ turn, outcomes: new Map(outcomes), found: links, notBeforeMs: 0 }))
      throw new Error("a lease was lost");
    writeSync(1, turn.urls.map(({ url }) => `${url}\n`).join(""));
  }
}
