// Plain JavaScript on purpose: it must run, and say one clear line, on any Node since 12. Older ones cannot strip types,
// have no zstd, and better-sqlite3 13 ends them with a segmentation fault instead of a message.
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(
    "colophon: needs Node 24 or newer, this is " +
      process.version +
      ". Run it through npx or an npm script (the package `node` brings Node 24), or install Node 24.\n",
  );
  process.exit(1);
}
