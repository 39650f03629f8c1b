import assert from "node:assert/strict";
import { suite } from "node:test";

import * as fc from "fast-check";

import type { FrontierOptions } from "../../src/frontier/sqlite-frontier.ts";
import type { FoundUrl, UrlOutcome } from "../../src/frontier/turn.ts";
import { trapLimits } from "../../src/url/traps.ts";
import { addressesOf, done, endAll, found, frontierCheck, onlyTurn, pages, wide } from "./frontier-samples.ts";
import type { FrontierPlace, FrontierWork } from "./frontier-samples.ts";

const validators = {
  etag: null,
  lastModified: null,
  payloadDigest: "x",
  capturedAt: 0,
  recordId: "x",
  visitedAt: 0,
  status: 200,
  optOuts: "",
};

/** The part of the contract that is about bounds and bookkeeping. */
export function frontierBounds(name: string, place: () => FrontierPlace): void {
  const check = frontierCheck(place);

  suite(`${name}: budgets`, () => {
    const budget = (title: string, options: FrontierOptions, work: FrontierWork): void => check(title, work, options);

    budget(
      "no more pages are given out than the crawl may have, those under way counted",
      { budgets: { pages: 3 } },
      async (frontier) => {
        frontier.add([...pages(2), ...pages(2, "http://b.example")]);
        const turns = await frontier.claim(0, wide);
        assert.equal(addressesOf(turns).length, 3);
        frontier.add(pages(2, "http://c.example"));
        assert.deepEqual(await frontier.claim(0, wide), []);
        for (const turn of turns) endAll(frontier, turn, done);
        assert.deepEqual(await frontier.claim(0, wide), []);
        assert.equal(frontier.counts().spent, "budget-pages");
        assert.equal(frontier.nextDueMs(), null);
      },
    );

    budget("a page that failed does not count as one", { budgets: { pages: 1 } }, async (frontier) => {
      frontier.add(pages(2));
      endAll(frontier, await onlyTurn(frontier), { kind: "failed", reason: "dns" });
      assert.equal((await frontier.claim(0, wide)).length, 1);
    });

    budget("bytes are counted over the crawl", { budgets: { bytes: 100 } }, async (frontier) => {
      frontier.add(pages(3));
      const one = { ...wide, urlsPerTurn: 1 };
      endAll(frontier, await onlyTurn(frontier, 0, one), { ...done, bytes: 99 });
      endAll(frontier, await onlyTurn(frontier, 0, one), { ...done, bytes: 1 });
      assert.deepEqual(await frontier.claim(0, one), []);
      assert.partialDeepStrictEqual(frontier.counts(), { bytes: 100, spent: "budget-bytes" });
    });

    budget(
      "time goes on between claims, but not while nobody claims",
      { budgets: { timeMs: 61_000 } },
      async (frontier) => {
        frontier.add(pages(5));
        const one = { ...wide, urlsPerTurn: 1 };
        endAll(frontier, await onlyTurn(frontier, 0, one), done);
        endAll(frontier, await onlyTurn(frontier, 999, one), done);
        endAll(frontier, await onlyTurn(frontier, 10_000_000, one), done);
        assert.equal(frontier.counts().elapsedMs, 60_999);
        assert.deepEqual(await frontier.claim(10_000_001, one), []);
        assert.equal(frontier.counts().spent, "budget-time");
      },
    );

    budget(
      "a host over its budget rests until the budget is raised, others go on",
      { hostBudgets: { pages: 2 } },
      async (frontier, at) => {
        frontier.add([...pages(3), ...pages(1, "http://b.example")]);
        for (const turn of await frontier.claim(0, wide)) endAll(frontier, turn, done);
        assert.deepEqual(await frontier.claim(0, wide), []);
        assert.partialDeepStrictEqual(
          [...frontier.hosts()],
          [
            { blockedReason: "budget-pages", urls: { waiting: 1, done: 2 } },
            { blockedReason: null, urls: { waiting: 0, done: 1 } },
          ],
        );
        const raised = at.open({ hostBudgets: { pages: 3 } });
        assert.equal(addressesOf(await raised.claim(0, wide)).length, 1);
        raised.close();
      },
    );

    budget(
      "a host's bytes and time are bounded too",
      { hostBudgets: { bytes: 10, timeMs: 1000 } },
      async (frontier) => {
        frontier.add([...pages(2), ...pages(2, "http://b.example")]);
        const [a, b] = await frontier.claim(0, { ...wide, urlsPerTurn: 1 });
        assert.ok(a && b);
        endAll(frontier, a, { ...done, bytes: 10 });
        endAll(frontier, b, { ...done, spentMs: 1000 });
        assert.deepEqual(
          [...frontier.hosts()].map(({ blockedReason }) => blockedReason),
          ["budget-bytes", "budget-time"],
        );
      },
    );
  });

  suite(`${name}: traps`, () => {
    const traps = { ...trapLimits, queryVariants: 3, sameContentRun: 2 };

    check(
      "variants of one path are refused beyond the bound, each counted once however often it is found",
      async (frontier) => {
        const variants = (from: number, to: number): FoundUrl[] =>
          Array.from({ length: to - from }, (_, index) => found(`http://a.example/list?page=x${from + index}`));
        assert.deepEqual(frontier.add(variants(0, 3)), { added: 3, known: 0, refused: 0 });
        assert.deepEqual(frontier.add(variants(0, 3)), { added: 0, known: 3, refused: 0 });
        assert.deepEqual(frontier.add(variants(0, 5)), { added: 0, known: 3, refused: 2 });
        assert.deepEqual(frontier.counts().refusedLinks, [
          { reason: "trap-query-variants", links: 2, example: "http://a.example/list?page=x3" },
        ]);
        assert.equal(frontier.add([found("http://a.example/list?page=x9", { via: "seed" })]).added, 1);
        assert.equal(frontier.add([found("http://b.example/list?page=x9")]).added, 1);
      },
      { traps },
    );

    check(
      "links of a host that says the same over and over are not followed, until it says something else",
      async (frontier) => {
        const turn = async (textDigest: string, links: readonly FoundUrl[]): Promise<unknown> =>
          endAll(frontier, await onlyTurn(frontier, 0, { ...wide, urlsPerTurn: 1 }), { ...done, textDigest }, links);
        frontier.add(pages(5));
        await turn("same", []);
        await turn("same", [found("http://a.example/second")]);
        await turn("same", [found("http://a.example/third"), found("http://b.example/other", { priority: -1 })]);
        assert.deepEqual(frontier.counts().refusedLinks, [
          { reason: "trap-same-content", links: 1, example: "http://a.example/third" },
        ]);
        frontier.setHost("http://b.example", { blockedReason: "not now" });
        await turn("other", [found("http://a.example/third")]);
        assert.equal(frontier.counts().urls.waiting, 4);
      },
      { traps },
    );
  });

  suite(`${name}: bookkeeping`, () => {
    check("after any history each URL is in exactly one state, and hosts add up to the whole", async (frontier) => {
      const outcomes = fc.constantFrom<UrlOutcome | null>(
        done,
        { ...done, validators },
        { kind: "retry", notBeforeMs: 5, reason: "later" },
        { kind: "failed", reason: "dns" },
        { kind: "refused", reason: "robots" },
        null,
      );
      const step = fc.oneof(
        fc.record({ kind: fc.constant("add"), host: fc.nat(3), page: fc.nat(30) }),
        fc.record({ kind: fc.constant("turn"), outcomes: fc.array(outcomes, { minLength: 1, maxLength: 4 }) }),
        fc.record({ kind: fc.constantFrom("die", "recover", "recrawl") }),
      );
      const known = new Set<string>();
      let now = 0;
      const play = async (one: Readonly<Record<string, unknown>>): Promise<void> => {
        now += 1;
        if (one["kind"] === "add") {
          const url = `http://h${String(one["host"])}.example/p${String(one["page"])}`;
          assert.equal(frontier.add([found(url)]).added, known.has(url) ? 0 : 1);
          known.add(url);
        } else if (one["kind"] === "recover") frontier.recover(Infinity, 0);
        else if (one["kind"] === "recrawl") frontier.recrawl(Infinity);
        else {
          const [turn] = await frontier.claim(now, { turns: 1, urlsPerTurn: 3, leaseMs: 5 });
          if (turn === undefined || one["kind"] === "die") return;
          const list = one["outcomes"] as readonly (UrlOutcome | null)[];
          const chosen = turn.urls.flatMap(({ id }, index): [number, UrlOutcome][] => {
            const outcome = list[index % list.length] ?? null;
            return outcome === null ? [] : [[id, outcome]];
          });
          frontier.ack({ turn, outcomes: new Map(chosen), found: [], notBeforeMs: now });
        }
      };
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          for (const one of steps) await play(one);
          const { urls, reasons } = frontier.counts();
          const sum = Object.values(urls).reduce((total, count) => total + count, 0);
          assert.equal(sum, known.size);
          const byHost = [...frontier.hosts()].map((host) => host.urls);
          for (const state of ["waiting", "leased", "done", "refused", "failed"] as const) {
            assert.equal(
              byHost.reduce((total, counts) => total + counts[state], 0),
              urls[state],
            );
            assert.ok(urls[state] >= 0);
          }
          for (const state of ["refused", "failed"] as const) {
            const reasoned = reasons.filter((reason) => reason.state === state);
            assert.equal(
              reasoned.reduce((total, reason) => total + reason.urls, 0),
              urls[state],
            );
          }
        }),
        { numRuns: 60 },
      );
    });
  });
}
