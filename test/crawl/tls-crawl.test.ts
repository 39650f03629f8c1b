import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { openFrontier } from "../../src/frontier/sqlite-frontier.ts";
import { testCertificate, testKey } from "../fetch/test-certificate.ts";
import { crawlOnce, crawlPlace, recordsIn, urlsOf, type KeptRecord } from "./crawl-in-process.ts";
import { loopbackWeb, pageOf, type LoopbackWeb } from "./loopback-web.ts";

/** Ten pages of any host, over TLS by the certificate of `secure.test`. */
const secureWeb = async (): Promise<LoopbackWeb> =>
  loopbackWeb(
    (url) =>
      url.endsWith("/")
        ? pageOf(
            url,
            Array.from({ length: 9 }, (_, at) => `/${at}`),
          )
        : /\/\d$/.test(url)
          ? pageOf(url, [])
          : null,
    { key: testKey, cert: testCertificate },
  );

const linesOf = ({ block }: KeptRecord, name: string): string[] =>
  block.split("\r\n").filter((line) => line.startsWith(`${name}: `));

suite("a crawl over TLS", () => {
  test("asks for all pages of a host over one connection, in turns of several, and archives how it was secured", async () => {
    await using web = await secureWeb();
    using place = crawlPlace();
    const commits: number[] = [];
    const { counts } = await crawlOnce(web, place, {
      seeds: ["https://secure.test/"],
      certificateAuthority: testCertificate,
      onCommit: (done) => commits.push(done),
    });
    assert.equal(counts.urls.done, 10);
    assert.deepEqual([...new Set(web.seen.map(({ connection }) => connection))], [1]);
    const steps = commits.map((done, at) => done - (commits[at - 1] ?? 0));
    assert.ok(Math.max(...steps) > 1, `pages a commit: ${steps.join()}`);
    const records = await recordsIn(place);
    assert.equal(urlsOf(records).filter((url) => url.startsWith("https://secure.test/")).length, 11);
    const metadata = records.filter(({ type }) => type === "metadata");
    assert.equal(metadata.length, 11);
    for (const record of metadata) {
      assert.deepEqual(linesOf(record, "tlsVersion"), ["tlsVersion: TLSv1.3"]);
      assert.match(linesOf(record, "tlsCipher").join(), /^tlsCipher: TLS_\w+$/);
      assert.deepEqual(linesOf(record, "tlsAuthorized"), ["tlsAuthorized: yes"]);
    }
  });

  const untrusted = [
    { name: "that nobody vouches for", seed: "https://secure.test/", certificateAuthority: null },
    { name: "of another name", seed: "https://wrong.test/", certificateAuthority: testCertificate },
  ];
  for (const { name, seed, certificateAuthority } of untrusted) {
    test(`sends not one request to a host with a certificate ${name}, archives why, and leaves it alone`, async () => {
      await using web = await secureWeb();
      using place = crawlPlace();
      const { counts } = await crawlOnce(web, place, { seeds: [seed], certificateAuthority });
      assert.deepEqual(web.seen, []);
      assert.deepEqual([counts.urls.done, counts.urls.waiting], [0, 1]);
      using frontier = openFrontier(place.frontier);
      assert.deepEqual(
        [...frontier.hosts()].map(({ blockedReason }) => blockedReason),
        ["robots-tls"],
      );
      const records = await recordsIn(place);
      assert.deepEqual(urlsOf(records), []);
      const metadata = records.find(({ type }) => type === "metadata");
      assert.ok(metadata !== undefined);
      assert.equal(metadata.url, `${seed}robots.txt`);
      assert.deepEqual(linesOf(metadata, "fault"), ["fault: tls"]);
      assert.equal(linesOf(metadata, "faultDetail").length, 1);
    });
  }

  test("ends pages as failed, with the reason, when a host's certificate is trusted no longer", async () => {
    await using web = await secureWeb();
    using place = crawlPlace();
    const seeds = ["https://secure.test/"];
    await crawlOnce(web, place, { seeds, certificateAuthority: testCertificate, budgets: { pages: 1 } });
    const asked = web.seen.length;
    const { counts } = await crawlOnce(web, place, { seeds });
    assert.equal(web.seen.length, asked);
    assert.deepEqual([counts.urls.done, counts.urls.failed, counts.urls.waiting], [1, 9, 0]);
    assert.deepEqual(counts.reasons, [{ state: "failed", reason: "tls", urls: 9 }]);
    const faults = (await recordsIn(place)).filter((record) => linesOf(record, "fault").includes("fault: tls"));
    assert.deepEqual(
      faults.map(({ url }) => url),
      Array.from({ length: 9 }, (_, at) => `https://secure.test/${at}`),
    );
  });
});
