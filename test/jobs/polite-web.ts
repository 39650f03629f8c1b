import assert from "node:assert/strict";

import { answersItself, loopbackWeb, pageOf, type LoopbackWeb } from "../crawl/loopback-web.ts";

export const hosts = ["a", "b", "c", "d", "e", "f"].map((name) => `${name}.test`);
export const delayMs = 150;
const answerMs = 20;
const pagesAHost = 12;

/** A web of six hosts that take their time, each page of which leads to all of its host and to other hosts. */
export async function politeWeb(): Promise<LoopbackWeb> {
  return loopbackWeb((url, _, response) => {
    const page = Number(/^[a-f]\.test\/(\d*)$/.exec(url)?.[1] ?? NaN);
    const isThere = page < pagesAHost;
    const links = Array.from({ length: pagesAHost - 1 }, (_, to) => `/${to + 1}`);
    const html = pageOf(url, [...links, ...hosts.map((host) => `http://${host}/`)]);
    setTimeout(() => {
      response.writeHead(isThere ? 200 : 404, { "content-type": "text/html" }).end(isThere ? html : "");
    }, answerMs);
    return answersItself(response);
  });
}

export const seeds = hosts.map((host) => `http://${host}/`);

/** All that such a crawl should ask for. */
export const allUrls = hosts.flatMap((host) => [
  `http://${host}/`,
  `http://${host}/robots.txt`,
  `http://${host}/.well-known/tdmrep.json`,
  ...Array.from({ length: pagesAHost - 1 }, (_, page) => `http://${host}/${page + 1}`),
]);

/** One request of a host at a time, and from the end of one to the beginning of the next no less than the delay. */
export function assertPolite({ seen }: LoopbackWeb): void {
  for (const host of hosts) {
    const ofHost = seen.filter((one) => one.host === host);
    assert.ok(ofHost.length > pagesAHost, `${host} was asked ${ofHost.length} times`);
    for (const [at, one] of ofHost.entries()) {
      assert.equal(one.atOnce, 1, `${one.url} was asked for while another request of its host was under way`);
      const before = ofHost[at - 1];
      if (before === undefined) continue;
      // Timers may end a millisecond early.
      const gapMs = one.beganMs - before.beganMs - answerMs + 2;
      assert.ok(gapMs >= delayMs, `${one.url} was asked for ${gapMs} ms after ${before.url}`);
    }
  }
}
