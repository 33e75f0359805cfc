import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CellErrors } from "../../src/runtime/cells/cell_errors.ts";
import type { CellErrorReport, CellFrame } from "../../src/rpc/protocol.ts";

const HUGE = "x".repeat(1_000_000);

function report(fields: Partial<CellErrorReport>): CellErrorReport {
  return { name: "Error", message: "m", stack: "", frames: [], ...fields };
}

function errorsOf(source: string): CellErrors {
  const errors = new CellErrors();
  errors.add(1, source);
  return errors;
}

Deno.test("CellErrors quotes the line of a real place, and ignores places that cannot exist", () => {
  const errors = errorsOf("one\ntwo\r\n");
  const table: [frame: CellFrame, text: string][] = [
    [{ cell: 1, line: 2, column: 2 }, "\n    at cell-1.ts:2:2\n\n2 | two\n  |  ^"],
    [{ cell: 1, line: 1, column: 9 }, "\n    at cell-1.ts:1:9\n\n1 | one\n  |    ^"],
    [{ cell: 1, line: 9, column: 1 }, "\n    at cell-1.ts:9:1"],
    [{ cell: 1, line: 1e9, column: 1 }, ""],
    [{ cell: 1, line: 1, column: 1e9 }, ""],
    [{ cell: 1, line: -1, column: 1 }, ""],
    [{ cell: 1, line: 0, column: 1 }, ""],
    [{ cell: 1, line: 1, column: NaN }, ""],
    [{ cell: 1, line: 1.5, column: 1 }, ""],
    [{ cell: 1, line: Infinity, column: 1 }, ""],
    [{ cell: 7, line: 1, column: 1 }, ""],
    [{ cell: -1, line: 1, column: 1 }, ""],
    [{ cell: NaN, line: 1, column: 1 }, ""],
  ];
  for (const [frame, text] of table) {
    assertEquals(errors.ofReport(report({ frames: [frame] }), []).text, `Error: m${text}`);
  }
});

Deno.test("CellErrors bounds all parts of a report", () => {
  const errors = errorsOf(HUGE);
  const frame = { cell: 1, line: 1, column: 500_000 };
  const names = Array.from({ length: 20_000 }, (_, i) => ({ name: `name${i}`, type: "number" }));
  const reports: CellErrorReport[] = [
    report({ message: HUGE }),
    report({ name: HUGE }),
    report({ details: [HUGE] }),
    report({ details: Array(100_000).fill("a") }),
    report({ frames: Array(1_000_000).fill(frame) }),
    report({ name: "TypeError", frames: [frame] }),
    report({ name: "ReferenceError", message: HUGE, frames: [frame] }),
    report({ name: "ReferenceError", message: "nam is not defined" }),
    report({ name: "NotCapable", message: `Requires net access to ${HUGE}` }),
    report({ name: "NotCapable", message: `Requires net access to ${HUGE}, run again` }),
    report({ name: "RangeError", message: HUGE }),
  ];
  for (const one of reports) {
    const { text, frames } = errors.ofReport(one, names);
    assert(text.length < 25_000, one.name);
    assert(frames.length <= 50);
  }
});

Deno.test("CellErrors gives advice about a constant, and about nothing else that is read-only", () => {
  const names = [{ name: "answer", type: "number", constant: true }, {
    name: "rate",
    type: "number",
  }];
  const adviceFor = (name: string, holder: string) => {
    const message = `Cannot assign to read only property '${name}' of object '${holder}'`;
    return errorsOf("").ofReport(report({ name: "TypeError", message }), names).text.split(
      "\n\n",
    )[1];
  };
  assertStringIncludes(adviceFor("answer", "#<Window>")!, "answer is a constant");
  assertEquals(adviceFor("answer", "#<Object>"), undefined);
  assertEquals(adviceFor("rate", "#<Window>"), undefined);
});

Deno.test("CellErrors cuts a quoted line at whole pairs, with the caret in place", () => {
  for (const column of [150, 161, 162, 163, 500]) {
    const frame = { cell: 1, line: 1, column };
    const { text } = errorsOf("😀".repeat(1_000)).ofReport(report({ frames: [frame] }), []);
    assertEquals(text.isWellFormed(), true);
    assert(text.length < 400);
  }
});
