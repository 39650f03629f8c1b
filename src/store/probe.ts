import { randomBytes } from "node:crypto";

import { PipelineError } from "../core/errors.ts";
import { probeName } from "./layout.ts";
import type { Store } from "./store.ts";

const [first, second] = [Buffer.from("first"), Buffer.from("second")];

/** How servers answer that do not know the header of a conditional write. */
const notUnderstood = new Set([400, 405, 501]);

const advice =
  "every object must be put only if there is none of its name (If-None-Match: *); Amazon S3, MinIO, Cloudflare R2 and versitygw do that, or use a folder that all machines see";

/**
 * Makes sure that a bucket lets one of two writers of a name win: puts a scratch object twice and takes it away. The
 * simple writes are tried; what is sent in parts is named by its own bytes, or written under the lease of its host.
 * @throws {PipelineError} `store-refused` for a server that overwrites or knows no conditional writes; what the store throws
 */
export async function refuseOverwriting(store: Store): Promise<void> {
  const name = probeName(randomBytes(16).toString("hex"));
  const refused = (does: string, cause?: unknown): PipelineError =>
    new PipelineError(
      "store-refused",
      `the server of ${store.place} ${does}: ${advice}`,
      { place: store.place },
      cause,
    );
  try {
    // The first may be "present" too: its answer was lost, and it was sent again.
    await store.put(name, first);
    const end = await store.put(name, second);
    const held = await store.get(name);
    if (held?.equals(second) === true) throw refused("overwrites an object that is there");
    if (end === "stored") throw refused("says that it stored an object under a name that was taken");
    if (held?.equals(first) !== true) throw refused("does not give back what was put there");
  } catch (error) {
    if (!(error instanceof PipelineError) || !notUnderstood.has(Number(error.context["status"]))) throw error;
    throw refused(`answers ${error.context["status"]} to a conditional write`, error);
  } finally {
    await store.remove(name);
  }
}
