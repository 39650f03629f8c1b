import { hostNamed } from "../core/address/host.ts";
import { urlEntryOf } from "../core/address/url-entry.ts";
import type { Policy } from "../core/decisions.ts";
import { nearestName } from "../core/nearest-name.ts";

/** The names that the registries know. */
interface KnownNames {
  readonly rules: readonly string[];
  readonly licenceFamilies: readonly string[];
}

/**
 * Problems that the schema cannot detect: unknown names and entries that nothing could match, which would silently disable
 * a bound, an allowance or a refusal, and bounds that nothing can satisfy. One sentence a problem; empty for a sound policy.
 */
export function policyProblems(policy: Policy, known: KnownNames): string[] {
  const rules = Object.entries(policy.rules).flatMap(([name, { min = -Infinity, max = Infinity }]) => {
    if (!known.rules.includes(name)) {
      return [`rules: there is no rule "${name}"${perhaps(name, known.rules)}; the rules are in docs/rules.md`];
    }
    return min > max ? [`rules."${name}": min ${min} is above max ${max}, so nothing could be kept`] : [];
  });
  const families = policy.licences.families
    .filter((family) => !known.licenceFamilies.includes(family))
    .map(
      (family) =>
        `licences.families: there is no family "${family}"${perhaps(family, known.licenceFamilies)}; there are ${known.licenceFamilies.join(", ")}`,
    );
  return [...hostProblems(policy.hosts), ...urlProblems(policy.urls), ...rules, ...families];
}

function perhaps(written: string, known: readonly string[]): string {
  const name = nearestName(written, known);
  return name === null ? "" : ` (did you mean "${name}"?)`;
}

function hostProblems(lists: Policy["hosts"]): string[] {
  return (["allow", "deny"] as const).flatMap((list) =>
    lists[list]
      .filter((entry) => hostNamed(entry) === null)
      .map((entry) => {
        const what = `hosts.${list}: ${JSON.stringify(entry)} is no host`;
        return urlEntryOf(entry) === null
          ? `${what}; write its name alone, like example.org`
          : `${what} but an address; write its host alone, or put it under urls`;
      }),
  );
}

function urlProblems(lists: Policy["urls"]): string[] {
  return (["allow", "deny"] as const).flatMap((list) =>
    (lists?.[list] ?? [])
      .filter((entry) => urlEntryOf(entry) === null)
      .map((entry) => {
        const what = `urls.${list}: ${JSON.stringify(entry)} is no address`;
        return hostNamed(entry) === null
          ? `${what}; write one like https://example.org/page or example.org/part/*`
          : `${what} but a host; write ${entry}/* for all of it, or put it under hosts`;
      }),
  );
}
