/** The commented `corpus.yaml` of a new corpus; `schemas/config.schema.json` is what it is checked against. */
export function defaultConfig(name: string, partitions: number): string {
  return `# What this corpus is called and how it is read. Every field is explained in docs/provenance-format.md.

# Stands in the manifest: letters, digits, dot, dash and underscore.
name: ${name}

# One sentence for its readers, and whom to write to about it.
# description: Openly licensed pages of ...
# contact: corpus@example.org

# What is kept, relative to this folder.
policy: policy.yaml

# Bytes of an archive that make one unit of work. Smaller ones spread better over many cores and lose less when a run is
# stopped; larger ones have less overhead. Archives that were registered before keep theirs.
sliceBytes: 8388608

# Threads that measure pages: a number, or auto for one a core.
workers: auto

# Files that the ledger is kept in, each with the captures of its domains. A corpus keeps the number it was made with.
${partitions === 1 ? "# partitions: 8" : `partitions: ${partitions}`}

# What \`colophon run\` gathers before it measures; each part may be left out. A crawl must name a contact (above).
# acquire:
#   crawl:
#     seeds: [https://example.org/]
#     scope: host # or domain, domain:example.org, prefix:https://example.org/docs/
#     delaySeconds: 1
#     maxPages: 10000
#   archives: [../other/*.warc.gz]
`;
}
