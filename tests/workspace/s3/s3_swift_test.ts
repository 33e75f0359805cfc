/** The contract on a real server of object storage, which checks signatures strictly. */

import { S3Workspace } from "../../../src/workspace/s3/s3_workspace.ts";
import { workspaceContract } from "../../../src/workspace/testing/workspace_contract.ts";
import { unless } from "../../programs.ts";
import { temporaryFolder } from "../_folder.ts";
import { startSwift, swiftHindrance } from "./_swift.ts";

Deno.test(unless(swiftHindrance(), {
  name: "S3Workspace keeps its contract on OpenStack Swift",
  async fn(t) {
    await using swift = await startSwift(temporaryFolder());
    let opened = 0;
    const open = () =>
      Promise.resolve(
        new S3Workspace({
          ...swift.options,
          prefix: `w${++opened}/`,
          canRemove: true,
          partBytes: 5 << 20,
        }),
      );
    for (const { name, fn } of workspaceContract({ open, hasDirectories: false })) {
      await t.step(name, fn);
    }
    await t.step("writes large files in parts", async () => {
      const workspace = await open();
      const bytes = new Uint8Array(6_000_000).map((_, i) => i * 7);
      await workspace.write("large.bin", bytes);
      const back = await workspace.readBytes("large.bin");
      if (!back.every((byte, i) => byte === bytes[i])) throw new Error("the bytes are others");
    });
  },
}));
