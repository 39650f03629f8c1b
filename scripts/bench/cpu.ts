/**
 * CPU-seconds (user and system) that `work` takes, the least of `rounds`: other processes on the machine can only add
 * to it.
 */
export function leastCpuSeconds(rounds: number, work: () => void): number {
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1e6);
  }
  return least;
}

/** The same for asynchronous work. */
export async function leastCpuSecondsAsync(rounds: number, work: () => Promise<void>): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1e6);
  }
  return least;
}
