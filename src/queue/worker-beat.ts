import { randomBytes } from "node:crypto";
import { hostname } from "node:os";

import type { JobKind, WorkerState } from "./queue.ts";
import { beatScript, leaveScript, workersScript } from "./queue-lua.ts";
import { beatsPerLock } from "./queue-settings.ts";
import type { RedisConnection } from "./redis-connection.ts";

/** Shows this process to the others while it consumes. */
export interface WorkerBeat {
  /** Unlike its name no other process ever has it, though a container starts again as process 1 of the same host. */
  readonly id: string;
  readonly name: string;
  readonly counts: { running: number; done: number };
  readonly start: (kind: JobKind) => void;
  readonly stop: () => Promise<void>;
}

const keys = ["workers", "worker-states"];
/** The silent are shown this long, so that whoever looks can see that they have gone. */
const forgottenAfterLocks = 4;

export function workerBeat({ scripts }: RedisConnection, lockDurationMs: number): WorkerBeat {
  const name = `${hostname()}:${process.pid}`;
  const id = `${name}:${randomBytes(4).toString("hex")}`;
  const kinds = new Set<JobKind>();
  const counts = { running: 0, done: 0 };
  let timer: NodeJS.Timeout | undefined;
  let under: Promise<unknown> | undefined;

  const beat = (): void => {
    // While Redis is away one waits; more would only pile up.
    if (under !== undefined) return;
    const state = JSON.stringify({ name, kinds: [...kinds], ...counts });
    under = scripts
      .run(beatScript, keys, [id, state, lockDurationMs * forgottenAfterLocks])
      .catch(() => {})
      .finally(() => {
        under = undefined;
      });
  };

  return {
    id,
    name,
    counts,
    start(kind) {
      kinds.add(kind);
      timer ??= setInterval(beat, lockDurationMs / beatsPerLock);
      beat();
    },
    async stop() {
      clearInterval(timer);
      if (timer !== undefined) await scripts.run(leaveScript, keys, [id]);
    },
  };
}

export async function workersSeen({ scripts }: RedisConnection): Promise<readonly WorkerState[]> {
  const pairs = (await scripts.run(workersScript, keys, [])) as [string, number][];
  return pairs.map(([state, silentMs]) =>
    Object.assign(JSON.parse(state) as Omit<WorkerState, "silentMs">, { silentMs }),
  );
}
