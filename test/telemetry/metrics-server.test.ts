import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { suite, test } from "node:test";

import { PipelineError } from "../../src/core/errors.ts";
import { serveMetrics } from "../../src/telemetry/metrics-server.ts";
import { workMetrics } from "../../src/telemetry/metrics.ts";
import { ended } from "../fixtures/run-colophon.ts";

const kinds = ["slice", "turn"] as const;

suite("metrics", () => {
  test("are given over HTTP as they were counted", async () => {
    const metrics = workMetrics(kinds);
    await using server = await serveMetrics(metrics, { port: 0 });
    metrics.jobEnded("slice", "done", 3);
    metrics.jobEnded("slice", "failed", 0.2);
    metrics.measured({ captures: 10, documents: 7, bytes: 5000 });
    metrics.measured({ captures: 1, documents: 1, bytes: 1 });
    metrics.toStore(100);
    metrics.fromStore(20);
    metrics.queueHolds("turn", { waiting: 5, running: 2, delayed: 1, quarantined: 0 });
    metrics.queueHolds("turn", { waiting: 4, running: 3, delayed: 1, quarantined: 0 });

    const answer = await fetch(`http://127.0.0.1:${server.port}/metrics?x=1`);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    const lines = new Set((await answer.text()).split("\n"));
    for (const line of [
      'colophon_jobs_total{kind="slice",end="done"} 1',
      'colophon_jobs_total{kind="slice",end="failed"} 1',
      'colophon_job_seconds_bucket{le="0.1",kind="slice"} 0',
      'colophon_job_seconds_bucket{le="0.5",kind="slice"} 1',
      'colophon_job_seconds_bucket{le="5",kind="slice"} 2',
      'colophon_job_seconds_sum{kind="slice"} 3.2',
      'colophon_job_seconds_count{kind="turn"} 0',
      "colophon_captures_total 11",
      "colophon_documents_total 8",
      "colophon_measured_bytes_total 5001",
      'colophon_store_bytes_total{direction="to"} 100',
      'colophon_store_bytes_total{direction="from"} 20',
      'colophon_queue_jobs{kind="turn",state="waiting"} 4',
      'colophon_queue_jobs{kind="turn",state="running"} 3',
    ]) {
      assert.ok(lines.has(line), line);
    }
    const resident = [...lines].find((line) => line.startsWith("process_resident_memory_bytes "));
    assert.ok(Number(resident?.split(" ")[1]) > 1e6, resident);
  });

  test("take no kind that they were not made for, so that nothing from the web becomes a series", async () => {
    const metrics = workMetrics<string>(kinds);
    const depths = { waiting: 1, running: 0, delayed: 0, quarantined: 0 };
    for (const kind of ["https://example.org/", "", "__proto__", 'slice"} 1\ncolophon_forged 1\n#']) {
      assert.throws(() => metrics.jobEnded(kind, "done", 1), RangeError);
      assert.throws(() => metrics.queueHolds(kind, depths), RangeError);
    }
    assert.equal(await metrics.text().then((text) => /example|proto|forged/.test(text)), false);
  });

  test("of two makers in one process are apart", async () => {
    const [one, two] = [workMetrics(kinds), workMetrics(kinds)];
    one.measured({ captures: 1, documents: 0, bytes: 0 });
    assert.match(await two.text(), /^colophon_captures_total 0$/m);
  });

  test("are at /metrics alone, for GET alone", async () => {
    await using server = await serveMetrics(workMetrics(kinds), { port: 0 });
    const statusOf = async (method: string, path: string): Promise<string> => {
      const asked = request({ port: server.port, host: "127.0.0.1", method, path }).end();
      const [answer] = (await once(asked, "response")) as [import("node:http").IncomingMessage];
      answer.resume();
      return `${answer.statusCode} ${answer.headers.allow ?? ""}`.trim();
    };
    assert.equal(await statusOf("GET", "/metrics"), "200");
    assert.equal(await statusOf("POST", "/metrics"), "405 GET");
    assert.equal(await statusOf("DELETE", "/metrics"), "405 GET");
    for (const path of ["/", "/metrics/", "/metrics/../x", "/metricsx", "//metrics", "/?/metrics"]) {
      assert.equal(await statusOf("GET", path), "404", path);
    }
  });

  test("are on this machine only by default, and a port that is taken is reported", async () => {
    await using server = await serveMetrics(workMetrics(kinds), { port: 0 });
    await assert.rejects(
      serveMetrics(workMetrics(kinds), { port: server.port }),
      (error) => error instanceof PipelineError && error.code === "usage" && /EADDRINUSE/.test(error.message),
    );
    const elsewhere = connect(server.port, "127.0.0.2");
    const [error] = (await once(elsewhere, "error")) as [NodeJS.ErrnoException];
    assert.equal(error.code, "ECONNREFUSED");
  });

  test("end with their server, which waits for no connection", async () => {
    const server = await serveMetrics(workMetrics(kinds), { port: 0 });
    const idle = connect(server.port, "127.0.0.1");
    await once(idle, "connect");
    const closed = once(idle, "close");
    await server[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await closed;
    await assert.rejects(fetch(`http://127.0.0.1:${server.port}/metrics`));
  });

  test("do not keep a process alive", async () => {
    const script = new URL("serve-metrics-and-end.ts", import.meta.url).pathname;
    const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "pipe"], timeout: 20_000 });
    assert.deepEqual(await ended(child), { status: 0, signal: null, out: "served\n", err: "" });
  });
});
