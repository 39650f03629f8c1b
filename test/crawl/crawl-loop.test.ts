import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { crawlOnce, crawlPlace, recordsIn, urlsOf } from "./crawl-in-process.ts";
import { answersItself, loopbackWeb, pageOf, type LoopbackWeb, type Seen } from "./loopback-web.ts";

const robotsAside = (seen: readonly Seen[]): Seen[] => seen.filter(({ url }) => !url.endsWith("/robots.txt"));
const asked = (web: LoopbackWeb): string[] => robotsAside(web.seen).map(({ url }) => url);

suite("a crawl", () => {
  test("archives every page in scope once, with request, response and metadata, and nothing out of scope", async () => {
    await using web = await loopbackWeb((url) => {
      if (url === "a.test/")
        return pageOf("a", ["/one", "/one#part", "two?b=2&a=1", "http://b.test/", "http://c.other/", "mailto:x@y"]);
      return /^a\.test\/(?:one|two)|^b\.test\/$/.test(url)
        ? pageOf(url, ["http://a.test/", "http://a.test/one"])
        : null;
    });
    using place = crawlPlace();
    const report = await crawlOnce(web, place, { seeds: ["http://a.test/"] });
    const pages = ["http://a.test/", "http://a.test/one", "http://a.test/two?b=2&a=1", "http://b.test/"];
    const records = await recordsIn(place);
    const robots = ["http://a.test/robots.txt", "http://b.test/robots.txt"];
    assert.deepEqual(urlsOf(records), [...pages, ...robots].toSorted());
    assert.deepEqual(urlsOf(records, "request"), urlsOf(records));
    assert.deepEqual(urlsOf(records, "metadata"), urlsOf(records));
    assert.deepEqual(asked(web).toSorted(), pages.map((url) => url.slice(7)).toSorted());
    assert.equal(report.counts.urls.done, pages.length);
    assert.deepEqual(
      report.counts.refusedLinks.map(({ reason, links }) => [reason, links]),
      [["scope-place", 1]],
    );
    const request = records.find(({ type, url }) => type === "request" && url === "http://a.test/one");
    assert.match(request?.block ?? "", /^GET \/one HTTP\/1\.1\r\n/);
    assert.match(request?.block ?? "", /user-agent: Colophon\/test \(\+mailto:owner@example\.org; corpus test; /i);
    const metadata = records.find(({ type, url }) => type === "metadata" && url === "http://a.test/one");
    assert.match(metadata?.block ?? "", /robots: allowed, status-404/);
    assert.match(metadata?.block ?? "", /depth: 1/);
  });

  test("keeps the pause of a host, one connection and one request at a time, and does not wait for other hosts", async () => {
    const [delayMs, answerMs] = [120, 30];
    await using web = await loopbackWeb((url, _, response) => {
      const html = url.endsWith("/") ? pageOf(url, ["/1", "/2", "/3"]) : /\/\d$/.test(url) ? pageOf(url, []) : "";
      setTimeout(
        () => response.writeHead(html === "" ? 404 : 200, { "content-type": "text/html" }).end(html),
        answerMs,
      );
      return answersItself(response);
    });
    using place = crawlPlace();
    const hosts = ["a", "b", "c", "d"].map((name) => `http://${name}.test/`);
    const began = performance.now();
    await crawlOnce(web, place, { seeds: hosts, pace: { minDelayMs: delayMs, maxDelayMs: delayMs } });
    const lasted = performance.now() - began;
    for (const host of ["a.test", "b.test", "c.test", "d.test"]) {
      const seen = web.seen.filter((one) => one.host === host);
      assert.equal(seen.length, 5, `${host}: robots.txt and four pages`);
      assert.equal(Math.max(...seen.map(({ atOnce }) => atOnce)), 1);
      assert.equal(new Set(seen.map(({ connection }) => connection)).size, 1);
      for (const [at, one] of seen.entries()) {
        const before = seen[at - 1];
        // From the end of an answer; timers may end a millisecond early.
        if (before !== undefined) {
          const gapMs = one.beganMs - before.beganMs - answerMs + 1;
          assert.ok(gapMs >= delayMs, `${host} was asked ${gapMs} ms after its answer`);
        }
      }
    }
    assert.ok(lasted < 4 * 4 * (delayMs + answerMs), "the hosts were asked one after the other");
  });

  test("leaves a host alone for as long as its Retry-After says, also when another process goes on", async () => {
    let busy = true;
    await using web = await loopbackWeb((url, _, response) => {
      if (url !== "a.test/" || !busy) return url === "a.test/" ? pageOf("a", []) : null;
      busy = false;
      response.writeHead(503, { "retry-after": "2" }).end("busy");
      return null;
    });
    using place = crawlPlace();
    const stop = new AbortController();
    const recipe = { seeds: ["http://a.test/"], signal: stop.signal };
    const report = await crawlOnce(web, place, { ...recipe, onCommit: () => void (busy || stop.abort()) });
    assert.equal(report.interrupted, true);
    assert.deepEqual(report.counts.reasons, [{ state: "waiting", reason: "status-503", urls: 1 }]);
    await crawlOnce(web, place, { seeds: [] });
    const [first, second, ...more] = robotsAside(web.seen);
    assert.equal(more.length, 0);
    assert.ok((second?.beganMs ?? 0) - (first?.beganMs ?? 0) >= 2000, "it came before the two seconds were over");
    assert.equal(web.seen.length, 3, "robots.txt is known to the second process");
  });

  test("asks nothing of a host whose robots.txt cannot be had, and of the others what it allows", async () => {
    await using web = await loopbackWeb((url, _, response) => {
      if (url === "down.test/robots.txt") response.writeHead(500).end();
      else if (url === "cut.test/robots.txt") response.socket?.destroy();
      else if (url === "strict.test/robots.txt")
        response.end("User-agent: *\nDisallow: /no\n\nUser-agent: colophon\nDisallow: /never\n");
      else return pageOf(url, ["/never", "/never/again", "/no"]);
      return answersItself(response);
    });
    using place = crawlPlace();
    const seeds = ["http://down.test/", "http://cut.test/", "http://strict.test/"];
    const report = await crawlOnce(web, place, { seeds, retry: { hostFailures: 1 } });
    assert.deepEqual(asked(web), ["strict.test/", "strict.test/no"]);
    assert.deepEqual(report.counts.reasons, [{ state: "refused", reason: "robots-disallowed", urls: 2 }]);
    assert.equal(report.counts.urls.waiting, 2);
    const robots = (await recordsIn(place)).filter(({ url }) => url === "http://down.test/robots.txt");
    assert.deepEqual(robots.map(({ type }) => type).toSorted(), ["metadata", "request", "response"]);
  });

  test("takes each hop of a redirect through scope, robots.txt and a bound of ten", async () => {
    await using web = await loopbackWeb((url, _, response) => {
      const to = (location: string): null => {
        response.writeHead(302, { location }).end();
        return null;
      };
      if (url === "a.test/robots.txt") return "User-agent: *\nDisallow: /closed\n";
      if (url === "a.test/") return pageOf("a", ["/loop", "/chain/0", "/out", "/in", "/metadata", "/file", "/moved"]);
      if (url === "a.test/loop") return to("/loop2");
      if (url === "a.test/loop2") return to("/loop");
      const hop = /^a\.test\/chain\/(\d+)$/.exec(url)?.[1];
      if (hop !== undefined) return to(`/chain/${Number(hop) + 1}`);
      if (url === "a.test/out") return to("http://elsewhere.example/");
      if (url === "a.test/in") return to("/closed/page");
      if (url === "a.test/metadata") return to("http://169.254.169.254/latest");
      if (url === "a.test/file") return to("file:///etc/passwd");
      if (url === "a.test/moved") return to("/new");
      return url === "a.test/new" ? pageOf("new", []) : null;
    });
    using place = crawlPlace();
    const { counts } = await crawlOnce(web, place, { seeds: ["http://a.test/"] });
    const chain = Array.from({ length: 11 }, (_, hop) => `a.test/chain/${hop}`);
    const others = ["", "loop", "loop2", "out", "in", "metadata", "file", "moved", "new"].map(
      (path) => `a.test/${path}`,
    );
    assert.deepEqual(asked(web).toSorted(), [...chain, ...others].toSorted());
    const reasons = counts.refusedLinks.map(({ reason, links }) => [reason, links]);
    assert.deepEqual(
      reasons.toSorted(([a], [b]) => String(a).localeCompare(String(b))),
      [
        ["redirect-scheme", 1],
        ["redirect-ssrf-address", 1],
        ["redirects-too-many", 1],
        ["scope-place", 1],
      ],
    );
    assert.deepEqual(counts.reasons, [{ state: "refused", reason: "robots-disallowed", urls: 1 }]);
  });

  test("asks on another visit whether pages have changed, and archives those that have not as revisits", async () => {
    let version = 1;
    await using web = await loopbackWeb((url, request, response) => {
      if (url === "a.test/") return pageOf("a", ["/tagged", "/dated", "/same", "/changed"]);
      if (url === "a.test/tagged" || url === "a.test/dated") {
        const field = url === "a.test/tagged" ? { etag: '"1"' } : { "last-modified": "Sun, 06 Nov 1994 08:49:37 GMT" };
        const asks = request.headers["if-none-match"] ?? request.headers["if-modified-since"];
        response.writeHead(asks === undefined ? 200 : 304, { "content-type": "text/html", ...field });
        response.end(asks === undefined ? pageOf(url, []) : undefined);
        return null;
      }
      if (url === "a.test/same") return pageOf("same", []);
      return url === "a.test/changed" ? pageOf(`version ${version}`, []) : null;
    });
    using place = crawlPlace();
    const first = await crawlOnce(web, place, { seeds: ["http://a.test/"] });
    version = 2;
    const second = await crawlOnce(web, place, { seeds: [], recrawlBeforeMs: Date.now() + 1000 });
    assert.equal(second.counts.urls.done, first.counts.urls.done);
    const records = await recordsIn(place);
    const unchanged = ["http://a.test/", "http://a.test/dated", "http://a.test/same", "http://a.test/tagged"];
    assert.deepEqual(urlsOf(records, "revisit"), unchanged);
    assert.equal(urlsOf(records).filter((url) => url === "http://a.test/changed").length, 2);
    for (const { type, url, refersTo, fields } of records) {
      if (type !== "revisit") continue;
      const original = records.find((one) => one.type === "response" && one.url === url);
      assert.equal(refersTo, original?.recordId);
      const profile = fields.find(([name]) => name === "WARC-Profile")?.[1] ?? "";
      const isKnown = url?.endsWith("/tagged") === true || url?.endsWith("/dated") === true;
      assert.ok(profile.endsWith(isKnown ? "/server-not-modified" : "/identical-payload-digest"));
      const digestOf = (fields_: typeof fields): string | undefined =>
        fields_.find(([name]) => name === "WARC-Payload-Digest")?.[1];
      assert.equal(digestOf(fields), digestOf(original?.fields ?? []));
    }
  });

  test("tries what may pass again, gives up after the last attempt, and says why", async () => {
    const tries = new Map<string, number>();
    await using web = await loopbackWeb((url, _, response) => {
      const nth = (tries.get(url) ?? 0) + 1;
      tries.set(url, nth);
      if (url === "a.test/") return pageOf("a", ["/wobbly", "/broken", "/gone", "/cut"]);
      if (url === "a.test/wobbly" && nth === 3) return pageOf("at last", []);
      if (url === "a.test/wobbly" || url === "a.test/broken") response.writeHead(500).end("no");
      else if (url === "a.test/cut")
        response
          .writeHead(200, { "content-type": "text/html", "content-length": "1000" })
          .write("half", () => response.destroy());
      else return null;
      return answersItself(response);
    });
    using place = crawlPlace();
    const { counts } = await crawlOnce(web, place, { seeds: ["http://a.test/"], retry: { attempts: 3, firstMs: 20 } });
    assert.equal(tries.get("a.test/wobbly"), 3);
    assert.equal(tries.get("a.test/broken"), 3);
    assert.equal(tries.get("a.test/gone"), 1);
    assert.equal(tries.get("a.test/cut"), 1);
    assert.deepEqual(counts.reasons, [{ state: "failed", reason: "status-500", urls: 1 }]);
    assert.equal(counts.urls.done, 4);
    const records = await recordsIn(place);
    assert.equal(urlsOf(records).filter((url) => url === "http://a.test/broken").length, 3);
    const cut = records.find(({ type, url }) => type === "response" && url === "http://a.test/cut");
    assert.equal(cut?.truncated, "disconnect");
  });

  test("follows no link that the publisher asks not to follow", async () => {
    await using web = await loopbackWeb((url, _, response) => {
      if (url === "a.test/") return pageOf("a", ["/meta", "/header", '/rel" rel="nofollow']);
      if (url === "a.test/meta") return pageOf("meta", ["/x"], '<meta name="robots" content="nofollow">');
      if (url !== "a.test/header") return null;
      response.writeHead(200, { "content-type": "text/html", "x-robots-tag": "noindex, nofollow" });
      response.end(pageOf("header", ["/y"]));
      return null;
    });
    using place = crawlPlace();
    const { counts } = await crawlOnce(web, place, { seeds: ["http://a.test/"] });
    assert.deepEqual(asked(web), ["a.test/", "a.test/meta", "a.test/header"]);
    assert.deepEqual(counts.refusedLinks, [{ reason: "nofollow", links: 3, example: "http://a.test/rel" }]);
  });

  const forbidding = [
    "noindex, colophon: nofollow",
    "googlebot: noindex, colophon: nofollow",
    "unavailable_after: 1 Jan 2030 00:00:00 GMT, nofollow",
  ];
  for (const field of forbidding) {
    test(`follows no link of a page with the header X-Robots-Tag: ${field}`, async () => {
      await using web = await loopbackWeb((url, _, response) => {
        if (url !== "a.test/") return null;
        response.writeHead(200, { "content-type": "text/html", "x-robots-tag": field });
        response.end(pageOf("a", ["/x"]));
        return null;
      });
      using place = crawlPlace();
      const { counts } = await crawlOnce(web, place, { seeds: ["http://a.test/"] });
      assert.deepEqual(asked(web), ["a.test/"]);
      assert.deepEqual(counts.refusedLinks, [{ reason: "nofollow", links: 1, example: "http://a.test/x" }]);
    });
  }

  test("follows the links of a page whose X-Robots-Tag addresses another crawler", async () => {
    await using web = await loopbackWeb((url, _, response) => {
      if (url !== "a.test/") return null;
      response.writeHead(200, { "content-type": "text/html", "x-robots-tag": "noindex, googlebot: nofollow" });
      response.end(pageOf("a", ["/x"]));
      return null;
    });
    using place = crawlPlace();
    await crawlOnce(web, place, { seeds: ["http://a.test/"] });
    assert.deepEqual(asked(web), ["a.test/", "a.test/x"]);
  });

  test("takes pages from the sitemaps that robots.txt names, index and gzip among them", async () => {
    const { gzipSync } = await import("node:zlib");
    const xml = (root: string, item: string, urls: readonly string[]): string =>
      `<?xml version="1.0"?><${root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${urls.map((url) => `<${item}><loc>${url}</loc></${item}>`).join("")}</${root}>`;
    await using web = await loopbackWeb((url, _, response) => {
      if (url === "a.test/robots.txt") return "User-agent: *\nDisallow:\nSitemap: http://a.test/sitemap.xml\n";
      if (url === "a.test/sitemap.xml")
        response
          .writeHead(200, { "content-type": "application/xml" })
          .end(xml("sitemapindex", "sitemap", ["http://a.test/more.xml.gz"]));
      else if (url === "a.test/more.xml.gz")
        response
          .writeHead(200, { "content-type": "application/gzip" })
          .end(gzipSync(xml("urlset", "url", ["http://a.test/hidden", "http://b.test/foreign"])));
      else return url === "a.test/" || url === "a.test/hidden" ? pageOf(url, []) : null;
      return answersItself(response);
    });
    using place = crawlPlace();
    const { counts } = await crawlOnce(web, place, { seeds: ["http://a.test/"], followSitemaps: true, maxDepth: 0 });
    assert.deepEqual(asked(web).toSorted(), ["a.test/", "a.test/hidden", "a.test/more.xml.gz", "a.test/sitemap.xml"]);
    assert.deepEqual(
      counts.refusedLinks.map(({ reason }) => reason),
      ["sitemap-other-host"],
    );
  });
});
