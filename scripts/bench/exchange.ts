/**
 * CPU a request of one exchange of the crawler, beside bare undici over the same loopback server (a process of its own), in
 * turns in one run. `node scripts/bench/exchange.ts [--requests N] [--bytes N] [--hosts N] [--json]`
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";

import { Client } from "undici";

import { exchanger } from "../../src/fetch/exchange.ts";
import { exchangerDefaults } from "../../src/fetch/limits.ts";

const { values: options } = parseArgs({
  options: {
    requests: { type: "string", default: "8000" },
    bytes: { type: "string", default: "16384" },
    hosts: { type: "string", default: "16" },
    rounds: { type: "string", default: "8" },
    json: { type: "boolean", default: false },
    serve: { type: "boolean", default: false },
  },
});
const [requests, bytes, hosts, rounds] = [options.requests, options.bytes, options.hosts, options.rounds].map(
  Number,
) as [number, number, number, number];
const headers: [string, string][] = [
  ["user-agent", "colophon-bench"],
  ["accept", "text/html,*/*;q=0.5"],
  ["accept-encoding", "gzip, br, zstd"],
];

function serve(): void {
  const body = Buffer.alloc(bytes, "<p>text</p>\n");
  const fields = { "content-type": "text/html; charset=utf-8", "content-length": bytes, etag: '"1"', server: "bench" };
  const server = createServer((_, response) => response.writeHead(200, fields).end(body));
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
  process.once("disconnect", () => process.exit());
}

/** Microseconds of CPU a request, least of the rounds. */
async function measured(kinds: Record<string, (host: number) => Promise<number>>): Promise<Record<string, number>> {
  const least: Record<string, number> = {};
  for (let round = 0; round <= rounds; round += 1) {
    // Each kind comes first as often as last: garbage of the one is collected in the time of the other.
    const inTurn = Object.entries(kinds);
    for (const [name, request] of round % 2 === 0 ? inTurn : inTurn.toReversed()) {
      const start = process.cpuUsage();
      await Promise.all(
        Array.from({ length: hosts }, async (_, host) => {
          for (let done = 0; done < requests / hosts; done += 1) {
            const received = await request(host);
            if (received !== bytes) throw new Error(`${name}: ${received} bytes`);
          }
        }),
      );
      const { user, system } = process.cpuUsage(start);
      // The first round only warms up.
      if (round > 0) least[name] = Math.min(least[name] ?? Infinity, (user + system) / requests);
    }
  }
  return least;
}

async function main(): Promise<void> {
  const server = fork(import.meta.filename, ["--serve", "--bytes", options.bytes]);
  const [port] = (await once(server, "message")) as [number];
  const clients = Array.from({ length: hosts }, () => new Client(`http://127.0.0.1:${port}`, { allowH2: false }));
  await using ours = exchanger({
    ...exchangerDefaults,
    allowPrivate: true,
    connectTo: [{ fromHost: null, fromPort: null, toHost: "127.0.0.1", toPort: port }],
  });
  const flatHeaders = headers.flat();
  const micros = await measured({
    "undici request": async (host) => {
      const answer = await clients[host]?.request({ path: "/page", method: "GET", headers: flatHeaders });
      return (await answer?.body.arrayBuffer())?.byteLength ?? 0;
    },
    exchange: async (host) => {
      const result = await ours.exchange({ url: `http://h${host}.test/page`, headers });
      if (!result.ok) throw new Error(result.detail);
      return result.payload.length;
    },
  });
  const ratio = (micros["exchange"] ?? 0) / (micros["undici request"] ?? 1);
  if (options.json) console.log(JSON.stringify({ microsARequest: micros, ratio }));
  else {
    for (const [name, micro] of Object.entries(micros)) console.log(`${name.padEnd(16)} ${micro.toFixed(1)} µs CPU`);
    console.log(`ratio            ${ratio.toFixed(2)}`);
  }
  await Promise.all(clients.map((client) => client.close()));
  server.disconnect();
}

if (options.serve) serve();
else await main();
