import { assert, assertEquals } from "@std/assert";
import type { FileChange } from "../../../src/tools/files/file_changes.ts";
import { fileTools, type FileToolsOptions } from "../../../src/tools/files/file_tools.ts";
import { MemoryWorkspace } from "../../../src/workspace/memory_workspace.ts";
import { asCell, asTool, messageOf } from "../_use.ts";

function setUp(files: Record<string, string>, options: FileToolsOptions = {}) {
  const workspace = new MemoryWorkspace({ files, canRemove: true });
  const changes: FileChange[] = [];
  const tools = fileTools(workspace, {
    canRemove: true,
    ...options,
    onChange: (change) => changes.push(change),
  });
  const text = (path: string) => workspace.readText(path);
  return { workspace, tools, changes, text, cell: asCell(tools), tool: asTool(tools) };
}

Deno.test("files.write and files.append change files, and tell it with a diff", async () => {
  const { cell, tool, text, changes } = setUp({ "a.md": "one\ntwo\n" });
  assertEquals(await cell("write", "a.md", "one\n2\n"), {
    path: "a.md",
    change: "update",
    added: 1,
    removed: 1,
  });
  assertEquals(
    await tool("write_file", { path: "./new//b.md", content: "x" }),
    { path: "new/b.md", change: "create", added: 1, removed: 0 },
  );
  await cell("append", "a.md", "three\n");
  assertEquals(await text("a.md"), "one\n2\nthree\n");
  assertEquals(
    changes[0]!.diff,
    "--- a.md\n+++ a.md\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n",
  );
  assert(changes[1]!.diff.startsWith("--- /dev/null\n+++ new/b.md\n"));
});

Deno.test("files.edit replaces what is there exactly once, all edits or none", async () => {
  const original = "const a = 1;\nconst b = 1;\n\tconst c = 3;\n";
  const good: [edits: object[], expected: string][] = [
    [[{ oldText: "a = 1", newText: "a = 2" }], original.replace("a = 1", "a = 2")],
    [
      [{ oldText: "= 1", newText: "= $&$1", all: true }],
      original.replaceAll("= 1", () => "= $&$1"),
    ],
    [
      [{ oldText: "a = 1", newText: "a = 5" }, { oldText: "a = 5;\n", newText: "" }],
      original.replace("a = 1;\n", ""),
    ],
    [[{ oldText: "const c", newText: "" }], original.replace("const c", "")],
  ];
  for (const [edits, expected] of good) {
    const { cell, text } = setUp({ "a.ts": original });
    await cell("edit", "a.ts", edits);
    assertEquals(await text("a.ts"), expected);
  }
  const bad: [edits: unknown[], message: string][] = [
    [[{ oldText: "= 1", newText: "x" }], "oldText is there 2 times, in the lines 1, 2;"],
    [[{ oldText: "missing", newText: "x" }], 'oldText is not in the file: "missing"'],
    [
      [{ oldText: "const c = 3;\nmore", newText: "x" }],
      'not in the file exactly; from line 3 on, it is "\\tconst c = 3;\\n"',
    ],
    [[{ oldText: "a = 1", newText: "a = 1" }], "are the same"],
    [
      [{ oldText: "a = 1", newText: "a = 2" }, { oldText: "a = 2", newText: "a = 1" }],
      "change nothing",
    ],
    [
      [{ oldText: "a = 1", newText: "a = 2" }, { oldText: "nope", newText: "x" }],
      'Cannot edit "a.ts", edit 2:',
    ],
    [[{ oldText: "", newText: "x" }], "oldText"],
    [[], "edits"],
  ];
  for (const [edits, message] of bad) {
    const { cell, text, changes } = setUp({ "a.ts": original });
    const found = await messageOf(cell("edit", "a.ts", edits));
    assert(found.includes(message), found);
    assertEquals([await text("a.ts"), changes.length], [original, 0]);
  }
});

Deno.test("files.edit keeps the line ends and the byte order mark of a file", async () => {
  const { cell, text } = setUp({ "dos.txt": "\u{feff}a\r\nb\r\nc\r\n" });
  await cell("edit", "dos.txt", [{ oldText: "a\nb", newText: "1\n2" }]);
  assertEquals(await text("dos.txt"), "\u{feff}1\r\n2\r\nc\r\n");
});

