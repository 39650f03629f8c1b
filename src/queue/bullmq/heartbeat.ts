import { createHash, randomBytes } from "node:crypto";
import { hostname } from "node:os";

import {
  listOf,
  number,
  object,
  objectWith,
  oneOf,
  parsed,
  text,
  tupleOf,
  type Shaped,
} from "../../core/json-shape.ts";
import { answerOf, mismatch } from "../../redis/answer.ts";
import type { RedisConnection } from "../../redis/connection.ts";
import { isRunning } from "../../redis/process-identity.ts";
import type { RedisScripts } from "../../redis/scripts.ts";
import { jobKinds, type Cores, type JobKind, type WorkerState } from "../queue.ts";
import { asError } from "./completions.ts";
import { coresName, shareOf, type Sharer } from "./core-share.ts";
import { beatScript, leaveScript, workersScript } from "./lua.ts";
import { beatsPerLock, deadAfterLocks } from "./settings.ts";

/** A kind that takes a share of the machine's processors. */
export interface Share {
  readonly wanted: number;
  readonly cores: Cores;
  readonly onShare: (jobs: number) => void;
}

/** Makes this process visible to the others while it consumes. */
export interface Heartbeat {
  /** Unique forever, unlike its name: a restarted container is again process 1 of the same host. */
  readonly id: string;
  readonly name: string;
  readonly counts: { running: number; done: number };
  /**
   * @param share left out: as many jobs as it wants; else it is called with how many may be in progress, and again
   *   whenever that changes
   */
  readonly start: (kind: JobKind, share?: Share) => void;
  readonly stop: () => Promise<void>;
}

interface HeartbeatState {
  readonly id: string;
  readonly name: string;
  readonly scripts: RedisScripts;
  readonly lockDurationMs: number;
  readonly onError: (error: Error) => void;
  /** Keys of the scripts: workers, their states, those that share the processors. */
  readonly keys: readonly string[];
  readonly kinds: Set<JobKind>;
  readonly shares: Map<JobKind, Share>;
  /** Jobs that each share was last said to be. */
  readonly saidJobs: Map<JobKind, number>;
  readonly counts: { running: number; done: number };
  /** When Redis first saw this process; `null` until it has. */
  since: number | null;
  underWay: Promise<unknown> | null;
  /** Whether something changed since the heartbeat in progress was sent. */
  isStale: boolean;
  isOver: boolean;
}

const keys = ["workers", "worker-states"];
/** Silent workers are shown this long, so that people can see that they have gone. */
const forgottenAfterLocks = 4;

/** What `beatScript` answers: when this process was first seen, the other sharers, 1 if it was known. */
const beatAnswer = tupleOf(text, listOf(text), number);

const wantsShape = objectWith({}, Object.fromEntries(jobKinds.map((kind) => [kind, number])));
const sharerShape = object({ id: text, pid: number, since: number, wants: wantsShape });
/** An older version does not write `standby`. */
const workerShape = objectWith(
  { name: text, kinds: listOf(oneOf(jobKinds)), running: number, done: number },
  { standby: listOf(oneOf(jobKinds)) },
);

export function heartbeat(
  { scripts }: Pick<RedisConnection, "scripts">,
  lockDurationMs: number,
  onError: (error: Error) => void,
): Heartbeat {
  const name = `${hostname()}:${process.pid}`;
  const id = `${name}:${randomBytes(4).toString("hex")}`;
  const counts = { running: 0, done: 0 };
  const state: HeartbeatState = {
    id,
    name,
    scripts,
    lockDurationMs,
    onError,
    counts,
    keys: [...keys, `sharers:${coresDigest(id)}`],
    kinds: new Set(),
    shares: new Map(),
    saidJobs: new Map(),
    since: null,
    underWay: null,
    isStale: false,
    isOver: false,
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    id,
    name,
    counts,
    start(kind, share) {
      state.kinds.add(kind);
      if (share !== undefined) state.shares.set(kind, share);
      timer ??= setInterval(() => beat(state), lockDurationMs / beatsPerLock);
      beat(state);
    },
    async stop() {
      state.isOver = true;
      clearInterval(timer);
      if (timer !== undefined) await scripts.run(leaveScript, state.keys, [id]);
    },
  };
}

/** A process that cannot determine its processors shares them with no other. */
function coresDigest(id: string): string {
  return createHash("sha256")
    .update(coresName() ?? id)
    .digest("hex")
    .slice(0, 16);
}

function beat(state: HeartbeatState): void {
  // While Redis is away one heartbeat waits; more would only pile up.
  state.isStale = state.underWay !== null;
  if (state.isStale) return;
  const { id, name, kinds, counts, lockDurationMs } = state;
  const standby = [...state.saidJobs].filter(([, jobs]) => jobs === 0).map(([kind]) => kind);
  const shown = JSON.stringify({ name, kinds: [...kinds], ...counts, standby });
  const wants = Object.fromEntries([...state.shares].map(([kind, { wanted }]) => [kind, wanted]));
  const limits = [lockDurationMs * forgottenAfterLocks, lockDurationMs * deadAfterLocks];
  const sharer = JSON.stringify({ id, pid: process.pid, wants });
  state.underWay = state.scripts
    .run(beatScript, state.keys, [id, shown, ...limits, state.since ?? 0, sharer])
    .then((answer) => takeShares(state, wants, answerOf(beatAnswer, answer)))
    .catch((error: unknown) => state.onError(asError(error)))
    .finally(() => {
      state.underWay = null;
      // Sent after the farewell, it would register this process again.
      if (state.isStale && !state.isOver) beat(state);
    });
}

/** Passes on how many jobs of each kind this process may have in progress, where that has changed. */
function takeShares(
  state: HeartbeatState,
  wants: Sharer["wants"],
  [first, seen, known]: Shaped<typeof beatAnswer>,
): void {
  // If Redis has forgotten this process, it has forgotten the others too: their heartbeats are awaited first.
  if (state.since !== null && known === 0) return;
  state.since = Number(first);
  const mine = { id: state.id, pid: process.pid, since: state.since, wants };
  // A killed process counts as alive until it has been silent for a while, but on this machine its absence is visible
  // immediately.
  const others = seen.map((json) => parsed(sharerShape, json, mismatch)).filter(({ pid }) => isRunning(pid));
  for (const [kind, { cores, onShare }] of state.shares) {
    const jobs = shareOf(kind, mine, others, cores.count);
    if (!(kind in wants) || state.saidJobs.get(kind) === jobs) continue;
    state.saidJobs.set(kind, jobs);
    onShare(jobs);
    state.isStale = true;
  }
}

export async function workersSeen({ scripts }: RedisConnection): Promise<readonly WorkerState[]> {
  const pairs = answerOf(listOf(tupleOf(text, number)), await scripts.run(workersScript, keys, []));
  return pairs.map(([json, silentMs]) => {
    const { standby = [], ...shown } = parsed(workerShape, json, mismatch);
    return Object.assign(shown, { standby, silentMs });
  });
}
