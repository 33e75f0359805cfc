import { assertEquals } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import type { CellResult } from "../../src/runtime/cells/cell_result.ts";
import type { Conversation, ExpectedCell } from "./_conversation.ts";

const FOLDER = new URL("conversations/", import.meta.url);

for (const { name } of [...Deno.readDirSync(FOLDER)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  const module = await import(new URL(name, FOLDER).href) as Record<string, Conversation>;
  for (const conversation of Object.values(module)) {
    const { title, variables = {}, functions = {}, cells } = conversation;
    Deno.test(`DenoRuntime.execute() does what the model meant when it writes: ${title}`, async () => {
      await using runtime = new DenoRuntime({ variables, functions });
      for (const [index, expected] of cells.entries()) {
        const result = await runtime.execute(expected.source);
        assertEquals(observed(result), expected, `cell ${index + 1} of ${name}`);
      }
    });
  }
}

/** Converts a result to the form of an expected one. */
function observed(result: CellResult): ExpectedCell {
  const { source, output, hostCalls, changed } = result;
  return {
    source,
    ...result.status === "ok" && result.value !== undefined && { value: result.value.text },
    ...output.text !== "" && { output: output.text },
    ...output.stderr !== "" && { stderr: output.stderr },
    ...output.late.length > 0 && { late: output.late.map(({ text }) => text).join("") },
    ...hostCalls.length > 0 && { calls: hostCalls.map(({ name, status }) => `${name}:${status}`) },
    ...result.status === "error" && { error: describe(result.error) },
    ...changed.length > 0 && { changed: changed.map(({ name }) => name).join(" ") },
  };
}

function describe(
  { name, message, frames }: Extract<CellResult, { status: "error" }>["error"],
): ExpectedCell["error"] {
  const at = frames.map(({ cell, line, column }) => `cell-${cell}.ts:${line}:${column}`);
  return { name, message, at: at.join(" ") };
}
