import { assert, assertEquals } from "@std/assert";
import { LocalWorkspace } from "../../../src/workspace/local/local_workspace.ts";
import { WorkspaceError } from "../../../src/workspace/workspace.ts";
import { temporaryFolder } from "../_folder.ts";

const ROUNDS = 4_000;

/** Exchanges a directory for a link to another one, as fast as it can, until its input ends. */
const SWAPPER = `
const [area, outside] = Deno.args;
const [folder, link, kept] = ["target", "link", "kept"].map((name) => area + "/" + name);
Deno.symlinkSync(outside, link);
let stopped = false;
Deno.stdin.readable.pipeTo(new WritableStream()).then(() => stopped = true);
await Deno.stdout.write(new TextEncoder().encode("ready\\n"));
// The other process may make the directory meanwhile.
function replace(from, to) {
  while (true) {
    try {
      return Deno.renameSync(from, to);
    } catch {
      try {
        Deno.removeSync(to, { recursive: true });
      } catch { /* the other process writes into it */ }
    }
  }
}
let swaps = 0;
while (!stopped) {
  for (let i = 0; i < 50; i++, swaps++) {
    Deno.renameSync(folder, kept);
    replace(link, folder);
    Deno.renameSync(folder, link);
    replace(kept, folder);
  }
  await new Promise((resolve) => setTimeout(resolve, 0));
}
console.log(swaps);
`;

Deno.test({
  name:
    "LocalWorkspace reads and writes nothing outside while another process exchanges directories",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const outside = temporaryFolder();
    const root = temporaryFolder();
    Deno.mkdirSync(`${root}/area/target`, { recursive: true });
    Deno.writeTextFileSync(`${root}/area/target/file`, "inside");
    Deno.writeTextFileSync(`${outside}/file`, "OUTSIDE");
    const workspace = new LocalWorkspace(root, { canRemove: true });
    assert(workspace.isRaceFree);
    await using swapper = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", SWAPPER, `${root}/area`, outside],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const lines = swapper.stdout.pipeThrough(new TextDecoderStream()).getReader();
    await lines.read();
    const codes = new Map<string, number>();
    let read = 0;
    for (let i = 0; i < ROUNDS; i++) {
      const operations = [
        async () => {
          const text = await workspace.readText("area/target/file");
          assert(text.startsWith("inside"), `a reader has got ${text}`);
          read++;
        },
        () => workspace.write("area/target/file", `inside ${i}`),
        () => workspace.append("area/target/log", `${i}\n`),
        () => workspace.makeDirectory(`area/target/made${i % 10}`),
        async () => {
          const { entries } = await workspace.list("area", { recursive: true });
          assert(!entries.some(({ path }) => path.includes("link/")));
        },
        () => workspace.remove!(`area/target/made${i % 10}`),
      ];
      try {
        await operations[i % operations.length]!();
      } catch (error) {
        if (!(error instanceof WorkspaceError)) throw error;
        codes.set(error.code, (codes.get(error.code) ?? 0) + 1);
      }
    }
    await swapper.stdin.close();
    let said = "";
    for (let part = await lines.read(); !part.done; part = await lines.read()) said += part.value;
    assertEquals((await swapper.status).success, true);
    // Both sides were at work, and met.
    assert(Number(said) > 100 && read > 100, `${said} exchanges, ${read} reads`);
    assert((codes.get("link") ?? 0) + (codes.get("not_found") ?? 0) > 0, "they never met");
    assertEquals([...Deno.readDirSync(outside)].map(({ name }) => name), ["file"]);
    assertEquals(Deno.readTextFileSync(`${outside}/file`), "OUTSIDE");
  },
});
