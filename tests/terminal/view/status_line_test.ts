// deno-lint-ignore-file no-control-regex -- sequences of terminals begin with a control character
/** Lines that change, on a screen. */

import { assert, assertEquals } from "@std/assert";
import { createRichText } from "../../../src/terminal/view/rich/create_rich_text.ts";
import { StatusLine } from "../../../src/terminal/view/status_line.ts";
import { createStyle } from "../../../src/terminal/view/style.ts";
import { FakeClock } from "../../../src/testing/fake_clock.ts";

const style = createStyle({ enabled: false });

/** A screen that knows the sequences that the line uses. */
class Screen {
  readonly lines: string[] = [""];
  #row = 0;

  write(text: string): void {
    for (const [part] of text.matchAll(/\u001b\[(\d*)([A-Z])|[^\u001b]/g)) {
      const [, count, letter] = /^\u001b\[(\d*)([A-Z])$/.exec(part) ?? [];
      if (letter === "A") this.#row -= Number(count);
      else if (letter === "J") this.lines.splice(this.#row, Infinity, "");
      else if (part === "\n") this.#row++;
      else if (part !== "\r") this.lines[this.#row] += part;
      this.lines[this.#row] ??= "";
      assert(this.#row >= 0, "above the screen");
    }
  }
}

Deno.test("StatusLine tells the task and its time, below lines that are not final", async () => {
  using clock = new FakeClock();
  const screen = new Screen();
  {
    using line = new StatusLine({ write: (text) => screen.write(text), style });
    line.write("Hello\n");
    line.task = "waiting";
    assertEquals(screen.lines, ["Hello", ""]);
    await clock.advance(1_000);
    assertEquals(screen.lines[1]!.slice(2), "waiting, 1 s");
    line.preview(["one", "two"]);
    assertEquals(screen.lines, ["Hello", "one", "two"]);
    await clock.advance(1_000);
    assertEquals([...screen.lines.slice(0, 3), screen.lines[3]!.slice(2)], [
      "Hello",
      "one",
      "two",
      "waiting, 2 s",
    ]);
    line.preview(["three"]);
    assertEquals(screen.lines, ["Hello", "three"]);
    line.write("final\n");
    assertEquals(screen.lines, ["Hello", "final", ""]);
    line.task = undefined;
    await clock.advance(1_000);
    assertEquals(screen.lines, ["Hello", "final", ""]);
    line.preview(["half"]);
  }
  assertEquals(screen.lines, ["Hello", "final", ""]);
});

Deno.test("StatusLine shows the end of what is too high for the terminal", () => {
  const screen = new Screen();
  using line = new StatusLine({ write: (text) => screen.write(text), style, rows: () => 5 });
  for (let i = 1; i < 20; i++) line.preview(Array.from({ length: i }, (_, j) => `line ${j}`));
  assertEquals(screen.lines, ["line 16", "line 17", "line 18"]);
});

Deno.test("Markdown that arrives slowly leaves on the screen what it is at once", () => {
  const source = `# Title\n\nA paragraph that goes on ${"and on ".repeat(20)}\n\n- one\n- two\n\n` +
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n~~~ts\nlet x = 1;\n~~~\n\nThe end";
  const shown = [1, 4, 1000].map((size) => {
    const screen = new Screen();
    using line = new StatusLine({ write: (text) => screen.write(text), style, rows: () => 8 });
    const text = createRichText({ style }).markdown({
      write: (text) => line.write(text),
      preview: (lines) => line.preview(lines),
      columns: () => 50,
    });
    for (let at = 0; at < source.length; at += size) text.push(source.slice(at, at + size));
    text.end();
    return screen.lines;
  });
  assertEquals(shown[0], shown[2]);
  assertEquals(shown[1], shown[2]);
  assertEquals([shown[0]![0], shown[0]!.at(-2)], ["Title", "The end"]);
});
