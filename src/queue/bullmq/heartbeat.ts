import { createHash, randomBytes } from "node:crypto";
import { hostname } from "node:os";

import { coresName, shareOf, type Sharer } from "./core-share.ts";
import { asError } from "./completions.ts";
import type { Cores, JobKind, WorkerState } from "../queue.ts";
import { beatScript, leaveScript, workersScript } from "./lua.ts";
import { beatsPerLock, deadAfterLocks } from "./settings.ts";
import type { RedisConnection } from "../../redis/connection.ts";
import { isRunning } from "../../redis/process-identity.ts";

/** A kind that takes its part of the machine's processors. */
export interface Share {
  readonly wanted: number;
  readonly cores: Cores;
  readonly onShare: (jobs: number) => void;
}

/** Shows this process to the others while it consumes. */
export interface WorkerBeat {
  /** Unlike its name no other process ever has it, though a container starts again as process 1 of the same host. */
  readonly id: string;
  readonly name: string;
  readonly counts: { running: number; done: number };
  /** @param share left out: as many jobs as it wants; else it is told how many it may have in hand, again when that changes */
  readonly start: (kind: JobKind, share?: Share) => void;
  readonly stop: () => Promise<void>;
}

type BeatAnswer = [since: string, others: string[], known: 0 | 1];

const keys = ["workers", "worker-states"];
/** The silent are shown this long, so that whoever looks can see that they have gone. */
const forgottenAfterLocks = 4;

export function workerBeat(
  { scripts }: Pick<RedisConnection, "scripts">,
  lockDurationMs: number,
  onError: (error: Error) => void,
): WorkerBeat {
  const name = `${hostname()}:${process.pid}`;
  const id = `${name}:${randomBytes(4).toString("hex")}`;
  // Who cannot tell which processors it has shares them with nobody.
  const coresDigest = createHash("sha256")
    .update(coresName() ?? id)
    .digest("hex")
    .slice(0, 16);
  const allKeys = [...keys, `sharers:${coresDigest}`];
  const kinds = new Set<JobKind>();
  const shares = new Map<JobKind, Share>();
  const told = new Map<JobKind, number>();
  const counts = { running: 0, done: 0 };
  let since: number | null = null;
  let timer: NodeJS.Timeout | undefined;
  let under: Promise<unknown> | undefined;
  let isStale = false;
  let isOver = false;

  const beat = (): void => {
    // While Redis is away one waits; more would only pile up.
    isStale = under !== undefined;
    if (isStale) return;
    const standby = [...told].filter(([, jobs]) => jobs === 0).map(([kind]) => kind);
    const state = JSON.stringify({ name, kinds: [...kinds], ...counts, standby });
    const wants = Object.fromEntries([...shares].map(([kind, { wanted }]) => [kind, wanted]));
    const limits = [lockDurationMs * forgottenAfterLocks, lockDurationMs * deadAfterLocks];
    const sharer = JSON.stringify({ id, pid: process.pid, wants });
    under = scripts
      .run(beatScript, allKeys, [id, state, ...limits, since ?? 0, sharer])
      .then((answer) => share(wants, answer as BeatAnswer))
      .catch((error: unknown) => onError(asError(error)))
      .finally(() => {
        under = undefined;
        // Behind the leave it would bring back one that has gone.
        if (isStale && !isOver) beat();
      });
  };

  const share = (wants: Sharer["wants"], [first, seen, known]: BeatAnswer): void => {
    // Where Redis has forgotten this process it has forgotten the others too: they first give their signs of life.
    if (since !== null && known === 0) return;
    since = Number(first);
    const mine = { id, pid: process.pid, since, wants };
    // Who was killed is silent for a while, but on this machine it can be seen at once.
    const others = seen.map((text) => JSON.parse(text) as Sharer).filter(({ pid }) => isRunning(pid));
    for (const [kind, { cores, onShare }] of shares) {
      const jobs = shareOf(kind, mine, others, cores.count);
      if (!(kind in wants) || told.get(kind) === jobs) continue;
      told.set(kind, jobs);
      onShare(jobs);
      isStale = true;
    }
  };

  return {
    id,
    name,
    counts,
    start(kind, part) {
      kinds.add(kind);
      if (part !== undefined) shares.set(kind, part);
      timer ??= setInterval(beat, lockDurationMs / beatsPerLock);
      beat();
    },
    async stop() {
      isOver = true;
      clearInterval(timer);
      if (timer !== undefined) await scripts.run(leaveScript, allKeys, [id]);
    },
  };
}

export async function workersSeen({ scripts }: RedisConnection): Promise<readonly WorkerState[]> {
  const pairs = (await scripts.run(workersScript, keys, [])) as [string, number][];
  return pairs.map(([state, silentMs]) =>
    Object.assign({ standby: [] }, JSON.parse(state) as Omit<WorkerState, "silentMs">, { silentMs }),
  );
}
