// Serves metrics and has nothing else to do: it ends by itself, unless the server keeps it alive.
import { serveMetrics } from "../../src/telemetry/metrics-server.ts";
import { workMetrics } from "../../src/telemetry/metrics.ts";

const { port } = await serveMetrics(workMetrics(["slice"]), { port: 0 });
await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
process.stdout.write("served\n");
