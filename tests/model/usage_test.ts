import { assertEquals } from "@std/assert";
import type { ModelMessage } from "../../src/model/model.ts";
import { addUsage, estimateUsage } from "../../src/model/usage.ts";

Deno.test("estimateUsage() counts four characters as a token", () => {
  const table: [ModelMessage[], string, number, number][] = [
    [[], "", 0, 0],
    [[{ role: "user", content: "a" }], "a", 1, 1],
    [[{ role: "system", content: "abc" }, { role: "user", content: "abcde" }], "abcde", 2, 2],
  ];
  for (const [messages, text, promptTokens, completionTokens] of table) {
    assertEquals(estimateUsage(messages, text), {
      promptTokens,
      completionTokens,
      totalTokens: promptTokens + completionTokens,
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
      { promptTokens: 1, completionTokens: 2, totalTokens: 3, estimated: first },
      { promptTokens: 10, completionTokens: 20, totalTokens: 30, estimated: second },
    );
    assertEquals(sum, {
      promptTokens: 11,
      completionTokens: 22,
      totalTokens: 33,
      estimated: first || second,
    });
  }
});
