import type { RobotsFile } from "../../robots/parse.ts";

/**
 * The file as it speaks to agents that stand behind others in one line (`User-agent: Googlebot, GPTBot`), whom RFC 9309 does
 * not know; `null` where there are none. It is read beside the file itself, so that it can only add to what that reserves.
 */
export function fileOfListed(file: RobotsFile): RobotsFile | null {
  const groups = file.groups.flatMap((group) => {
    const agents = new Set(group.others);
    for (const agent of group.agents) agents.delete(agent);
    return agents.size === 0 ? [] : [{ ...group, agents, of: group.agents }];
  });
  if (groups.length === 0) return null;
  const listed = new Map(groups.map(({ agents, of }) => [of, agents]));
  const statements = file.statements.flatMap((statement) => {
    const agents = statement.agents === null ? undefined : listed.get(statement.agents);
    // A reservation of text and data mining is for all agents, and read already.
    return agents === undefined || statement.name === "tdm-reservation" ? [] : [{ ...statement, agents }];
  });
  return { ...file, groups, statements };
}
