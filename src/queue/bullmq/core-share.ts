import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";

import { processSpace } from "../../redis/process-identity.ts";
import type { JobKind } from "../queue.ts";

/** A worker process, as seen by others with the same processors. */
export interface Sharer {
  /** Unique among all processes. */
  readonly id: string;
  readonly pid: number;
  /** When it was first seen, in milliseconds of Redis' clock. */
  readonly since: number;
  /** Jobs that keep a processor busy that it would have in progress if it were alone. */
  readonly wants: Readonly<Partial<Record<JobKind, number>>>;
}

/**
 * How many jobs of a kind a process may have in progress: the processors that earlier processes leave free. Otherwise
 * processes of one machine would compete for them, each compiling the same code and filling memory of its own. A
 * process that asks for more jobs than there are processors gets them if it is the first.
 * @param others without itself; the order does not matter
 * @param cores processors of the machine
 */
export function shareOf(kind: JobKind, mine: Sharer, others: readonly Sharer[], cores: number): number {
  const wanted = mine.wants[kind] ?? 0;
  const taken = others.filter((other) => isBefore(other, mine)).reduce((sum, { wants }) => sum + (wants[kind] ?? 0), 0);
  return Math.max(0, Math.min(wanted, Math.max(cores, wanted) - taken));
}

function isBefore(a: Sharer, b: Sharer): boolean {
  return a.since < b.since || (a.since === b.since && a.id < b.id);
}

/**
 * Names the processors that this process may use: two processes have the same name only if they have the same
 * processors. `null` where that cannot be determined.
 */
export function coresName(): string | null {
  const space = processSpace();
  if (space === null) return null;
  const allowed = /^Cpus_allowed:\s*(.*)$/mu.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  // A process confined to some of them shares those only with its own control group (cgroups(7)).
  const isHeld = availableParallelism() < cpus().length;
  const group = isHeld ? `${availableParallelism()} ${readFileSync("/proc/self/cgroup", "utf8").trim()}` : "all";
  return `${space} ${allowed} ${group}`;
}
