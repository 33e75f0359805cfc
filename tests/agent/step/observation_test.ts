import { assertEquals } from "@std/assert";
import { observe } from "../../../src/agent/step/observation.ts";
import type { CellResult, LateOutput } from "../../../src/runtime/cells/cell_result.ts";

function resultWith(late: readonly LateOutput[], lateDropped = 0): CellResult {
  return {
    status: "ok",
    cell: 4,
    source: "",
    output: { text: "now\n", stdout: "now\n", stderr: "", length: 4, tail: "", late, lateDropped },
    displays: [],
    hostCalls: [],
    unawaited: [],
    changed: [],
    durationMs: 1,
  };
}

const FIRST: LateOutput = { cell: 1, stream: "stdout", text: "one\n" };
const ERROR: LateOutput = { cell: 3, stream: "stderr", text: "Uncaught Error\n" };
const MORE: LateOutput = { cell: 1, stream: "stderr", text: "two\n" };

const CASES: [what: string, result: CellResult, shown: string][] = [
  ["nothing", resultWith([]), "now"],
  [
    "each earlier cell with all that it has printed",
    resultWith([FIRST, ERROR, MORE]),
    "now\n\nPrinted by cell 1 after it had ended:\none\ntwo\n\n" +
    "Printed by cell 3 after it had ended:\nUncaught Error",
  ],
  [
    "how much is missing where the runtime has not kept all",
    resultWith([ERROR], 1000),
    "now\n\nOf what earlier cells printed after they had ended, 1000 characters are not shown.\n\n" +
    "Printed by cell 3 after it had ended:\nUncaught Error",
  ],
  [
    "the end where it is longer than what the model may see",
    resultWith([FIRST, { ...ERROR, text: "x".repeat(98) + "yz" }], 10),
    "now\n\nOf what earlier cells printed after they had ended, 14 characters are not shown.\n\n" +
    `Printed by cell 3 after it had ended:\n${"x".repeat(98)}yz`,
  ],
];

for (const [what, result, shown] of CASES) {
  Deno.test(`observe() shows of late output ${what}`, () => {
    const { content } = observe(result, 100);
    assertEquals(content, `<execution_output>\n${shown}\n</execution_output>`);
  });
}
