/** The client of the conformance scenarios: connects to the address in its last argument, and calls each tool from a cell. */

import { connectMcp } from "../../src/mcp/exports.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";

const url = Deno.args.at(-1)!;
await using servers = await connectMcp({
  mcpServers: { test: { url } },
  elicit: () => ({ action: "accept" }),
});
await using runtime = new LocalRuntime();
await servers.inject(runtime);
const [{ tools }] = servers.servers as [typeof servers.servers[0]];
for (const name of tools.keys()) {
  const args = name === "addNumbers" ? "{ a: 5, b: 3 }" : "{}";
  const result = await runtime.execute(`await test.${name}(${args})`);
  if (result.status !== "ok") console.error(result);
}
