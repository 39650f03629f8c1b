import type { ClaimLimits, Frontier } from "./frontier.ts";
import type { Turn } from "./turn.ts";

/** When a host may have its next turn; `null` for a host that may have none for now. */
export interface HostDue {
  readonly host: string;
  readonly dueMs: number | null;
}

/** A frontier on this machine: the truth, of which others may keep a window. */
export interface LocalFrontier extends Frontier {
  /**
   * Claims at once, so that it may stand among the changes of `together`.
   * @param hosts no others get a turn, and they get theirs in this order
   */
  claimNow(nowMs: number, limits: ClaimLimits, hosts?: readonly string[]): Turn[];
  /** Those due first. */
  firstDue(hosts: number): HostDue[];
  /** Hosts that are due at another time than when this was last asked; `null` when it may be any, or very many. */
  changedDue(nowMs: number): HostDue[] | null;
}
