import { suite } from "node:test";

import { queueClosing } from "./queue-closing.ts";
import { queueEnds } from "./queue-ends.ts";
import { queueOrders } from "./queue-orders.ts";
import type { OpenQueue } from "./queue-samples.ts";

/** One test a sentence of `src/queue/queue.ts`, for any queue. */
export function queueContract(name: string, open: OpenQueue): void {
  suite(`${name} keeps the contract of a queue`, { concurrency: 4 }, () => {
    queueOrders(open);
    queueEnds(open);
    queueClosing(open);
  });
}
