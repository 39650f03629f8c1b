import { PipelineError } from "../../core/errors.ts";
import type { Extracted, ExtractLoss } from "../../measure/inspect.ts";
import type { Command, CommandInput, Io } from "../command.ts";
import { jsonOption, textOf } from "../options.ts";
import { jsonText, oneLine, printable, writeLine } from "../write-line.ts";

export const extract: Command = {
  name: "extract",
  summary: "Show what the stages make of a page or an archive, without a corpus",
  description:
    "Puts an HTML file or every capture of a WARC, ARC or WET file through the very stages of the pipeline and prints what they make of it: outcome, text, title, language, licence with its evidence, opt-out signals and the value of every quality rule. Nothing is stored.",
  arguments: [{ name: "<file>", description: "HTML or archive file, - for standard input" }],
  options: [
    jsonOption,
    { flags: "--url <url>", description: "address of the page, when FILE is HTML", default: "http://localhost/" },
  ],
  examples: [
    { line: "colophon extract page.html --url https://example.org/page --json", says: "one JSON line for one page" },
    {
      line: "colophon extract crawl.warc.gz --json | jq -r 'select(.outcome==\"document\") | .licence.id'",
      says: "licences of an archive",
    },
  ],
  async run({ args, options }: CommandInput, io: Io) {
    const { extractArchive, extractHtml, inspectedSource, startsAsArchive } = await import("../../measure/inspect.ts");
    const { loadStages } = await import("../../measure/process-capture.ts");
    const url = textOf(options, "url");
    if (!/^https?:/i.test(url) || !URL.canParse(url)) {
      throw new PipelineError("usage", `--url takes an address that begins with http: or https:, not ${url}`, { url });
    }
    const stages = loadStages();
    using source = await inspectedSource(args[0] ?? "-", io.input);
    const show = async (capture: Extracted): Promise<void> =>
      writeLine(io.out, options["json"] === true ? jsonText(capture) : inWords(capture));

    if (source.size === 0) {
      io.err.write("colophon: the input is empty\n");
      return "badInput";
    }
    if (!startsAsArchive(source.read(0, Math.min(32, source.size)))) {
      await show(extractHtml(source.read(0, source.size), url, stages));
      return "ok";
    }
    let losses = 0;
    for await (const item of extractArchive(source, stages)) {
      if (io.signal.aborted) return "interrupted";
      if (item.kind === "capture") await show(item.capture);
      else {
        losses++;
        io.err.write(`colophon: ${lossInWords(item.loss)}\n`);
      }
    }
    return losses === 0 ? "ok" : "badInput";
  },
};

function lossInWords({ offset, length, reason, detail }: ExtractLoss): string {
  return printable(`${length} bytes at ${offset} are in no record: ${reason}${detail === "" ? "" : ` (${detail})`}`);
}

function inWords(capture: Extracted): string {
  const lines = [
    `url          ${oneLine(capture.url)}`,
    `outcome      ${capture.outcome}${capture.reason === null ? "" : ` (${capture.reason}${capture.detail === null ? "" : `: ${oneLine(capture.detail)}`})`}`,
  ];
  if (capture.outcome === "document") {
    lines.push(
      `title        ${oneLine(capture.title ?? "-")}`,
      `language     ${capture.language?.code ?? "und"} (${(capture.language?.score ?? 0).toFixed(2)})`,
      `licence      ${capture.licence?.id ?? "NOASSERTION"} (${capture.licence?.basis ?? ""})`,
      ...capture.evidence.map((seen) => `evidence     ${JSON.stringify(seen)}`),
      ...capture.signals.map((seen) => `signal       ${JSON.stringify(seen)}`),
      ...Object.entries(capture.measurements).map(([rule, value]) => `measurement  ${rule} = ${value ?? "unknown"}`),
      "",
      capture.text ?? "",
    );
  }
  return printable(`${lines.join("\n")}\n`);
}
