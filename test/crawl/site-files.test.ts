import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { openFrontier } from "../../src/frontier/sqlite-frontier.ts";
import { crawlOnce, crawlPlace, recordsIn, urlsOf, type Recipe } from "./crawl-in-process.ts";
import { answersItself, loopbackWeb, pageOf, type Answer, type LoopbackWeb } from "./loopback-web.ts";

const tdmrep = "/.well-known/tdmrep.json";
const reserved = JSON.stringify([{ location: "/", "tdm-reservation": 1 }]);
const asked = (web: LoopbackWeb): string[] => web.seen.map(({ url }) => url);
const recipe = (...seeds: string[]): Recipe => ({ seeds, siteFiles: true });

/** Every host has a page that leads to another one, and beside that what the answer says. */
function webWith(answer: Answer): Promise<LoopbackWeb> {
  return loopbackWeb((url, request, response) => {
    const own = answer(url, request, response);
    if (own !== null || response.headersSent || response.socket?.destroyed === true) return own;
    return /^[a-z]\.test\/(?:$|page)/.test(url) ? pageOf(url, ["/page"]) : null;
  });
}

suite("the tdmrep.json of a host", () => {
  test("is asked for once, after robots.txt, before the first page and at the host's pace, and archived", async () => {
    const delayMs = 80;
    await using web = await webWith((url) => (url === `a.test${tdmrep}` ? reserved : null));
    using place = crawlPlace();
    const pace = { minDelayMs: delayMs, maxDelayMs: delayMs };
    await crawlOnce(web, place, { ...recipe("http://a.test/"), pace });
    assert.deepEqual(asked(web), ["a.test/robots.txt", `a.test${tdmrep}`, "a.test/", "a.test/page"]);
    for (const [at, { url, beganMs }] of web.seen.entries()) {
      const gapMs = beganMs - (web.seen[at - 1]?.beganMs ?? -Infinity) + 2;
      assert.ok(gapMs >= delayMs, `${url} came after ${gapMs} ms`);
    }
    const records = await recordsIn(place);
    const of = (type: string): string =>
      records.find((one) => one.type === type && one.url === `http://a.test${tdmrep}`)?.block ?? "";
    assert.ok(of("response").includes(reserved), of("response"));
    assert.match(of("request"), /^GET \/\.well-known\/tdmrep\.json HTTP\/1\.1\r\n.*user-agent: Colophon\//is);
    assert.match(of("metadata"), /tdmrepOf: http:\/\/a\.test\r\n/);
    const page = records.find(({ type, url }) => type === "metadata" && url === "http://a.test/");
    assert.match(page?.block ?? "", /^tdmrep: status-200\r?$/m);
  });

  test("is known to the next process for a day, and its bytes count against the budget", async () => {
    await using web = await webWith((url) => (url === `a.test${tdmrep}` ? reserved.padEnd(5000) : null));
    using place = crawlPlace();
    await crawlOnce(web, place, { ...recipe("http://a.test/"), budgets: { bytes: 5000 } });
    assert.deepEqual(asked(web), ["a.test/robots.txt", `a.test${tdmrep}`, "a.test/"]);
    await crawlOnce(web, place, recipe());
    assert.deepEqual(asked(web).slice(3), ["a.test/page"]);
    using frontier = openFrontier(place.frontier);
    assert.ok(frontier.counts().bytes > 5000);
  });

  test("is not asked for where robots.txt refuses it, which is counted and noted with each page", async () => {
    await using web = await webWith((url) =>
      url === "a.test/robots.txt" ? "User-agent: *\nDisallow: /.well-known/\n" : null,
    );
    using place = crawlPlace();
    const { counts } = await crawlOnce(web, place, recipe("http://a.test/"));
    assert.deepEqual(asked(web), ["a.test/robots.txt", "a.test/", "a.test/page"]);
    const example = `http://a.test${tdmrep}`;
    assert.deepEqual(counts.refusedLinks, [{ reason: "robots-disallowed-site-file", links: 1, example }]);
    const page = (await recordsIn(place)).find(({ type, url }) => type === "metadata" && url === "http://a.test/");
    assert.match(page?.block ?? "", /^tdmrep: robots-disallowed\r?$/m);
  });

  test("is not asked of a host whose pages all are refused, nor where it is switched off", async () => {
    await using web = await webWith((url) =>
      url === "a.test/robots.txt" ? "User-agent: *\nDisallow: /\nAllow: /.well-known/\n" : null,
    );
    using place = crawlPlace();
    await crawlOnce(web, place, recipe("http://a.test/"));
    await crawlOnce(web, place, { seeds: ["http://b.test/"], siteFiles: false });
    assert.deepEqual(
      asked(web).filter((url) => url.endsWith(tdmrep)),
      [],
    );
  });

  test("is followed through redirects, asking the robots.txt of each host it leads to, and archived whole", async () => {
    await using web = await webWith((url, _, response) => {
      const to = (location: string): null => {
        response.writeHead(302, { location }).end();
        return answersItself(response);
      };
      if (url === "a.test/robots.txt") return to("http://b.test/robots-of-a.txt");
      if (url === `a.test${tdmrep}`) return to(`http://b.test${tdmrep}`);
      if (url === `b.test${tdmrep}`) return to("/rights");
      if (url === "b.test/rights") return reserved;
      if (url === `c.test${tdmrep}`) return to(`http://d.test${tdmrep}`);
      if (url === "d.test/robots.txt") return `User-agent: colophon\nDisallow: ${tdmrep}\n`;
      if (url === `e.test${tdmrep}`) return to(tdmrep);
      return null;
    });
    using place = crawlPlace();
    await crawlOnce(web, place, recipe("http://a.test/", "http://c.test/", "http://e.test/"));
    const ofA = ["robots.txt", tdmrep.slice(1), "", "page"].map((path) => `a.test/${path}`);
    assert.deepEqual(
      asked(web).filter((url) => url.startsWith("a.test")),
      ofA,
    );
    const ofB = ["robots-of-a.txt", "robots.txt", tdmrep.slice(1), "rights"].map((path) => `b.test/${path}`);
    assert.deepEqual(
      asked(web).filter((url) => url.startsWith("b.test")),
      ofB,
    );
    assert.ok(!asked(web).includes(`d.test${tdmrep}`));
    assert.equal(asked(web).filter((url) => url === `e.test${tdmrep}`).length, 6, "five redirects are followed");
    const records = await recordsIn(place);
    assert.deepEqual(
      urlsOf(records).filter((url) => /\/\/[ab]/.test(url)),
      [...ofA, ...ofB].map((url) => `http://${url}`).toSorted(),
    );
    const reasonOf = (host: string): string | undefined =>
      /^tdmrep: (.*?)\r?$/m.exec(
        records.find(({ type, url }) => type === "metadata" && url === `http://${host}/`)?.block ?? "",
      )?.[1];
    assert.deepEqual(["a.test", "c.test", "e.test"].map(reasonOf), [
      "status-200",
      "robots-disallowed",
      "redirects-too-many",
    ]);
  });

  test("keeps no page from being asked for when it fails, and is asked for again later", async () => {
    let fails = true;
    await using web = await webWith((url, _, response) => {
      if (!url.endsWith(tdmrep) || !fails) return null;
      if (url.startsWith("a")) response.writeHead(500).end();
      else if (url.startsWith("b")) response.writeHead(302, { location: "http://169.254.169.254/" }).end();
      else response.socket?.destroy();
      return answersItself(response);
    });
    using place = crawlPlace();
    const seeds = ["http://a.test/", "http://b.test/", "http://c.test/"];
    const { counts } = await crawlOnce(web, place, recipe(...seeds));
    assert.equal(counts.urls.done, 6);
    fails = false;
    const before = web.seen.length;
    rewriteNotes(place.frontier, (note) => ({ ...note, askedMs: note.askedMs - 5 * 60_000 }));
    await crawlOnce(web, place, recipe("http://a.test/page2", "http://b.test/page2", "http://c.test/page2"));
    const again = asked(web).slice(before).toSorted();
    const ofHost = (host: string): string[] => [`${host}.test${tdmrep}`, `${host}.test/page2`];
    assert.deepEqual(again, [...ofHost("a"), "b.test/page2", ...ofHost("c")]);
  });

  for (const text of ["", "null", "{}", '{"askedMs":1,"reason":"x","text":"","failures":-1}']) {
    test(`is asked for again after a note that cannot be read: ${text}`, async () => {
      await using web = await webWith(() => null);
      using place = crawlPlace();
      {
        using frontier = openFrontier(place.frontier);
        frontier.setNote("tdmrep http://a.test", text);
      }
      await crawlOnce(web, place, recipe("http://a.test/"));
      assert.ok(asked(web).includes(`a.test${tdmrep}`));
    });
  }
});

interface TdmrepNote {
  readonly askedMs: number;
}

function rewriteNotes(path: string, change: (note: TdmrepNote) => TdmrepNote): void {
  using frontier = openFrontier(path);
  for (const { host } of frontier.hosts()) {
    const name = `tdmrep ${host}`;
    frontier.setNote(name, JSON.stringify(change(JSON.parse(frontier.note(name) ?? "") as TdmrepNote)));
  }
}