Deno.test("files.patch applies diffs as models write them, all or nothing", async () => {
  const a = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
  const cases: [diff: string, expected: Record<string, string | undefined>][] = [
    ["--- a/a.md\n+++ b/a.md\n@@ -2,3 +2,3 @@\n 2\n-3\n+three\n 4\n", {
      "a.md": a.replace("3", "three"),
    }],
    // Wrong numbers, wrong counts, no numbers at all.
    ["--- a.md\n+++ a.md\n@@ -70,1 +70,9 @@\n 7\n-8\n+eight\n 9\n", {
      "a.md": a.replace("8", "eight"),
    }],
    ["--- a.md\n+++ a.md\n@@ @@\n 4\n-5\n+five\n 6", { "a.md": a.replace("5", "five") }],
    // A line of context from memory.
    ["--- a.md\n+++ a.md\n@@ -1,4 +1,4 @@\n eins\n 2\n-3\n+three\n 4\n", {
      "a.md": a.replace("3", "three"),
    }],
    [
      "--- /dev/null\n+++ b/new.md\n@@ -0,0 +1,2 @@\n+x\n+y\n--- a/b.md\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n",
      { "new.md": "x\ny\n", "b.md": undefined, "a.md": a },
    ],
    ["--- c.md\n+++ c.md\n@@ -1,2 +1,2 @@\n a\n-b\n+B\n", { "c.md": "a\r\nB\r\n" }],
  ];
  for (const [diff, expected] of cases) {
    const { cell, workspace } = setUp({ "a.md": a, "b.md": "gone\n", "c.md": "a\r\nb\r\n" });
    await cell("patch", diff);
    for (const [path, text] of Object.entries(expected)) {
      const found = await workspace.readText(path).catch(() => undefined);
      assertEquals([diff, path, found], [diff, path, text]);
    }
  }
  const bad: [diff: string, message: string][] = [
    ["hello", "no hunks"],
    ["--- a.md\n+++ a.md\n@@ -1 +1 @@\n-nothing like it\n+x\n", "hunk 1 does not fit"],
    [
      "--- a.md\n+++ a.md\n@@ -1 +1 @@\n-1\n+x\n--- b.md\n+++ b.md\n@@ -1 +1 @@\n-no\n+x\n",
      '"b.md"',
    ],
    ["--- /dev/null\n+++ a.md\n@@ -0,0 +1 @@\n+x\n", "it exists"],
    ["--- missing.md\n+++ missing.md\n@@ -1 +1 @@\n-a\n+x\n", "there is nothing"],
    ["--- a.md\n+++ z.md\n@@ -1 +1 @@\n-1\n+x\n", "move the file first"],
    ["--- a/../../a.md\n+++ b/../../a.md\n@@ -1 +1 @@\n-1\n+x\n", "leads out"],
    ["--- /dev/null\n+++ .git/hooks/pre-commit\n@@ -0,0 +1 @@\n+x\n", "protects"],
    [
      "--- a.md\n+++ a.md\n@@ -1 +1 @@\n-1\n+x\n--- a.md\n+++ a.md\n@@ -2 +2 @@\n-2\n+y\n",
      "two parts",
    ],
    [`--- a.md\n+++ a.md\n${"@@ -1 +1 @@\n-1\n+x\n".repeat(600)}`, "600 hunks"],
  ];
  for (const [diff, message] of bad) {
    const { cell, workspace, changes } = setUp({ "a.md": a, "b.md": "gone\n" });
    const found = await messageOf(cell("patch", diff));
    assert(found.includes(message), `${JSON.stringify(diff.slice(0, 80))}: ${found}`);
    assertEquals([await workspace.readText("a.md"), changes.length], [a, 0]);
  }
});

