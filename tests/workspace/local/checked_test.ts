import { assertEquals } from "@std/assert";
import { temporaryFolder } from "../_folder.ts";

/** Runs the contract without the permissions that descriptors need, where the way is checked instead. */
const PROGRAM = `
import { LocalWorkspace } from "${new URL(
  "../../../src/workspace/local/local_workspace.ts",
  import.meta.url,
)}";
import { workspaceContract } from "${new URL(
  "../../../src/workspace/testing/workspace_contract.ts",
  import.meta.url,
)}";
const [folder] = Deno.args;
let count = 0;
const open = () => {
  const root = folder + "/" + count++;
  Deno.mkdirSync(root);
  return Promise.resolve(new LocalWorkspace(root, { canRemove: true }));
};
const failures = [];
for (const { name, fn } of workspaceContract({ open })) {
  await fn().catch((error) => failures.push(name + ": " + error.message));
}
const trap = new LocalWorkspace(folder + "/trap", { canRemove: true });
const codes = [];
for (const path of ["link/secret", "filelink", "link", "hard"]) {
  await trap.readText(path).then((text) => codes.push(text), (error) => codes.push(error.code));
  await trap.write(path, "x").then(() => codes.push("written"), (error) => codes.push(error.code));
}
console.log(JSON.stringify({ isRaceFree: trap.isRaceFree, failures, codes }));
`;

Deno.test({
  name: "LocalWorkspace keeps its contract with permissions for its folder only",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = temporaryFolder();
    const outside = temporaryFolder();
    Deno.mkdirSync(`${folder}/trap`);
    Deno.writeTextFileSync(`${outside}/secret`, "SECRET");
    Deno.symlinkSync(outside, `${folder}/trap/link`);
    Deno.symlinkSync(`${outside}/secret`, `${folder}/trap/filelink`);
    Deno.linkSync(`${outside}/secret`, `${folder}/trap/hard`);
    const program = `${outside}/program.ts`;
    Deno.writeTextFileSync(program, PROGRAM);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-check", "--no-prompt", `--allow-read=${folder}`],
        ...[
          `--allow-write=${folder}`,
          "--config",
          new URL("../../../deno.json", import.meta.url).pathname,
        ],
        ...[program, folder],
      ],
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    assertEquals(JSON.parse(new TextDecoder().decode(stdout)), {
      isRaceFree: false,
      failures: [],
      codes: ["link", "link", "link", "link", "link", "link", "SECRET", "hard_link"],
    });
    assertEquals(Deno.readTextFileSync(`${outside}/secret`), "SECRET");
  },
});
