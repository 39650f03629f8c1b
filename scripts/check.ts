/** `npm run check`: every static check, all of them even when one fails; exits 1 if any did. */
import { spawnSync } from "node:child_process";

const checks = [
  ["tsc"],
  ["oxlint", "--type-aware", "--deny-warnings"],
  ["oxfmt", "--check"],
  ["knip", "--no-progress"],
  ["node", "scripts/generate.ts", "--check"],
] as const;

const failed = checks.filter(([command, ...args]) => {
  const run = spawnSync(command, args, { stdio: "inherit" });
  console.log(`${run.status === 0 ? "ok" : "FAILED"}  ${[command, ...args].join(" ")}`);
  return run.status !== 0;
});
process.exitCode = failed.length === 0 ? 0 : 1;
