import { MemoryWorkspace } from "../../src/workspace/memory_workspace.ts";
import { LocalWorkspace } from "../../src/workspace/local/local_workspace.ts";
import { workspaceContract } from "../../src/workspace/testing/workspace_contract.ts";
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
