/** The contract of workspaces on paths. */

import { assertEquals } from "@std/assert";
import { refuses, type WorkspaceClaim } from "./_claim.ts";

/** Texts that are no paths of a workspace. */
const REFUSED = [
  "",
  " ",
  "..",
  "../a",
  "a/../../b",
  "./../a",
  "a/b/../../../c",
  "/",
  "/a",
  "//a",
  "/etc/passwd",
  "\\a",
  "..\\a",
  "a\\..\\..\\b",
  "C:\\a",
  "C:/a",
  "c:a",
  "\\\\server\\share",
  "//server/share",
  "file:///etc/passwd",
  "https://example.com/a",
  "~",
  "~/a",
  "~root/a",
  "a\0b",
  "\ud800",
  `${"a".repeat(256)}`,
  `${"a/".repeat(3_000)}b`,
];

/** The claims on paths. */
export const PATHS: readonly WorkspaceClaim[] = [
  ["refuses what is no path inside", async (workspace) => {
    for (const path of REFUSED) {
      await refuses("path", () => workspace.readText(path));
      await refuses("path", () => workspace.write(path, "1"));
      await refuses("path", () => workspace.append(path, "1"));
      await refuses("path", () => workspace.list(path));
      await refuses("path", () => workspace.info(path));
      await refuses("path", () => workspace.makeDirectory(path));
    }
    assertEquals((await workspace.list(".", { recursive: true })).entries, []);
  }],
  ["reads paths with dots that stay inside", async (workspace) => {
    await workspace.write("a/b.md", "1");
    for (
      const path of ["a/b.md", "./a/b.md", "a//b.md", "a/./b.md", "x/../a/b.md", "a/b/../b.md"]
    ) {
      assertEquals(await workspace.readText(path), "1");
    }
  }],
];
