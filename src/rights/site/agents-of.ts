import type { RobotsStatement } from "../../robots/parse.ts";
import { trainingAgents } from "./training-agents.ts";

/** Agents of one kind of line that are looked at; real files have under ten. */
const mostAgents = 50;

/** Everybody first, then agents of training, then the others in the order of the file; `*` for lines of no group. */
export function agentsOf(statements: readonly RobotsStatement[]): string[] {
  const named = new Set<string>();
  for (const { agents } of statements) for (const agent of agents ?? ["*"]) named.add(agent);
  const rank = (agent: string): number => (agent === "*" ? 0 : trainingAgents.has(agent) ? 1 : 2);
  return [...named].toSorted((a, b) => rank(a) - rank(b)).slice(0, mostAgents);
}
