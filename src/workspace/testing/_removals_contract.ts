/** The contract of workspaces that can remove and move. */

import { assertEquals } from "@std/assert";
import { pathsIn, refuses, type WorkspaceClaim } from "./_claim.ts";

/** The claims on `remove` and `move`. */
export const REMOVALS: readonly WorkspaceClaim[] = [
  ["removes files, and directories with all in them if that is said", async (workspace) => {
    if (workspace.remove === undefined) return;
    for (const path of ["a.md", "d/a.md", "d/e/b.md", "d2/a.md"]) await workspace.write(path, "1");
    await workspace.remove("a.md");
    await refuses("not_found", () => workspace.remove!("a.md"));
    await refuses("not_empty", () => workspace.remove!("d"));
    await workspace.remove("d", { recursive: true });
    assertEquals(await pathsIn(workspace, ".", { recursive: true }), ["d2", "d2/a.md"]);
    await refuses("kind", () => workspace.remove!("."));
    await refuses("path", () => workspace.remove!("../d2"));
  }],
  ["moves files, and replaces nothing", async (workspace) => {
    if (workspace.move === undefined) return;
    await workspace.write("a.md", "1");
    await workspace.write("b.md", "2");
    await refuses("exists", () => workspace.move!("a.md", "b.md"));
    await refuses("not_found", () => workspace.move!("c.md", "d.md"));
    await refuses("path", () => workspace.move!("a.md", "../a.md"));
    await workspace.move("a.md", "new/place.md");
    assertEquals(await workspace.readText("new/place.md"), "1");
    assertEquals(await workspace.exists("a.md"), false);
    assertEquals(await workspace.readText("b.md"), "2");
  }],
];
