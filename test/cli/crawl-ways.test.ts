import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { answersItself, loopbackWeb, pageOf, type LoopbackWeb } from "../crawl/loopback-web.ts";
import { ended, startColophon, temporaryFolder } from "../fixtures/run-colophon.ts";

const xml = (root: string, item: string, url: string): string =>
  `<?xml version="1.0"?><${root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><${item}><loc>${url}</loc></${item}></${root}>`;

/** Where the first process is kept waiting until it dies: in mid-chain, in a nested sitemap, and in one of another host. */
const waits = ["a.test/chain/5", "maps.test/2.xml", "other.test/pages"];

/** Redirects without end, sitemaps that name each other without end, and a sitemap at another host that only robots.txt names. */
async function endlessWeb(): Promise<LoopbackWeb & { readonly held: Set<string> }> {
  const held = new Set<string>();
  const web = await loopbackWeb((url, _, response) => {
    if (waits.includes(url) && !held.has(url)) {
      held.add(url);
      return answersItself(response);
    }
    if (url === "a.test/robots.txt") {
      const sitemaps = ["http://maps.test/0.xml", "http://other.test/pages"];
      return `User-agent: *\nDisallow:\n${sitemaps.map((sitemap) => `Sitemap: ${sitemap}\n`).join("")}`;
    }
    if (url === "a.test/") return pageOf("a", ["/chain/0"]);
    if (url === "a.test/hidden") return pageOf("hidden", []);
    const hop = /^a\.test\/chain\/(\d+)$/.exec(url)?.[1];
    const map = /^maps\.test\/(\d+)\.xml$/.exec(url)?.[1];
    if (hop !== undefined) response.writeHead(302, { location: `/chain/${Number(hop) + 1}` }).end();
    else if (map !== undefined) {
      const further = xml("sitemapindex", "sitemap", `http://maps.test/${Number(map) + 1}.xml`);
      response.writeHead(200, { "content-type": "application/xml" }).end(further);
    } else if (url === "other.test/pages") {
      response.writeHead(200, { "content-type": "text/plain" }).end("http://a.test/hidden\n");
    } else return null;
    return answersItself(response);
  });
  return Object.assign(web, { held });
}

test("a crawl killed in mid-chain counts redirects and nested sitemaps on from there, and knows who named a sitemap", async () => {
  await using web = await endlessWeb();
  using folder = temporaryFolder();
  const aim = ["http://a.test/", "--scope", "domain:test", "--corpus", join(folder.path, "corpus"), "--delay", "0"];
  const args = ["crawl", ...aim, "--no-ingest", "--json", "--allow-private", "--connect-to", web.connectTo];
  const first = startColophon(args);
  const over = ended(first);
  while (web.held.size < waits.length && first.exitCode === null) await pause(2);
  first.kill("SIGKILL");
  const { signal, err } = await over;
  assert.equal(signal, "SIGKILL", err);
  const { status, out } = await ended(startColophon(args));
  assert.equal(status, 0, out);
  const asked = new Set(
    web.seen.map(({ url }) => url).filter((url) => !/\/(?:robots\.txt|\.well-known\/tdmrep\.json)$/.test(url)),
  );
  const chain = Array.from({ length: 11 }, (_, hop) => `a.test/chain/${hop}`);
  const maps = Array.from({ length: 4 }, (_, depth) => `maps.test/${depth}.xml`);
  const others = ["a.test/", "a.test/hidden", "other.test/pages"];
  assert.deepEqual([...asked].toSorted(), [...chain, ...maps, ...others].toSorted());
  const { crawl } = JSON.parse(out) as { crawl: { counts: { refusedLinks: { reason: string }[] } } };
  const reasons = crawl.counts.refusedLinks.map(({ reason }) => reason);
  assert.deepEqual(reasons.toSorted(), ["redirects-too-many", "sitemap-depth"]);
});
