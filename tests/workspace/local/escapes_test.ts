import { assert, assertEquals } from "@std/assert";
import { LocalWorkspace } from "../../../src/workspace/local/local_workspace.ts";
import { WorkspaceError } from "../../../src/workspace/workspace.ts";
import { ESCAPES } from "../_escapes.ts";
import { temporaryFolder } from "../_folder.ts";

const ignore = Deno.build.os === "windows";
const SECRET = "SECRET-4711";

/** Makes a root with links of all kinds, beside a folder with a secret. */
function makeTrap(): { outside: string; root: string } {
  const outside = temporaryFolder();
  const root = `${outside}/root`;
  Deno.mkdirSync(`${root}/a/b`, { recursive: true });
  Deno.mkdirSync(`${root}/deep`);
  Deno.mkdirSync(`${outside}/root-other`);
  for (const name of ["secret", "root-other/secret"]) {
    Deno.writeTextFileSync(`${outside}/${name}`, SECRET);
  }
  Deno.writeTextFileSync(`${root}/file`, "inside");
  const links: [name: string, target: string][] = [
    ["link", outside],
    ["deep/link", outside],
    ["chain", "link"],
    ["self", "self"],
    ["filelink", `${outside}/secret`],
    ["dangling", `${outside}/made`],
    ["uplink", ".."],
    ["prolink", "/proc/self"],
    ["abslink", "/"],
  ];
  for (const [name, target] of links) Deno.symlinkSync(target, `${root}/${name}`);
  return { outside, root };
}

/** Lists all files of a folder with their contents. */
function picture(folder: string, skip: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (path === skip) return [];
    return entry.isDirectory ? picture(path, skip) : [`${path}=${Deno.readTextFileSync(path)}`];
  }).sort();
}

Deno.test({
  name: "LocalWorkspace reads and writes nothing outside, whatever the spelling",
  ignore,
  async fn() {
    const { outside, root } = makeTrap();
    const workspace = new LocalWorkspace(root, { canRemove: true });
    const before = picture(outside, root);
    const spellings = ESCAPES.map((path) =>
      path.replaceAll("OUT", outside).replaceAll("NAME", "root")
    );
    for (const path of spellings) {
      const operations: [name: string, action: () => Promise<unknown>][] = [
        ["readText", () => workspace.readText(path)],
        ["readBytes", () => workspace.readBytes(path)],
        ["list", () => workspace.list(path, { recursive: true })],
        ["info", () => workspace.info(path)],
        ["append", () => workspace.append(path, "OVERWRITTEN")],
        ["write", () => workspace.write(path, "OVERWRITTEN")],
        ["write new", () => workspace.write(`${path}/new.md`, "OVERWRITTEN")],
        ["makeDirectory", () => workspace.makeDirectory(`${path}/made`)],
        ["move in", () => workspace.move!(path, "moved.md")],
        ["move out", () => workspace.move!("file", path)],
        ["remove", () => workspace.remove!(path, { recursive: true })],
      ];
      for (const [name, action] of operations) {
        const label = `${name} ${JSON.stringify(path)}`;
        try {
          const result = await action();
          const seen = result instanceof Uint8Array
            ? new TextDecoder().decode(result)
            : JSON.stringify(result) ?? "";
          assert(!seen.includes(SECRET), `${label} has read outside`);
          assert(!seen.includes("root:"), `${label} has read /etc/passwd`);
        } catch (error) {
          assert(error instanceof WorkspaceError, `${label}: ${error}`);
          assert(!error.message.includes(SECRET), label);
          const shows = error.message.includes(outside) && !path.includes(outside);
          assert(!shows, `${label} shows a path of the host: ${error.message}`);
        }
      }
      assertEquals(picture(outside, root), before, `${JSON.stringify(path)} has changed something`);
      if (!(await workspace.exists("file"))) await workspace.write("file", "inside");
    }
  },
});

