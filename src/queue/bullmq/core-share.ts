import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";

import type { JobKind } from "../queue.ts";
import { processSpace } from "../../redis/process-identity.ts";

/** A worker process, as those see it that have the same processors. */
export interface Sharer {
  /** Unlike any other's. */
  readonly id: string;
  readonly pid: number;
  /** When it was first seen, in milliseconds of Redis' clock. */
  readonly since: number;
  /** Jobs of kinds that keep a processor busy that it would have in progress, were it alone. */
  readonly wants: Readonly<Partial<Record<JobKind, number>>>;
}

/**
 * How many jobs of a kind a process takes at once: what those that were there before it leave of the processors. Processes of
 * one machine would else take turns on them, each with code to compile and memory to fill of its own. One that wants more than
 * there are processors has its reasons, and gets them where it is the first.
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
 * Names the processors that this process may use: two processes have the same name only if they have the same processors.
 * `null` where that cannot be told.
 */
export function coresName(): string | null {
  const space = processSpace();
  if (space === null) return null;
  const allowed = /^Cpus_allowed:\s*(.*)$/mu.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  // One that is held to a part of them shares it with its own control group only (cgroups(7)).
  const isHeld = availableParallelism() < cpus().length;
  const group = isHeld ? `${availableParallelism()} ${readFileSync("/proc/self/cgroup", "utf8").trim()}` : "all";
  return `${space} ${allowed} ${group}`;
}
