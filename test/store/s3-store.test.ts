import { after } from "node:test";

import { patience } from "../../src/store/s3-retry.ts";
import { s3Store } from "../../src/store/s3-store.ts";
import { storeContract } from "../conformance/store-contract.ts";
import { startS3 } from "../fixtures/s3-server.ts";

const server = await startS3();
after(() => server[Symbol.asyncDispose]());
Object.assign(process.env, server.keys);
const quick = { ...patience, firstDelayMs: 5, longestDelayMs: 20 };

storeContract("a bucket", (name) => s3Store(server.store(`contract/${name}`), { patience: quick }));