Deno.test("files leave protected files alone, whatever the spelling", async () => {
  const { cell, changes } = setUp({ ".git/config": "x", "sub/.git/config": "x" });
  const spellings = [
    ...[
      ".git/config",
      ".git//config",
      "./.git/config",
      "a/../.git/config",
      ".GIT/config",
      ".Git/HEAD",
    ],
    ...[".g\u200cit/config", ".\uff47it/config", "sub/.git/config", ".git", "sub/.git/hooks/x"],
    ...[".git./config", ".git /config", ".cave/agents/a.json", ".mcp.json", "x/.MCP.json"],
    ...[".vscode/tasks.json", ".claude/settings.json", ".envrc", ".agents/skills/a/SKILL.md"],
  ];
  for (const path of spellings) {
    const found = await messageOf(cell("write", path, "evil"));
    assert(found.includes("the host protects this file"), `${path}: ${found}`);
  }
  const others: [string, ...unknown[]][] = [
    ["append", ".git/config", "x"],
    ["remove", ".git/config"],
    ["move", ".git/config", "b"],
    ["edit", "sub/.git/config", [{ oldText: "x", newText: "y" }]],
  ];
  for (const [member, ...args] of others) {
    assert((await messageOf(cell(member, ...args))).includes("protects"), member);
  }
  assert((await messageOf(setUp({ a: "1" }).cell("move", "a", ".git/x"))).includes("protects"));
  assertEquals(changes, []);
  // These are other files.
  for (const path of [".gitignore", "git/config", "a.git.md"]) await cell("write", path, "fine");
});

Deno.test("files.undo brings everything back, and leaves alone what others have changed", async () => {
  const { cell, tools, workspace, text, changes } = setUp({
    "a.md": "a",
    "b.md": "b",
    "c.md": "c",
    "d.md": "d",
    "e.md": "e",
  });
  await cell("write", "a.md", "a1");
  await cell("edit", "a.md", [{ oldText: "a1", newText: "a2" }]);
  await cell("write", "new.md", "n");
  await cell("remove", "b.md");
  await cell("move", "c.md", "moved/c.md");
  await cell("append", "d.md", "1");
  await cell("append", "d.md", "2");
  await cell("write", "e.md", "e1");
  await workspace.write("d.md", "somebody else");
  assertEquals(tools.changes().length, 8);
  assertEquals(await tools.undo("another run"), { restored: [], conflicts: [] });
  const result = await tools.undo();
  assertEquals(result.restored.toSorted(), ["a.md", "b.md", "c.md", "e.md", "new.md"]);
  assertEquals(result.conflicts, [{
    path: "d.md",
    reason: "it was changed since, by something else",
  }]);
  const now: string[] = [];
  for (const { path, kind } of (await workspace.list(".", { recursive: true })).entries) {
    if (kind === "file") now.push(`${path}=${await text(path)}`);
  }
  assertEquals(now, ["a.md=a", "b.md=b", "c.md=c", "d.md=somebody else", "e.md=e"]);
  assertEquals(changes.filter(({ change }) => change === "undo").length, 6);
  assertEquals(tools.changes().map(({ path }) => path), ["d.md", "d.md"]);
});

Deno.test("files change one after another, though cells ask for many at once", async () => {
  const { cell, text } = setUp({ "n.txt": "start\n" });
  await Promise.all(Array.from({ length: 30 }, (_, i) => cell("append", "n.txt", `${i}\n`)));
  assertEquals((await text("n.txt")).trim().split("\n").length, 31);
});

Deno.test("files ask for approvals with the shortest spelling of a path", async () => {
  const seen: string[] = [];
  const { tools } = setUp({}, {
    approval: ({ path }: { path: string }) => {
      seen.push(path);
      return path.startsWith("secret/");
    },
  });
  const { needsApproval } = await import("../../../src/inject/approval.ts");
  const { argumentsOf } = await import("../../../src/inject/host_function.ts");
  const write = tools.injections.functions!.files_write as never;
  for (const path of ["secret/a", "./secret//a", "x/../secret/a", "secret/./a", "open/a"]) {
    const args = await argumentsOf(write, { name: "files.write", args: [path, ""] });
    assertEquals(await needsApproval(write, args), path !== "open/a");
  }
  assertEquals(seen.slice(0, 4), Array(4).fill("secret/a"));
});
