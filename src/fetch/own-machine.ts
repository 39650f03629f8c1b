import { literalAddressOf } from "./address-rules.ts";
import type { ConnectToRule } from "./connect-to.ts";

/** True when all seeds are on this machine, or everything is sent there: then a contact is of no use. */
export function asksOnlyThisMachine(
  seeds: readonly { readonly url: string }[],
  connectTo: readonly ConnectToRule[],
): boolean {
  const isHere = (hostname: string): boolean =>
    hostname === "localhost" || hostname === "::1" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  const all = connectTo.find(({ fromHost, fromPort }) => fromHost === null && fromPort === null);
  if (all !== undefined && all === connectTo[0] && all.toHost !== null) return isHere(all.toHost);
  return seeds.every(({ url }) => {
    const { hostname } = new URL(url);
    return isHere(literalAddressOf(hostname) ?? hostname);
  });
}

/** Ports that the seeds name were meant. */
export function portsOf(seeds: readonly { readonly url: string }[]): number[] {
  const ports = seeds.flatMap(({ url }) => {
    const { port } = new URL(url);
    return port === "" ? [] : [Number(port)];
  });
  return [...new Set(ports)];
}