Deno.test({
  name: "LocalWorkspace shows links as links, and does not follow them",
  ignore,
  async fn() {
    const { root } = makeTrap();
    const workspace = new LocalWorkspace(root, { canRemove: true });
    const { entries } = await workspace.list(".", { recursive: true });
    const links = entries.filter(({ kind }) => kind === "link").map(({ path }) => path);
    assertEquals(
      links,
      [
        "abslink",
        "chain",
        "dangling",
        "deep/link",
        "filelink",
        "link",
        "prolink",
        "self",
        "uplink",
      ],
    );
    assertEquals(entries.some(({ path }) => path.includes("link/")), false);
    assertEquals((await workspace.info("link"))?.kind, "link");
    // A link itself can be removed.
    await workspace.remove!("link");
    await workspace.remove!("deep", { recursive: true });
    assertEquals(Deno.statSync(`${root}/../secret`).isFile, true);
  },
});

Deno.test({
  name: "LocalWorkspace does not write files that have another hard link",
  ignore,
  async fn() {
    const { outside, root } = makeTrap();
    Deno.linkSync(`${outside}/secret`, `${root}/hard`);
    const workspace = new LocalWorkspace(root);
    for (const action of ["write", "append"] as const) {
      const error = await workspace[action]("hard", "x").catch((error) => error);
      assertEquals(error.code, "hard_link");
    }
    assertEquals(Deno.readTextFileSync(`${outside}/secret`), SECRET);
  },
});

Deno.test({
  name: "LocalWorkspace refuses pipes, devices and directories in place of files, without waiting",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { root } = makeTrap();
    await new Deno.Command("mkfifo", { args: [`${root}/pipe`] }).output();
    const workspace = new LocalWorkspace(root);
    const actions: (() => Promise<unknown>)[] = [
      () => workspace.readText("pipe"),
      () => workspace.write("pipe", "x"),
      () => workspace.append("pipe", "x"),
    ];
    for (const action of actions) {
      const error = await action().catch((error: unknown) => error) as WorkspaceError;
      assertEquals([action.toString(), error.code], [action.toString(), "kind"]);
    }
    assertEquals((await workspace.info("pipe"))?.kind, "other");
  },
});

Deno.test({
  name: "LocalWorkspace keeps the permissions of a file, and leaves nothing behind a failure",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const root = temporaryFolder();
    const workspace = new LocalWorkspace(root);
    Deno.writeTextFileSync(`${root}/run.sh`, "#!/bin/sh\n", { mode: 0o755 });
    await workspace.write("run.sh", "#!/bin/sh\necho\n");
    assertEquals(Deno.statSync(`${root}/run.sh`).mode! & 0o777, 0o755);
    // More than any disk holds.
    await workspace.write("run.sh/../made/a", "1");
    const limited = new Deno.Command("sh", {
      args: [
        "-c",
        `trap '' XFSZ; ulimit -f 64; exec "$0" "$@"`,
        Deno.execPath(),
        "run",
        "--no-check",
        "-A",
        "-",
        root,
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const program = `
      import { LocalWorkspace } from ${
      JSON.stringify(new URL("../../../src/workspace/local/local_workspace.ts", import.meta.url))
    };
      const workspace = new LocalWorkspace(Deno.args[0]);
      const codes = [];
      for (const action of ["write", "append"] as const) {
        await workspace[action]("run.sh", "x".repeat(1_000_000)).catch((error) => codes.push(error.code));
      }
      console.log(codes.join());`;
    const writer = limited.stdin.getWriter();
    await writer.write(new TextEncoder().encode(program));
    await writer.close();
    const { stdout } = await limited.output();
    assertEquals(new TextDecoder().decode(stdout), "full,full\n");
    assertEquals([...Deno.readDirSync(root)].map(({ name }) => name).sort(), ["made", "run.sh"]);
    assertEquals(await workspace.readText("run.sh"), "#!/bin/sh\necho\n");
  },
});
