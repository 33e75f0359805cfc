import { assertEquals } from "@std/assert";
import { MemoryWorkspace } from "../../src/workspace/memory_workspace.ts";
import { LocalWorkspace } from "../../src/workspace/local/local_workspace.ts";
import { workspaceContract } from "../../src/workspace/testing/workspace_contract.ts";
import { WorkspaceView } from "../../src/workspace/workspace_view.ts";
import { temporaryFolder } from "./_folder.ts";

for (
  const { name, fn } of workspaceContract({
    open: () => Promise.resolve(new MemoryWorkspace({ canRemove: true })),
  })
) {
  Deno.test(`MemoryWorkspace ${name}`, fn);
}

for (
  const { name, fn } of workspaceContract({
    open: () => Promise.resolve(new LocalWorkspace(temporaryFolder(), { canRemove: true })),
  })
) {
  Deno.test(`LocalWorkspace ${name}`, fn);
}

for (
  const { name, fn } of workspaceContract({
    open: async () => {
      const workspace = new MemoryWorkspace({ canRemove: true, files: { "other/secret": "S" } });
      await workspace.makeDirectory("deep/root");
      return new WorkspaceView(workspace, { path: "deep/root" });
    },
  })
) {
  Deno.test(`WorkspaceView ${name}`, fn);
}

Deno.test("WorkspaceView for reading changes nothing", async () => {
  const workspace = new MemoryWorkspace({ canRemove: true, files: { "a/b": "1" } });
  const view = new WorkspaceView(workspace, { path: "a", readOnly: true });
  assertEquals([view.remove, view.move], [undefined, undefined]);
  for (const operation of [view.write("b", "2"), view.append("b", "2"), view.makeDirectory("c")]) {
    assertEquals((await operation.catch((error) => error)).code, "denied");
  }
  assertEquals(await view.readText("b"), "1");
  assertEquals((await view.list(".", { recursive: true })).entries.map(({ path }) => path), ["b"]);
});
