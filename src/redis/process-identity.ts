import { readFileSync, readlinkSync } from "node:fs";

/**
 * Names what a process id counts in: a machine, between two of its boots, and a namespace of ids there (`pid_namespaces(7)`). Names
 * of hosts will not do, for cloned machines have the same. `null` where the system does not say.
 */
export function processSpace(): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot}/${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return null;
  }
}

/** Whether a process runs; can only be said of one with the same `processSpace`. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process may not be signalled, but is there.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
