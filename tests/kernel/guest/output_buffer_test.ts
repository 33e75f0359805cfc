import { assertEquals } from "@std/assert";
import { OutputBuffer } from "../../../src/kernel/guest/output_buffer.ts";

/** A buffer, what it has passed on, and the cell whose code prints. */
function setup(maxChars: number) {
  const passed: string[] = [];
  const cells: { printing: number | undefined } = { printing: undefined };
  const output = new OutputBuffer(
    (cell, stream, text) => passed.push(`${cell} ${stream}: ${text}`),
    { maxChars, cellOf: () => cells.printing },
  );
  return { passed, cells, output };
}

Deno.test("OutputBuffer.write() passes on text as that of the cell whose code prints", () => {
  const { output, passed, cells } = setup(100);
  output.start(1);
  output.write("stdout", "a");
  output.end();
  output.start(2);
  cells.printing = 1;
  output.write("stderr", "b");
  cells.printing = 2;
  output.write("stdout", "cc");
  cells.printing = undefined;
  output.write("stdout", "d");
  assertEquals(passed, ["1 stdout: a", "1 stderr: b", "2 stdout: cc", "2 stdout: d"]);
  assertEquals(output.end(), { length: 3, tail: "" });
});

Deno.test("OutputBuffer.write() keeps the end of what a running cell prints beyond its budget", () => {
  const { output, passed } = setup(3);
  output.start(1);
  for (const text of ["ab", "cd", "ef"]) output.write("stdout", text);
  assertEquals(passed, ["1 stdout: ab", "1 stdout: c"]);
  assertEquals(output.end(), { length: 6, tail: "def" });
});

Deno.test("OutputBuffer.write() goes on with the budget of a cell that has ended, and says when it is spent", () => {
  for (const next of [undefined, 2]) {
    const { output, passed, cells } = setup(3);
    output.start(1);
    output.write("stdout", "a");
    output.end();
    if (next !== undefined) output.start(next);
    cells.printing = 1;
    for (let i = 0; i < 1000; i++) output.write("stdout", "bcd");
    const spent =
      "1 stderr: \n... this cell prints more than maxOutputChars: the rest is dropped\n";
    assertEquals(passed, ["1 stdout: a", "1 stdout: bc", spent]);
    cells.printing = next ?? 1;
    assertEquals(output.end().tail, "");
  }
});

Deno.test("OutputBuffer.write() lets the hundred last cells have a budget each and all older ones share one", () => {
  const { output, passed, cells } = setup(2);
  for (let cell = 1; cell <= 102; cell++) {
    output.start(cell);
    output.end();
  }
  for (cells.printing of [1, 2, 1, 3, 102]) output.write("stdout", "x");
  assertEquals(passed, [
    "1 stdout: x",
    "2 stdout: x",
    "1 stderr: \n... this cell prints more than maxOutputChars: the rest is dropped\n",
    "3 stdout: x",
    "102 stdout: x",
  ]);
});
