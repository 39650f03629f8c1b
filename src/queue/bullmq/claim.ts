import { number, text, tupleOf } from "../../core/json-shape.ts";
import { answerOf } from "../../redis/answer.ts";
import type { Tally } from "../retry-rules.ts";
import { persist, type ConsumerState } from "./consumer-state.ts";
import { claimScript } from "./lua.ts";
import { deadAfterLocks } from "./settings.ts";

/** Whether a job that BullMQ handed out may be begun here. */
export type Claim =
  | { readonly state: "go"; readonly tally: Tally; readonly release: () => void }
  | { readonly state: "quarantined"; readonly reason: string }
  | { readonly state: "stopped" };

const goAnswer = tupleOf(text, number, number, number);
const quarantinedAnswer = tupleOf(text, number, text, number);

/**
 * Records that a job starts, alongside others. One that may have killed a worker waits until nothing else is in
 * progress here.
 * @returns `stopped` when the signal aborts while it waits
 */
export async function claimTask(state: ConsumerState, id: string, signal: AbortSignal): Promise<Claim> {
  return (
    (await claimOnce(state, id, signal, false)) ?? (await claimOnce(state, id, signal, true)) ?? { state: "stopped" }
  );
}

/** @returns `null` when the job must be begun alone */
async function claimOnce(
  state: ConsumerState,
  id: string,
  signal: AbortSignal,
  isAlone: boolean,
): Promise<Claim | null> {
  const { lock, heartbeat, settings } = state.deps;
  const release = await (isAlone ? lock.exclusive(signal) : lock.shared(signal));
  if (release === undefined) return { state: "stopped" };
  let isHeld = true;
  try {
    const deadAfterMs = settings.lockDurationMs * deadAfterLocks;
    const args = [id, heartbeat.id, heartbeat.name, isAlone ? 1 : 0, settings.retry.crashes, deadAfterMs];
    const answer = await persist(state, claimScript, { keys: ["tallies", "workers"], args }, signal);
    const [verdict] = answerOf(tupleOf(text), answer);
    if (verdict === "alone") return null;
    if (verdict !== "go") return { state: "quarantined", reason: quarantineReason(answer) };
    const [, failures, faults, crashes] = answerOf(goAnswer, answer);
    isHeld = false;
    return { state: "go", tally: { failures, faults, crashes }, release };
  } finally {
    if (isHeld) release();
  }
}

function quarantineReason(answer: unknown): string {
  const [, crashes, name, atMs] = answerOf(quarantinedAnswer, answer);
  const when = new Date(atMs).toISOString();
  return `its worker died with it ${crashes} times while nothing else was in progress, last ${name}, which had begun it at ${when}`;
}
