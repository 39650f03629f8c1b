import { compiledRules, groupsFor, type CompiledRule } from "../../robots/compile.ts";
import type { RobotsFile } from "../../robots/parse.ts";

/** What a robots.txt has for an agent. */
export interface OwnRules {
  /** False when those of `*` hold, or none. */
  readonly named: boolean;
  readonly rules: readonly CompiledRule[];
}

/** Rules of agents by their names in lower case; agents of the same groups share one list. */
export type AgentRules = (agent: string) => OwnRules;

/** Compiles each set of groups once, however many agents it is for. */
export function agentRules(file: RobotsFile): AgentRules {
  const byGroups = new Map<string, readonly CompiledRule[]>();
  const indexes = new Map(file.groups.map((group, index) => [group, index]));
  return (agent) => {
    const { named, groups } = groupsFor(file, agent);
    const key = groups.map((group) => indexes.get(group)).join();
    const rules = byGroups.get(key) ?? compiledRules(groups.flatMap((group) => group.rules));
    byGroups.set(key, rules);
    return { named, rules };
  };
}
