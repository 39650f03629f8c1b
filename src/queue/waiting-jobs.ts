/**
 * Waiting items: lowest priority first, first in first out within one priority. Memory and time grow with the items in
 * it.
 */
export interface WaitingJobs<T> {
  readonly size: number;
  readonly push: (priority: number, item: T) => void;
  /** Puts an item before all others of its priority. */
  readonly pushBack: (priority: number, item: T) => void;
  readonly shift: () => T | undefined;
}

export function waitingJobs<T>(): WaitingJobs<T> {
  // Items are taken from the end of `front`, which is refilled from `back` reversed: each item moves once and none is
  // shifted.
  const lanes = new Map<number, { front: T[]; back: T[] }>();
  let size = 0;
  const laneOf = (priority: number): { front: T[]; back: T[] } => {
    const lane = lanes.get(priority) ?? { front: [], back: [] };
    lanes.set(priority, lane);
    return lane;
  };
  return {
    get size() {
      return size;
    },
    push(priority, item) {
      laneOf(priority).back.push(item);
      size += 1;
    },
    pushBack(priority, item) {
      laneOf(priority).front.push(item);
      size += 1;
    },
    shift() {
      if (size === 0) return undefined;
      const priority = Math.min(...lanes.keys());
      const lane = laneOf(priority);
      if (lane.front.length === 0) [lane.front, lane.back] = [lane.back.toReversed(), []];
      const item = lane.front.pop();
      if (lane.front.length + lane.back.length === 0) lanes.delete(priority);
      size -= 1;
      return item;
    },
  };
}
