import { assertEquals, assertThrows } from "@std/assert";
import { checkAnswer, formOf } from "../../../src/mcp/request/elicitation.ts";

const schema = {
  type: "object",
  properties: {
    name: { type: "string", default: "Ada" },
    age: { type: "integer" },
    ratio: { type: "number" },
    tags: { type: "array" },
    sure: { type: "boolean", default: false },
    odd: 7,
  },
  required: ["name"],
};
const request = {
  server: "web",
  message: "x".repeat(9_999),
  schema,
  signal: new AbortController().signal,
};

Deno.test("formOf() has the question, the fields and their defaults, bounded", () => {
  const { message, fields, content } = formOf(request);
  assertEquals([message.length, Object.keys(fields).length], [2_000, 5]);
  assertEquals(content, { name: "Ada", sure: false });
  const properties = Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`f${i}`, {}]));
  assertEquals(Object.keys(formOf({ ...request, schema: { properties } }).fields).length, 50);
  assertEquals(formOf({ ...request, schema: { properties: "none" } }).fields, {});
});

Deno.test("checkAnswer() accepts what fits the fields, and names what does not", () => {
  const fits = [{ name: "a" }, { name: "a", age: 3, ratio: 0.5, tags: ["x"], sure: true }];
  for (const content of fits) assertEquals(checkAnswer(content, request) as unknown, content);
  const cases: [content: unknown, message: string][] = [
    [undefined, "web: the content is not an object"],
    [[], "the content is not an object"],
    [{}, "name is missing; approve the call with an input that has it"],
    [{ name: 7 }, "name is of the type number and not string"],
    [{ name: "a", age: 0.5 }, "age is of the type number and not integer"],
    [{ name: "a", tags: "x" }, "tags is of the type string and not array"],
    [{ name: "a", other: 1 }, 'there is no field "other"'],
    [{ name: "a", odd: 1 }, 'there is no field "odd"'],
  ];
  for (const [content, message] of cases) {
    assertThrows(() => checkAnswer(content, request), TypeError, message);
  }
});
