import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ByteTail } from "../../../src/mcp/transport/byte_tail.ts";
import { boundedAnswers } from "../../../src/mcp/transport/bounded_answers.ts";
import { LineSplitter } from "../../../src/mcp/transport/line_splitter.ts";

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

Deno.test("LineSplitter yields lines however they are cut", () => {
  const bytes = encode('{"a":"é"}\r\n\n{"b":2}\n{"c"');
  for (let size = 1; size <= bytes.length; size++) {
    const splitter = new LineSplitter(100);
    const lines: string[] = [];
    for (let i = 0; i < bytes.length; i += size) {
      lines.push(...splitter.add(bytes.subarray(i, i + size)));
    }
    assertEquals(lines, ['{"a":"é"}', '{"b":2}']);
  }
});

Deno.test("LineSplitter refuses a line that is too long, whether it ends or not", () => {
  for (const text of ["x".repeat(11), `${"x".repeat(11)}\n`]) {
    assertThrows(() => [...new LineSplitter(10).add(encode(text))], RangeError, "10 bytes");
  }
  assertEquals([...new LineSplitter(10).add(encode(`${"x".repeat(10)}\n`))], ["x".repeat(10)]);
});

Deno.test("ByteTail keeps the end", () => {
  const tail = new ByteTail(10);
  for (let i = 0; i < 1_000; i++) tail.add(encode(`${i} `));
  assertStringIncludes("990 991 992 993 994 995 996 997 998 999", tail.text);
  assertEquals(tail.text.length, 10);
});

Deno.test("boundedAnswers() bounds answers as a whole, and events one by one", async () => {
  const event = `data: ${"x".repeat(50)}\n\n`;
  const cases: [type: string, body: string, isAccepted: boolean][] = [
    ["application/json", "x".repeat(100), true],
    ["application/json", "x".repeat(101), false],
    ["text/event-stream", event.repeat(20), true],
    ["text/event-stream", event.replaceAll("\n", "\r\n").repeat(20), true],
    ["text/event-stream", `data: ${"x".repeat(101)}`, false],
    ["text/event-stream", "data: x\n".repeat(20), false],
  ];
  for (const [type, body, isAccepted] of cases) {
    const fetch = boundedAnswers(
      () => Promise.resolve(new Response(body, { headers: { "content-type": type } })),
      100,
    );
    const text = await (await fetch("http://x.test")).text().catch((error: Error) => error.message);
    assertEquals(text, isAccepted ? body : "Cannot read a message: it has more than 100 bytes");
  }
});
