import { assert, assertEquals, assertThrows } from "@std/assert";
import { WorkspaceError } from "../../src/workspace/workspace.ts";
import { parsePath } from "../../src/workspace/workspace_path.ts";
import { ESCAPES, FINE_ON_WINDOWS, WINDOWS_NAMES } from "./_escapes.ts";

Deno.test("parsePath() never leads out, whatever the spelling", () => {
  assert(ESCAPES.length >= 80);
  for (const platform of ["posix", "windows"] as const) {
    for (const path of ESCAPES) {
      let names: string[] = [];
      try {
        names = parsePath(path, { platform });
      } catch (error) {
        assert(error instanceof WorkspaceError && error.code === "path", `${path}: ${error}`);
      }
      // The names of a path that is taken are plain.
      for (const name of names) {
        assert(!["", ".", ".."].includes(name) && !/[/\\\0]/.test(name), JSON.stringify(path));
      }
    }
  }
});

Deno.test("parsePath() refuses names that Windows cannot hold, there", () => {
  for (const path of WINDOWS_NAMES) {
    const error = assertThrows(() => parsePath(path, { platform: "windows" }), WorkspaceError);
    assertEquals([path, error.code], [path, "path"]);
  }
  for (const path of FINE_ON_WINDOWS) {
    assertEquals(parsePath(path, { platform: "windows" }), path.split("/"));
  }
});

Deno.test("parsePath() says what is wrong, and what to write", () => {
  const cases: [path: string, message: string][] = [
    ["/src/a.ts", 'Cannot read "/src/a.ts": paths are relative to the workspace; write "src/a.ts"'],
    ["../a", 'Cannot read "../a": it leads out of the workspace'],
    ["a\\b", 'Cannot read "a\\\\b": it has a backslash; write / between names'],
    ["", 'Cannot read "": the path is empty; the root is "."'],
    [
      "x".repeat(300),
      `Cannot read "${"x".repeat(120)}...": the name "${
        "x".repeat(120)
      }..." is longer than 255 bytes`,
    ],
  ];
  for (const [path, message] of cases) {
    assertEquals(
      assertThrows(() => parsePath(path, { task: "read" }), WorkspaceError).message,
      message,
    );
  }
});
