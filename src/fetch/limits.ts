import type { TargetRules } from "./address-rules.ts";
import type { ConnectorOptions } from "./connector.ts";

/** Bounds of one exchange; each ends in a recorded outcome. */
export interface ExchangeLimits {
  /** From the call to the last byte, waiting for the connection included. */
  readonly totalMs: number;
  /** From the call to the end of the final head: what endless 1xx responses and dripping heads run into. */
  readonly headMs: number;
  readonly connectMs: number;
  /** Bytes of body a second, asked for once `slowGraceMs` have passed since the head. */
  readonly minBytesPerSecond: number;
  readonly slowGraceMs: number;
  readonly maxHeadBytes: number;
  readonly maxHeaders: number;
  /** Bytes off the wire, heads and framing included; a longer response is cut off there. */
  readonly maxWireBytes: number;
}

export interface ExchangerOptions extends TargetRules, Omit<ConnectorOptions, "connectMs"> {
  readonly limits: ExchangeLimits;
  /** How long an idle connection is kept for its host, and for how many hosts. */
  readonly keepAliveMs: number;
  readonly maxIdleHosts: number;
}

export const exchangerDefaults: ExchangerOptions = {
  ports: [],
  allowPrivate: false,
  connectTo: [],
  lookup: null,
  certificateAuthority: null,
  limits: {
    totalMs: 60_000,
    headMs: 30_000,
    connectMs: 10_000,
    minBytesPerSecond: 1024,
    slowGraceMs: 10_000,
    maxHeadBytes: 32 << 10,
    maxHeaders: 200,
    maxWireBytes: 10 << 20,
  },
  keepAliveMs: 15_000,
  maxIdleHosts: 256,
};
