import { readFileSync, readlinkSync } from "node:fs";

/**
 * Names the space in which a process id is unique: a machine, one of its boots, and a namespace of ids
 * (`pid_namespaces(7)`). Host names will not do, since cloned machines share them. `null` where the system does not
 * say.
 */
export function processSpace(): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot}/${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return null;
  }
}

/** Whether a process runs; only meaningful for one with the same `processSpace`. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but it exists.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
