import { assertEquals } from "@std/assert";
import type { ModelMessage } from "../../src/model/model.ts";
import { addUsage, estimateUsage } from "../../src/model/usage.ts";

Deno.test("estimateUsage() counts four characters as a token", () => {
  const table: [ModelMessage[], string, number, number][] = [
    [[], "", 0, 0],
    [[{ role: "user", content: "a" }], "a", 1, 1],
    [[{ role: "system", content: "abc" }, { role: "user", content: "abcde" }], "abcde", 2, 2],
  ];
  for (const [messages, text, inputTokens, outputTokens] of table) {
    assertEquals(estimateUsage(messages, text), {
      inputTokens,
      outputTokens,
      totalTokens: inputTokens + outputTokens,
      estimated: true,
    });
  }
});

Deno.test("addUsage() is estimated when either usage is", () => {
  for (
    const [first = false, second = false] of [[false, false], [false, true], [true, false], [
      true,
      true,
    ]]
  ) {
    const sum = addUsage(
      { inputTokens: 1, outputTokens: 2, totalTokens: 3, estimated: first },
      { inputTokens: 10, outputTokens: 20, totalTokens: 30, estimated: second },
    );
    assertEquals(sum, {
      inputTokens: 11,
      outputTokens: 22,
      totalTokens: 33,
      estimated: first || second,
    });
  }
});
