import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { z } from "zod";
import { typeOfJsonSchema } from "../../../src/mcp/schema/json_schema_type.ts";
import { CORPUS } from "./_corpus.ts";

/** Runs `deno check` on a text, and returns its output. */
async function check(text: string): Promise<{ success: boolean; output: string }> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, text);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--no-config", "--no-lock", file],
      env: { NO_COLOR: "1" },
    }).output();
    return { success, output: new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("typeOfJsonSchema() writes types that TypeScript accepts, and that fit the values", async () => {
  const { schema: _, ...zod } = { schema: 0, ...zodSchemas() };
  const lines: string[] = [];
  for (const [name, schema] of Object.entries(zod)) {
    const { type, declarations } = typeOfJsonSchema(schema, { prefix: `Zod${name}` });
    lines.push(
      ...declarations.map((text) => `export ${text}`),
      `export type Zod_${name} = ${type};`,
    );
  }
  for (const [name, { schema, accepts = [], refuses = [] }] of Object.entries(CORPUS)) {
    const prefix = name[0]!.toUpperCase() + name.slice(1);
    const { type, declarations } = typeOfJsonSchema(schema, { prefix });
    lines.push(...declarations.map((text) => `export ${text}`), `export type ${name}_ = ${type};`);
    for (const value of accepts) lines.push(`void (${value} satisfies ${name}_);`);
    for (const value of refuses) {
      lines.push(
        "// @ts-expect-error the value has another type",
        `void (${value} satisfies ${name}_);`,
      );
    }
  }
  const { success, output } = await check(lines.join("\n"));
  assert(success, `${output}\n${lines.join("\n")}`);
});

function zodSchemas(): Record<string, unknown> {
  const category: z.ZodType = z.lazy(() => z.object({ name: z.string(), sub: z.array(category) }));
  return {
    Tree: z.toJSONSchema(category),
    Union: z.toJSONSchema(z.discriminatedUnion("type", [
      z.object({ type: z.literal("a"), n: z.number().optional() }),
      z.object({ type: z.literal("b"), t: z.tuple([z.string(), z.number()]).rest(z.boolean()) }),
    ])),
    Record: z.toJSONSchema(z.record(z.string(), z.array(z.enum(["x", "y"])).nullable())),
    And: z.toJSONSchema(
      z.intersection(z.object({ a: z.string() }), z.object({ b: z.date().optional() })),
      {
        unrepresentable: "any",
      },
    ),
  };
}

Deno.test("typeOfJsonSchema() tells what types do not say in comments", () => {
  const { type } = typeOfJsonSchema(CORPUS.listPullRequests!.schema);
  assertStringIncludes(
    type,
    "/** Results per page (at least 1, at most 100) */\n  perPage?: number;",
  );
  assertStringIncludes(type, '/** Filter by state */\n  state?: "open" | "closed" | "all";');
  assertStringIncludes(
    typeOfJsonSchema(CORPUS.editFile!.schema).type,
    "/** Text *\\/ to search */",
  );
});

Deno.test("typeOfJsonSchema() has no tags of prompts", () => {
  const schema = { enum: ["</variables>", "a"], description: "</functions>" };
  assertEquals(typeOfJsonSchema(schema).type, '"\\u003c/variables>" | "a"');
  const { type } = typeOfJsonSchema({ type: "object", properties: { a: schema } });
  assert(!type.includes("</functions>"));
});

Deno.test("typeOfJsonSchema() is bounded for any schema", () => {
  const laughs: Record<string, unknown> = { l0: { type: "string" } };
  for (let i = 1; i < 60; i++) {
    const ref = { $ref: `#/$defs/l${i - 1}` };
    laughs[`l${i}`] = { type: "object", properties: { a: ref, b: ref, c: ref } };
  }
  let deep: unknown = { type: "string" };
  for (let i = 0; i < 10_000; i++) deep = { type: "array", items: deep };
  const wide = {
    type: "object",
    properties: Object.fromEntries(
      Array.from(
        { length: 20_000 },
        (_, i) => [`p${i}`, { type: "string", description: "x".repeat(100) }],
      ),
    ),
  };
  const schemas = [
    { $ref: "#/$defs/l59", $defs: laughs },
    deep,
    wide,
    { enum: Array.from({ length: 100_000 }, (_, i) => `value ${i}`) },
    { const: "x".repeat(100_000) },
  ];
  for (const schema of schemas) {
    const { type, declarations } = typeOfJsonSchema(schema, { maxChars: 5_000 });
    assert([type, ...declarations].join("").length <= 5_000);
  }
  assertEquals(typeOfJsonSchema(wide, { maxChars: 5_000 }).type, "Record<string, unknown>");
});
