/** The contract of workspaces on directories. */

import { assert, assertEquals } from "@std/assert";
import { pathsIn, refuses, type WorkspaceClaim } from "./_claim.ts";

/** The claims on directories. */
export const DIRECTORIES: readonly WorkspaceClaim[] = [
  ["lists the root of an empty workspace", async (workspace) => {
    assertEquals(await workspace.list(), { entries: [], truncated: false });
    assertEquals((await workspace.info("."))?.kind, "directory");
    assertEquals(await workspace.exists("."), true);
  }],
  ["lists a directory, and a tree in order", async (workspace) => {
    for (const path of ["b.md", "a/z.md", "a/b/c.md", "a-b.md", "a.md", "A.md"]) {
      await workspace.write(path, path);
    }
    const root = (await workspace.list()).entries;
    assertEquals(root.map(({ path, kind, size }) => [path, kind, size]), [
      ["A.md", "file", 4],
      ["a", "directory", undefined],
      ["a-b.md", "file", 6],
      ["a.md", "file", 4],
      ["b.md", "file", 4],
    ]);
    const all = ["A.md", "a", "a/b", "a/b/c.md", "a/z.md", "a-b.md", "a.md", "b.md"];
    assertEquals(await pathsIn(workspace, ".", { recursive: true }), all);
    assertEquals(await pathsIn(workspace, "a", { recursive: true }), ["a/b", "a/b/c.md", "a/z.md"]);
    const skip = (path: string) => path === "a/b";
    assertEquals(
      await pathsIn(workspace, ".", { recursive: true, skip }),
      all.filter((path) => path !== "a/b/c.md"),
    );
  }],
  ["lists no more than the limit", async (workspace) => {
    for (let i = 0; i < 12; i++) await workspace.write(`d/${i}.md`, "");
    const part = await workspace.list("d", { limit: 5 });
    assertEquals([part.entries.length, part.truncated], [5, true]);
    const all = await workspace.list("d", { limit: 12 });
    assertEquals([all.entries.length, all.truncated], [12, false]);
    assertEquals((await workspace.list(".", { recursive: true, limit: 5 })).truncated, true);
  }],
  ["makes directories", async (workspace, { hasDirectories }) => {
    await workspace.makeDirectory("x/y");
    await workspace.makeDirectory("x/y");
    await workspace.makeDirectory(".");
    if (hasDirectories) {
      assertEquals(await pathsIn(workspace, ".", { recursive: true }), ["x", "x/y"]);
      assertEquals((await workspace.info("x/y"))?.kind, "directory");
      assertEquals(await workspace.list("x/y"), { entries: [], truncated: false });
    }
    await workspace.write("x/y/a.md", "1");
    assertEquals(await workspace.readText("x/y/a.md"), "1");
  }],
  ["tells files and directories apart", async (workspace) => {
    await workspace.write("d/a.md", "1");
    await refuses("kind", () => workspace.readText("d"));
    await refuses("kind", () => workspace.write("d", "2"));
    await refuses("kind", () => workspace.append("d", "2"));
    await refuses("kind", () => workspace.readText("."));
    await refuses("kind", () => workspace.write(".", "2"));
    await refuses("not_found", () => workspace.list("nothing"));
    for (
      const operation of [
        () => workspace.list("d/a.md"),
        () => workspace.write("d/a.md/b", "2"),
        () => workspace.makeDirectory("d/a.md"),
        () => workspace.makeDirectory("d/a.md/b"),
      ]
    ) {
      let code: unknown;
      await operation().catch((error) => code = error.code);
      assert(code === "kind" || code === "link", `${operation} ended with ${code}`);
    }
    assertEquals(await workspace.readText("d/a.md"), "1");
  }],
];
