import type { JudgedDocument } from "../core/decisions.ts";
import { licenceKnowledge, type LoadedPolicy } from "../corpus/policy-file.ts";
import { documentsForDecisions, replaceDecisions } from "../ledger/decisions.ts";
import type { Ledger } from "../ledger/open.ts";
import { decide } from "../policy/decide.ts";
import type { Run } from "./run.ts";

/** Applies the policy to every document and puts the decisions in the place of the old ones; no page is read again. */
export function decideDocuments({ ledgers }: Pick<Run, "ledgers">, policy: LoadedPolicy): void {
  const stored = { sha256: policy.sha256, name: policy.policy.name, text: policy.text };
  replaceDecisions(ledgers, stored, decide(policy.policy, documentsOfAll(ledgers), licenceKnowledge));
}

function* documentsOfAll(ledgers: readonly Ledger[]): Generator<JudgedDocument> {
  for (const ledger of ledgers) yield* documentsForDecisions(ledger);
}
