import assert from "node:assert/strict";
import { suite } from "node:test";

import { frontierBounds } from "./frontier-bounds.ts";
import { frontierRecrawl, validators } from "./frontier-recrawl.ts";
import { addressesOf, done, endAll, found, frontierCheck, onlyTurn, pages, wide } from "./frontier-samples.ts";
import type { FrontierPlace } from "./frontier-samples.ts";

/** What every frontier must do, wherever it keeps its state. */
export function frontierContract(name: string, place: () => FrontierPlace): void {
  const check = frontierCheck(place);

  suite(`${name}: what is known`, () => {
    check("a URL is added once, however often it is found", async (frontier) => {
      assert.deepEqual(frontier.add(pages(3)), { added: 3, known: 0, refused: 0 });
      assert.deepEqual(frontier.add(pages(4)), { added: 1, known: 3, refused: 0 });
      endAll(frontier, await onlyTurn(frontier), done);
      assert.deepEqual(frontier.add(pages(4)), { added: 0, known: 4, refused: 0 });
      assert.equal(frontier.counts().urls.done, 4);
    });

    check("one path on two hosts, or with another scheme or port, is as many URLs", async (frontier) => {
      const urls = ["http://a.example/x", "https://a.example/x", "http://a.example:81/x", "http://b.example/x"];
      assert.equal(frontier.add(urls.map((url) => found(url))).added, 4);
      assert.equal(frontier.counts().hosts, 4);
    });

    check("the raw address, depth and validators come back as they were given", async (frontier) => {
      frontier.add([found("http://a.example/?a=1&b=2", { rawUrl: "http://a.example/?b=2&a=1", depth: 3 })]);
      const turn = await onlyTurn(frontier);
      assert.partialDeepStrictEqual(turn.urls, [
        {
          url: "http://a.example/?a=1&b=2",
          rawUrl: "http://a.example/?b=2&a=1",
          depth: 3,
          attempts: 0,
          validators: null,
        },
      ]);
      endAll(frontier, turn, { ...done, validators });
      assert.equal(frontier.recrawl(50), 0);
      assert.equal(frontier.recrawl(51), 1);
      assert.deepEqual((await onlyTurn(frontier)).urls[0]?.validators, validators);
    });

    check("validators of no usual form come back too", async (frontier) => {
      frontier.add(pages(1));
      const odd = {
        ...validators,
        payloadDigest: "sha1:ABC",
        recordId: "<urn:uuid:X>",
        etag: null,
        lastModified: null,
      };
      endAll(frontier, await onlyTurn(frontier), { ...done, validators: odd });
      frontier.recrawl(99);
      assert.deepEqual((await onlyTurn(frontier)).urls[0]?.validators, odd);
    });

    check("a shorter way to a URL that waits lessens its depth, a longer one does not change it", async (frontier) => {
      const depths = [5, 2, 4];
      for (const depth of depths) frontier.add([found("http://a.example/x", { depth })]);
      assert.equal((await onlyTurn(frontier)).urls[0]?.depth, 2);
    });

    check("links that the caller refused are counted by reason with the first as an example", async (frontier) => {
      frontier.refuse(new Map([["scope-place", { links: 2, example: "http://x.example/1" }]]));
      frontier.refuse(new Map([["scope-place", { links: 1, example: "http://x.example/3" }]]));
      frontier.refuse(new Map());
      assert.deepEqual(frontier.counts().refusedLinks, [
        { reason: "scope-place", links: 3, example: "http://x.example/1" },
      ]);
    });
  });

  suite(`${name}: changes that belong together`, () => {
    check("many changes are one, and none of them is when one fails", async (frontier, at) => {
      frontier.add(pages(2));
      const turn = await onlyTurn(frontier);
      const changes = (fails: boolean) => (): void => {
        frontier.add(pages(3, "http://b.example"));
        frontier.setNote("place", "here");
        endAll(frontier, turn, { kind: "failed", reason: "dns" });
        if (fails) throw new Error("the last change failed");
      };
      assert.throws(() => frontier.together(changes(true)), /last change/);
      assert.equal(frontier.note("place"), null);
      assert.partialDeepStrictEqual(frontier.counts(), { hosts: 1, urls: { leased: 2, waiting: 0, failed: 0 } });
      frontier.together(changes(false));
      assert.equal(frontier.counts().urls.failed, 2);
      const second = at.open();
      assert.equal(second.note("place"), "here");
      assert.partialDeepStrictEqual(second.counts(), { hosts: 2, urls: { leased: 0, waiting: 3, failed: 2 } });
      assert.deepEqual(second.counts().reasons, [{ state: "failed", reason: "dns", urls: 2 }]);
      second.close();
    });

    check("a claim sees the changes that are made with it, and gives no turn when they fail", async (frontier) => {
      frontier.add(pages(1));
      const turn = await onlyTurn(frontier);
      const changes = (fails: boolean) => (): void => {
        endAll(frontier, turn, done, pages(1, "http://b.example"));
        if (fails) throw new Error("the last change failed");
      };
      await assert.rejects(frontier.claim(0, wide, changes(true)), /last change/);
      assert.partialDeepStrictEqual(frontier.counts(), { hosts: 1, urls: { leased: 1, waiting: 0, done: 0 } });
      assert.deepEqual(addressesOf(await frontier.claim(0, wide, changes(false))), ["http://b.example/page-a"]);
      assert.equal(frontier.counts().urls.done, 1);
    });

    check("a note is what was last written, until it is taken away", async (frontier) => {
      frontier.setNote("a", "1");
      frontier.setNote("a", "2");
      assert.equal(frontier.note("a"), "2");
      frontier.setNote("a", null);
      assert.equal(frontier.note("a"), null);
    });
  });

  suite(`${name}: turns`, () => {
    check("higher priority comes first, then the order of finding", async (frontier) => {
      frontier.add([
        found("http://a.example/late"),
        found("http://a.example/later"),
        found("http://a.example/soon", { priority: 5 }),
        found("http://a.example/last", { priority: -1 }),
      ]);
      assert.deepEqual(
        addressesOf(await frontier.claim(0, wide)),
        ["soon", "late", "later", "last"].map((path) => `http://a.example/${path}`),
      );
    });

    check("a host is in one turn at a time", async (frontier) => {
      frontier.add(pages(5));
      const turn = await onlyTurn(frontier, 0, { ...wide, urlsPerTurn: 2 });
      assert.equal(turn.urls.length, 2);
      assert.deepEqual(await frontier.claim(0, wide), []);
      endAll(frontier, turn, done);
      assert.equal((await onlyTurn(frontier)).urls.length, 3);
    });

    check("a host gets no turn before the time that the last one set", async (frontier) => {
      frontier.add(pages(2));
      endAll(frontier, await onlyTurn(frontier, 0, { ...wide, urlsPerTurn: 1 }), done, [], 100);
      assert.deepEqual(await frontier.claim(99, wide), []);
      assert.equal(frontier.nextDueMs(), 100);
      assert.equal((await frontier.claim(100, wide)).length, 1);
    });

    check("the host that was due first comes first, and no more turns are given than asked for", async (frontier) => {
      frontier.add(["a", "b", "c"].flatMap((host) => pages(1, `http://${host}.example`)));
      frontier.setHost("http://a.example", { notBeforeMs: 30 });
      frontier.setHost("http://b.example", { notBeforeMs: 10 });
      frontier.setHost("http://c.example", { notBeforeMs: 20 });
      const turns = await frontier.claim(40, { ...wide, turns: 2 });
      assert.deepEqual(
        turns.map(({ host }) => host),
        ["http://b.example", "http://c.example"],
      );
    });

    check("URLs of a turn without an end go back to the queue", async (frontier) => {
      frontier.add(pages(3));
      const turn = await onlyTurn(frontier);
      frontier.ack({ turn, outcomes: new Map([[turn.urls[1]?.id ?? 0, done]]), found: [], notBeforeMs: 0 });
      assert.deepEqual(addressesOf(await frontier.claim(0, wide)), [
        "http://a.example/page-a",
        "http://a.example/page-c",
      ]);
    });

    check("what a turn found is known once it is ended", async (frontier) => {
      frontier.add(pages(1));
      endAll(frontier, await onlyTurn(frontier), done, pages(2, "http://b.example"));
      assert.deepEqual(addressesOf(await frontier.claim(0, wide)), [
        "http://b.example/page-a",
        "http://b.example/page-b",
      ]);
    });

    check("a turn in which nothing was done leaves no trace", async (frontier) => {
      frontier.add(pages(2));
      frontier.ack({ turn: await onlyTurn(frontier), outcomes: new Map(), found: [], notBeforeMs: 0 });
      assert.deepEqual(
        (await onlyTurn(frontier)).urls.map(({ attempts }) => attempts),
        [0, 0],
      );
    });

    check("a URL to be tried again waits until then, and says how often it was tried", async (frontier) => {
      frontier.add(pages(1));
      endAll(frontier, await onlyTurn(frontier), { kind: "retry", notBeforeMs: 500, reason: "http-503" });
      assert.deepEqual(frontier.counts().reasons, [{ state: "waiting", reason: "http-503", urls: 1 }]);
      assert.equal(frontier.nextDueMs(), 500);
      assert.deepEqual(await frontier.claim(499, wide), []);
      assert.equal((await onlyTurn(frontier, 500)).urls[0]?.attempts, 1);
      assert.deepEqual(frontier.counts().reasons, []);
    });

    check("a blocked host gets no turns until it is let go", async (frontier) => {
      frontier.add(pages(1));
      frontier.setHost("http://a.example", { blockedReason: "dns" });
      assert.deepEqual(await frontier.claim(0, wide), []);
      assert.equal(frontier.nextDueMs(), null);
      assert.partialDeepStrictEqual([...frontier.hosts()], [{ host: "http://a.example", blockedReason: "dns" }]);
      frontier.setHost("http://a.example", { blockedReason: null });
      assert.equal((await onlyTurn(frontier)).host, "http://a.example");
    });

    check("a claim that asks for nothing changes nothing", async (frontier) => {
      frontier.add(pages(1));
      assert.deepEqual(await frontier.claim(0, { ...wide, turns: 0 }), []);
      assert.deepEqual(await frontier.claim(0, { ...wide, urlsPerTurn: 0 }), []);
      assert.equal(frontier.counts().urls.waiting, 1);
    });
  });

  suite(`${name}: workers that die`, () => {
    check("only turns whose lease ran out are recovered, with one more attempt counted", async (frontier) => {
      frontier.add(pages(2));
      await onlyTurn(frontier, 0);
      assert.equal(frontier.recover(999, 0), 0);
      assert.equal(frontier.recover(1000, 1500), 1);
      assert.deepEqual(await frontier.claim(1499, wide), []);
      assert.deepEqual(
        (await onlyTurn(frontier, 1500)).urls.map(({ attempts }) => attempts),
        [1, 1],
      );
    });

    check("the end of a turn that was recovered changes nothing", async (frontier) => {
      frontier.add(pages(1));
      const lost = await onlyTurn(frontier);
      frontier.recover(Infinity, 0);
      const again = await onlyTurn(frontier);
      assert.notEqual(again.lease, lost.lease);
      assert.equal(endAll(frontier, lost, done, pages(5)), false);
      assert.deepEqual(await frontier.claim(0, wide), []);
      assert.partialDeepStrictEqual(frontier.counts(), { urls: { leased: 1, done: 0, waiting: 0 } });
      assert.equal(endAll(frontier, again, done), true);
      assert.equal(endAll(frontier, again, done), false);
      assert.equal(frontier.counts().urls.done, 1);
    });

    check("all is there again after opening it anew", async (frontier, at) => {
      frontier.add([...pages(4), ...pages(1, "http://b.example")]);
      const [turn] = await frontier.claim(0, { turns: 1, urlsPerTurn: 2, leaseMs: 10 });
      assert.ok(turn);
      const outcomes = new Map([[turn.urls[0]?.id ?? 0, { kind: "failed", reason: "tls" } as const]]);
      frontier.ack({ turn, outcomes, found: [], notBeforeMs: 70 });
      await frontier.claim(0, wide);
      const before = [frontier.counts(), [...frontier.hosts()], frontier.nextDueMs()];
      const second = at.open();
      assert.deepEqual([second.counts(), [...second.hosts()], second.nextDueMs()], before);
      assert.equal(second.recover(Infinity, 0), 1);
      second.close();
    });
  });

  frontierRecrawl(name, place);
  frontierBounds(name, place);
}
