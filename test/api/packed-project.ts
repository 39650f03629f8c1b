import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

const checkout = new URL("../..", import.meta.url).pathname;
const installed = (name: string): string => join(checkout, "node_modules", name);

/** An empty project that has installed the package from its own tarball; nothing in it points to the checkout's sources. */
export interface PackedProject extends Disposable {
  readonly folder: string;
  /** Runs a program in the folder, with the installed commands on PATH, and gives what it printed. */
  readonly run: (program: string, ...args: readonly string[]) => string;
}

/** Compiles and packs the package as `npm publish` would, and installs it without a network. */
export function packedProject(): PackedProject {
  const root = mkdtempSync(join(tmpdir(), "colophon-packed-"));
  const [source, folder] = [join(root, "source"), join(root, "project")];
  const modules = join(folder, "node_modules");
  const { dependencies, files } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
    readonly files: readonly string[];
  };
  for (const name of ["package.json", ...files.filter((file) => file !== "dist")]) {
    cpSync(join(checkout, name), join(source, name), { recursive: true });
  }
  const config = join(checkout, "tsconfig.build.json");
  execFileSync(join(checkout, "node_modules/.bin/tsc"), ["-p", config, "--outDir", join(source, "dist")]);
  execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--offline", "--pack-destination", root], {
    cwd: source,
  });
  const tarball = readdirSync(root).find((name) => name.endsWith(".tgz")) ?? "no tarball";
  mkdirSync(join(modules, "colophon"), { recursive: true });
  execFileSync("tar", ["-xzf", join(root, tarball), "-C", join(modules, "colophon"), "--strip-components=1"]);
  for (const name of [...Object.keys(dependencies), "@types/node", "undici-types"]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(installed(name), join(modules, name));
  }
  mkdirSync(join(modules, ".bin"));
  symlinkSync("../colophon/bin/colophon.js", join(modules, ".bin/colophon"));
  writeFileSync(join(folder, "package.json"), '{ "name": "empty", "private": true, "type": "module" }\n');
  const path = [dirname(process.execPath), join(modules, ".bin"), process.env["PATH"]].join(delimiter);
  // With this variable of the test runner set, a nested runner would run nothing and report success.
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: path };
  delete env["NODE_TEST_CONTEXT"];
  return {
    folder,
    run: (program, ...args) =>
      execFileSync(program, args, { cwd: folder, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The compiler of the checkout over all `.ts` of a project, as strict as a user may want it. */
export function checkTypes({ folder, run }: PackedProject): void {
  const compilerOptions = { strict: true, skipLibCheck: false, noEmit: true, module: "nodenext", target: "esnext" };
  const options = { ...compilerOptions, types: ["node"], allowImportingTsExtensions: true };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["*.ts"] }));
  try {
    run(join(checkout, "node_modules/.bin/tsc"), "-p", ".");
  } catch (error) {
    throw new Error((error as { readonly stdout: string }).stdout, { cause: error });
  }
}
