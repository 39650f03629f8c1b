import type { Policy } from "../core/decisions.ts";
import { nearestName } from "../core/nearest-name.ts";
import { preferences } from "../core/rights.ts";
import { namesOfDocuments } from "../ledger/names.ts";
import type { Ledger } from "../ledger/open.ts";
import { agentNames } from "../rights/agent-names.ts";
import { commonLicences, licenceAttributesOf } from "../rights/licence-table.ts";
import { placeWarnings } from "./place-warnings.ts";
import { warningOf, warningsOf, type PolicyWarning } from "./policy-warning.ts";

/**
 * Names in a policy that nobody knows: neither this program nor, where ledgers are given, any capture or document in them.
 * @param ledgers all partitions; none: hosts and addresses are not looked for
 * @param refused how many documents each reason refused, when that is known
 */
export function policyWarnings(
  policy: Policy,
  ledgers: readonly Ledger[],
  refused: Readonly<Record<string, number>> | null = null,
): PolicyWarning[] {
  const { signals, licences } = policy;
  const ids = licences.ids.filter((id) => licenceAttributesOf(id).family === "unknown");
  return [
    ...(ledgers.length === 0 ? [] : placeWarnings(policy, ledgers, refused)),
    ...unknownNames("licences.ids", ids, commonLicences, () =>
      // Pages without a licence are judged by an entry of their own.
      namesOfDocuments(ledgers, "licences").filter((id) => id !== "NOASSERTION"),
    ),
    ...unknownNames("signals.refuse", signals.refuse, Object.keys(preferences), () =>
      namesOfDocuments(ledgers, "preferences"),
    ),
    ...unknownNames("signals.agents", signals.agents, agentNames, () => namesOfDocuments(ledgers, "agents")),
  ];
}

const whatIsUnknown = {
  "licences.ids": "no licence is known by the id",
  "signals.refuse": "no signal speaks of",
  "signals.agents": "no agent is known as",
} as const;

/** @param found what documents carry, asked only when a name is on no list of ours */
function unknownNames(
  field: keyof typeof whatIsUnknown,
  names: readonly string[],
  known: readonly string[],
  found: () => readonly string[],
): PolicyWarning[] {
  const unlisted = names.filter((name) => !known.includes(name));
  if (unlisted.length === 0) return [];
  const all = new Set([...known, ...found()]);
  const unknown = unlisted.filter((name) => !all.has(name));
  return warningsOf(field, unknown, (name) =>
    warningOf(field, name, whatIsUnknown[field], nearestName(name, all) ?? begunWith(name, known)),
  );
}

/** `CC-BY` for `CC-BY-4.0`. */
function begunWith(name: string, known: readonly string[]): string | null {
  return known.find((one) => one.toLowerCase().startsWith(`${name.toLowerCase()}-`)) ?? null;
}
