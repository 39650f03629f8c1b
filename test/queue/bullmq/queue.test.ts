import { randomBytes } from "node:crypto";
import { after } from "node:test";

import { bullmqQueue } from "../../../src/queue/bullmq/queue.ts";
import { connectRedis } from "../../../src/redis/connection.ts";
import { queueContract } from "../../conformance/queue-contract.ts";
import { contractRetry } from "../../conformance/queue-samples.ts";
import { redisBinaries, startRedis } from "../../fixtures/redis-server.ts";

for (const binary of redisBinaries()) {
  const server = await startRedis({ binary });
  after(() => server[Symbol.asyncDispose]());
  queueContract(`BullMQ on ${server.version}`, async (options = {}) => {
    const connection = await connectRedis(`${server.url}?prefix=${randomBytes(6).toString("hex")}`);
    const queue = bullmqQueue(connection, {
      ...options,
      retry: contractRetry,
      lockDurationMs: 3000,
      pollMs: 500,
      roomPollMs: 20,
    });
    return Object.assign(Object.create(queue), {
      async [Symbol.asyncDispose]() {
        await queue[Symbol.asyncDispose]();
        await connection[Symbol.asyncDispose]();
      },
    });
  });
}
