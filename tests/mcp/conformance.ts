/**
 * Runs the official conformance scenarios of the Model Context Protocol that concern this package:
 * `deno task conformance`. The first run downloads `npm:@modelcontextprotocol/conformance`.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { mcpHandler } from "../../src/mcp_server/exports.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";

const SUITE = "npm:@modelcontextprotocol/conformance@^0.1.16";
const CLIENT = fileURLToPath(new URL("./_conformance_client.ts", import.meta.url));

/** Scenarios of authorization are those of the official client package, to which OAuth is left. */
const CLIENT_SCENARIOS = [
  "initialize",
  "tools_call",
  "elicitation-sep1034-client-defaults",
  "sse-retry",
];

/** The other scenarios call tools, resources and prompts that the suite prescribes. */
const SERVER_SCENARIOS = ["server-initialize", "ping", "tools-list", "dns-rebinding-protection"];

if (import.meta.main) Deno.exitCode = await main();

async function main(): Promise<number> {
  const folder = await Deno.makeTempDir();
  let failed = 0;
  const run = async (name: string, args: readonly string[]) => {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-lock", "--no-config", SUITE, ...args],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    console.log(`${success ? "ok  " : "FAIL"} ${name}`);
    if (success) return;
    failed++;
    console.log(new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
  };
  try {
    for (const scenario of CLIENT_SCENARIOS) {
      const command = `${Deno.execPath()} run -A --quiet --no-check ${CLIENT}`;
      await run(`client ${scenario}`, ["client", "--command", command, "--scenario", scenario]);
    }
    await using handler = mcpHandler({ runtime: () => new LocalRuntime() });
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      handler.fetch,
    );
    const url = `http://localhost:${server.addr.port}/mcp`;
    for (const scenario of SERVER_SCENARIOS) {
      await run(`server ${scenario}`, ["server", "--url", url, "--scenario", scenario]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return failed === 0 ? 0 : 1;
}
