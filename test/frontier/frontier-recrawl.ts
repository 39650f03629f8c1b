import assert from "node:assert/strict";
import { suite } from "node:test";

import type { Turn, TurnUrl, UrlOutcome, Validators } from "../../src/frontier/turn.ts";
import { done, endAll, frontierCheck, onlyTurn, pages } from "./frontier-samples.ts";
import type { FrontierPlace } from "./frontier-samples.ts";

export const validators: Validators = {
  etag: '"x"',
  lastModified: "Mon, 01 Jan 2024 00:00:00 GMT",
  payloadDigest: `sha1:${"AB".repeat(16)}`,
  capturedAt: 50,
  recordId: "<urn:uuid:01234567-89ab-cdef-0123-456789abcdef>",
  visitedAt: 50,
  status: 200,
  optOuts: "ai *||",
};

/** Which pages are due for another visit. */
export function frontierRecrawl(name: string, place: () => FrontierPlace): void {
  const check = frontierCheck(place);

  suite(`${name}: another visit`, () => {
    check("a page that was found unchanged is not due again until its last visit is old", async (frontier) => {
      frontier.add(pages(1));
      const unchanged = { ...validators, visitedAt: 70, status: 304, optOuts: null };
      endAll(frontier, await onlyTurn(frontier), { ...done, validators: unchanged });
      assert.equal(frontier.recrawl(70), 0);
      assert.equal(frontier.recrawl(71), 1);
      assert.deepEqual((await onlyTurn(frontier)).urls[0]?.validators, unchanged);
    });

    check(
      "pages that failed or were refused are due again: one that was visited once when that is long ago",
      async (frontier) => {
        frontier.add(pages(2));
        const first = await onlyTurn(frontier);
        const [visited, never] = first.urls;
        assert.ok(visited !== undefined && never !== undefined);
        const ends = (turn: Turn, outcomes: readonly (readonly [TurnUrl, UrlOutcome])[]): boolean =>
          frontier.ack({
            turn,
            outcomes: new Map(outcomes.map(([{ id }, outcome]) => [id, outcome])),
            found: [],
            notBeforeMs: 0,
          });
        const disallowed = { kind: "refused", reason: "robots-disallowed" } as const;
        ends(first, [
          [visited, { ...done, validators }],
          [never, disallowed],
        ]);
        assert.equal(frontier.recrawl(51), 1);
        const again = await onlyTurn(frontier);
        assert.deepEqual(again.urls.map(({ url }) => url).toSorted(), [visited.url, never.url].toSorted());
        ends(again, [
          [visited, { kind: "failed", reason: "status-500" }],
          [never, disallowed],
        ]);
        assert.deepEqual([frontier.counts().urls.failed, frontier.counts().urls.refused], [1, 1]);
        assert.equal(frontier.recrawl(50), 0);
        assert.equal(frontier.recrawl(51), 1);
        assert.deepEqual(frontier.counts().urls, { waiting: 2, leased: 0, done: 0, refused: 0, failed: 0 });
        const last = await onlyTurn(frontier);
        assert.deepEqual(last.urls.find(({ url }) => url === visited.url)?.validators, validators);
      },
    );
  });
}
