import { hostNamed } from "../core/address/host.ts";
import { urlEntryOf } from "../core/address/url-entry.ts";
import type { Policy } from "../core/decisions.ts";
import { nearerOf, type NearName } from "../core/nearest-name.ts";
import { hostsOfCaptures } from "../ledger/names.ts";
import type { Ledger } from "../ledger/open.ts";
import { warningOf, warningsOf, warningsPerField, type PolicyWarning } from "./policy-warning.ts";

/** An entry that speaks of one host, or of one and all below it. */
interface HostEntry {
  readonly field: string;
  readonly entry: string;
  readonly host: string;
  readonly below: boolean;
}

/**
 * Hosts and addresses in a policy that no capture has.
 * @param refused how many documents each reason refused, to tell which addresses took none; `null`: not known
 */
export function placeWarnings(
  policy: Policy,
  ledgers: readonly Ledger[],
  refused: Readonly<Record<string, number>> | null,
): PolicyWarning[] {
  const missing = withoutCaptures(hostEntriesOf(policy), ledgers);
  const fields = Map.groupBy(missing, ({ field }) => field);
  const shown = [...fields.values()].flatMap((entries) => entries.slice(0, warningsPerField));
  const near = nearestHosts(new Set(shown.map(({ host }) => host)), ledgers);
  const unknown = [...fields].flatMap(([field, entries]) =>
    warningsOf(field, entries, ({ entry, host }) => {
      const what = field.startsWith("hosts") ? "no capture is of the host" : "no capture is of the host of";
      return warningOf(field, entry, what, near.get(host)?.name ?? null);
    }),
  );
  if (refused === null) return unknown;
  // A takedown that takes nothing down is worse than none: somebody believes that it was done.
  const known = new Set((fields.get("urls.deny") ?? []).map(({ entry }) => entry));
  const idle = (policy.urls?.deny ?? []).filter((entry) => !known.has(entry) && refused[`url:${entry}`] === undefined);
  return [
    ...unknown,
    ...warningsOf("urls.deny", idle, (entry) => warningOf("urls.deny", entry, "no document has the address", null)),
  ];
}

function hostEntriesOf({ hosts, urls }: Policy): HostEntry[] {
  return (["allow", "deny"] as const).flatMap((list) => {
    const ofHosts = hosts[list].map((entry) => hostEntryOf(`hosts.${list}`, entry, hostNamed(entry), true));
    const ofUrls = (urls?.[list] ?? []).map((entry) => {
      const read = urlEntryOf(entry);
      return hostEntryOf(`urls.${list}`, entry, read?.host ?? null, read?.below ?? false);
    });
    return ofHosts.concat(ofUrls).filter((entry) => entry !== null);
  });
}

function hostEntryOf(field: string, entry: string, host: string | null, below: boolean): HostEntry | null {
  return host === null ? null : { field, entry, host, below };
}

function withoutCaptures(entries: readonly HostEntry[], ledgers: readonly Ledger[]): readonly HostEntry[] {
  if (entries.length === 0) return [];
  const own = new Set(entries.map(({ host }) => host));
  const below = new Set(own);
  for (const host of hostsOfCaptures(ledgers)) {
    own.delete(host);
    below.delete(host);
    for (let dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1)) below.delete(host.slice(dot + 1));
  }
  return entries.filter((entry) => (entry.below ? below : own).has(entry.host));
}

/** Of the hosts that captures have and the names above them, the nearest to each. */
function nearestHosts(wanted: ReadonlySet<string>, ledgers: readonly Ledger[]): ReadonlyMap<string, NearName> {
  const near = new Map<string, NearName>();
  if (wanted.size === 0) return near;
  for (const host of hostsOfCaptures(ledgers)) {
    // A name without a dot is a public suffix, and would cover far more than was meant.
    for (let name = host; name.includes("."); name = name.slice(name.indexOf(".") + 1)) {
      for (const one of wanted) {
        const best = nearerOf(one, name, near.get(one) ?? null);
        if (best !== null) near.set(one, best);
      }
    }
  }
  return near;
}
