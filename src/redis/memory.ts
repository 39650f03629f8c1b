import { Cluster, type Redis } from "ioredis";

/** The parts of a server's INFO that matter to a queue. */
export interface RedisMemory {
  readonly version: string;
  readonly policy: string;
  readonly usedBytes: number;
  /** 0 when there is no limit. */
  readonly limitBytes: number;
}

/** Of the fullest server, where there are several. Uses INFO, since restricted users may rarely call CONFIG. */
export async function memoryOf(client: Redis | Cluster): Promise<RedisMemory> {
  const nodes = client instanceof Cluster ? client.nodes("master") : [client];
  const all = await Promise.all(nodes.map(async (one) => memoryIn(await one.info())));
  const fullness = ({ usedBytes, limitBytes }: RedisMemory): number => (limitBytes === 0 ? 0 : usedBytes / limitBytes);
  return all.reduce((worst, one) => (fullness(one) > fullness(worst) || one.policy !== "noeviction" ? one : worst));
}

function memoryIn(info: string): RedisMemory {
  const field = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, "mu").exec(info)?.[1] ?? "";
  return {
    version: field("redis_version"),
    policy: field("maxmemory_policy"),
    usedBytes: Number(field("used_memory")),
    limitBytes: Number(field("maxmemory")),
  };
}

/** Why a server is unsuitable for a queue, and what to do; `undefined` when it is suitable. */
export function refusalOf({ version, policy }: RedisMemory): string | undefined {
  // An evicted key is a lost lock or half a job. BullMQ only warns of it.
  if (policy !== "noeviction") {
    return `it throws keys away when it is full (maxmemory-policy ${policy}); put the line "maxmemory-policy noeviction" into redis.conf and restart it`;
  }
  // Our scripts read TIME and then write, which older servers do not allow.
  if (Number.parseInt(version, 10) < 7)
    return `it is version ${version}; Redis 7 or Valkey 7.2 is the oldest that works`;
  return undefined;
}
