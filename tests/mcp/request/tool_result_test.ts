import { assertEquals, assertThrows } from "@std/assert";
import { errorTextOf, readToolResult } from "../../../src/mcp/request/tool_result.ts";

function text(text: string) {
  return { type: "text", text };
}
const image = { type: "image", mimeType: "image/png", data: "AQID" };
const bytes = new Uint8Array([1, 2, 3]);

Deno.test("readToolResult() returns structured content, JSON, text or parts", () => {
  const cases: [result: unknown, value: unknown, displays?: unknown[]][] = [
    [{ content: [text("ignored")], structuredContent: { a: 1 } }, { a: 1 }],
    [{ structuredContent: null, content: [] }, null],
    [{ content: [text('{"a":[1]}')] }, { a: [1] }],
    [{ content: [text(" [1]")] }, [1]],
    [{ content: [text("12345678901234567890")] }, "12345678901234567890"],
    [{ content: [text("{no JSON")] }, "{no JSON"],
    [{ content: [text("a"), text("b")] }, "a\nb"],
    [{ content: [] }, undefined],
    [{}, undefined],
    [{ content: [text("seen"), image] }, "seen", [{ "image/png": bytes }]],
    [{ content: [image] }, [{ mimeType: "image/png", data: bytes }], [{ "image/png": bytes }]],
    [
      { content: [text("a"), { type: "resource", resource: { uri: "u", blob: "AQID" } }] },
      ["a", { uri: "u", mimeType: undefined, data: bytes }],
    ],
    [{ content: [{ type: "resource_link", uri: "u", name: "n" }] }, [{ uri: "u", name: "n" }]],
  ];
  for (const [result, value, displays = []] of cases) {
    assertEquals(readToolResult(result), { value, displays } as never);
  }
});

Deno.test("readToolResult() refuses what is no result", () => {
  const cases = [
    null,
    7,
    "text",
    [],
    { content: "text" },
    { content: [null] },
    { content: [{ type: "hologram" }] },
    { content: [{ ...image, data: "*" }] },
    { content: [{ ...image, data: 7 }] },
    { content: [{ ...image, mimeType: "text/html" }] },
    { content: [{ ...image, mimeType: "image/png\n" }] },
    { content: [{ type: "resource" }] },
  ];
  for (const result of cases) assertThrows(() => readToolResult(result), TypeError);
});

Deno.test("errorTextOf() returns the text of an error, bounded", () => {
  assertEquals(errorTextOf({ content: [] }), undefined);
  assertEquals(errorTextOf({ isError: true, content: [text("a"), text("b")] }), "a\nb");
  assertEquals(errorTextOf({ isError: true, structuredContent: { code: 7 } }), '{"code":7}');
  assertEquals(errorTextOf({ isError: true }), "no text");
  assertEquals(errorTextOf({ isError: true, content: [text("x".repeat(9_999))] })?.length, 4_000);
});
