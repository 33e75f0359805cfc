import { assert, assertEquals } from "@std/assert";
import { createStyle } from "../../../src/terminal/view/style.ts";
import { diffText, toolText } from "../../../src/terminal/view/tool_view.ts";

const style = createStyle({ enabled: false });
const colours = createStyle({ enabled: true });
const fields = { index: 0, step: 1, run: "r" };

Deno.test("toolText() shows the events of tools", () => {
  const diff = "--- a.md\n+++ a.md\n@@ -1 +1 @@\n-one\n+two\n";
  const cases: [event: object, text: string][] = [
    [
      { type: "file_change", path: "a.md", change: "update", added: 1, removed: 1, diff },
      "a.md update +1 -1\n@@ -1 +1 @@\n-one\n+two\n",
    ],
    [
      { type: "file_change", path: "a", to: "b", change: "move", added: 0, removed: 0, diff: "" },
      "a -> b move +0 -0\n",
    ],
    [
      { type: "command_start", id: "c", command: "ls", directory: ".", background: false },
      "$ ls\n",
    ],
    [
      { type: "command_start", id: "c", command: "ls", directory: "sub", background: false },
      "$ ls in sub\n",
    ],
    [{ type: "command_output", id: "c", text: "out" }, "out\n"],
    [
      { type: "command_end", id: "c", status: "exited", exitCode: 0, durationMs: 1 },
      "exit code 0\n",
    ],
    [
      { type: "command_end", id: "c", status: "timeout", exitCode: 1, durationMs: 1 },
      "ended (timeout)\n",
    ],
    [
      {
        type: "todos",
        todos: [{ title: "a", status: "done" }, { title: "b", status: "in_progress" }],
      },
      "✓ a\n▸ b\n",
    ],
  ];
  for (const [event, text] of cases) {
    assertEquals(toolText({ ...fields, ...event } as never, style), text);
  }
});

Deno.test("toolText() lets no file and no command control the terminal", () => {
  const evil = "x\x1b]52;c;evil\x07\x1b[2J\u202e\x9b31m";
  const events = [
    { type: "file_change", path: evil, to: evil, change: "move", added: 0, removed: 0, diff: evil },
    { type: "command_start", id: "c", command: evil, directory: evil, background: false },
    { type: "command_output", id: "c", text: evil },
    { type: "todos", todos: [{ title: evil, status: "open" }] },
  ];
  for (const event of events) {
    const text = toolText({ ...fields, ...event } as never, style);
    // deno-lint-ignore no-control-regex -- they are what must not be there
    assert(!/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/.test(text), JSON.stringify(text));
  }
});

Deno.test("diffText() cuts long diffs, and colours lines", () => {
  const long = diffText(`@@ -1 +1 @@\n${"+line\n".repeat(500)}`, style);
  assertEquals(long.trimEnd().split("\n").at(-1), "... (421 lines left out)");
  assert(diffText("@@ -1 +1 @@\n-a\n+b\n", colours).includes("\x1b[32m+b"));
});
