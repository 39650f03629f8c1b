/** The address with the password that the environment gives, where the address itself has none: `ps` shows addresses. */
export function redisUrlOf(url: string, environment: Readonly<Record<string, string | undefined>>): string {
  const password = environment["COLOPHON_REDIS_PASSWORD"];
  if (password === undefined || password === "") return url;
  const [, scheme, authority = ""] = /^([a-z-]+:\/\/)(.*)$/s.exec(url) ?? [];
  if (scheme === undefined) return url;
  const at = authority.indexOf("@");
  const user = at < 0 ? "" : authority.slice(0, at);
  if (user.includes(":")) return url;
  return `${scheme}${user}:${encodeURIComponent(password)}@${authority.slice(at + 1)}`;
}
