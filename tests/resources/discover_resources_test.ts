import { assert, assertEquals } from "@std/assert";
import { discoverResources } from "../../src/resources/discover_resources.ts";
import { main } from "../../src/cli/resources_command.ts";
import { temporaryFolder } from "../workspace/_folder.ts";

function folder(files: Record<string, string>): string {
  const root = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    Deno.mkdirSync(`${root}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(`${root}/${path}`, text);
  }
  return root;
}

const GOOD = {
  ".cave/agents/reviewer.md":
    "---\ndescription: Reviews\ntools: files, shell\nmaxSteps: 5\n---\nLook for bugs.\n",
  ".claude/agents/writer.md": "---\nname: writer\ndescription: Writes\n---\nWrite.",
  ".cave/agents.json": '{"agents": {"planner": {"instructions": "Plan.", "model": "m"}}}',
  ".cave/prompts/fix.md": "Fix it.\n",
  ".cave/skills/pdf/SKILL.md": "---\nname: pdf\ndescription: Fills forms\n---\nOpen it.\n",
  ".cave/middleware/log.ts":
    "export const middleware = { cell: (code, next) => next(code) };\nglobalThis.loadedMark = true;\n",
  ".mcp.json": '{"mcpServers": {"notes": {"command": "notes"}}}',
};

Deno.test("discoverResources() finds what a project and a user have, and the project wins", async () => {
  const project = folder(GOOD);
  const home = folder({
    ".cave/agents/reviewer.md": "---\ndescription: Another one\n---\nX",
    ".cave/agents/own.md": "Mine.",
    ".cave/prompts/fix.md": "Other",
    ".cave/skills/pdf/SKILL.md": "---\nname: pdf\ndescription: Other\n---\nX\n",
  });
  const found = await discoverResources({ project, home, trust: ["project"] });
  assertEquals(found.diagnostics, []);
  assertEquals([...found.agents.keys()].sort(), ["own", "planner", "reviewer", "writer"]);
  assertEquals(found.agents.get("reviewer"), {
    name: "reviewer",
    origin: "project",
    path: ".cave/agents/reviewer.md",
    value: {
      name: "reviewer",
      description: "Reviews",
      instructions: "Look for bugs.",
      tools: ["files", "shell"],
      maxSteps: 5,
    },
  });
  assertEquals(found.prompts.get("fix")?.value, "Fix it.");
  assertEquals(found.skills.map(({ description }) => description), ["Fills forms"]);
  assertEquals([...found.middleware.keys()], ["log"]);
  assertEquals(found.servers.get("notes")?.value, { command: "notes" });
});

Deno.test("discoverResources() loads no code of folders that are not trusted", async () => {
  delete (globalThis as { loadedMark?: boolean }).loadedMark;
  const found = await discoverResources({ project: folder(GOOD) });
  assertEquals([found.middleware.size, found.servers.size], [0, 0]);
  assertEquals("loadedMark" in globalThis, false);
  assertEquals(found.diagnostics.map(({ kind, path }) => [kind, path]), [
    ["server", ".mcp.json"],
    ["middleware", ".cave/middleware/log.ts"],
  ]);
  assert(found.diagnostics.every(({ message }) => message.includes('trust: ["project"]')));
  assertEquals(found.skills.map(({ trust }) => trust), ["instructions"]);
});

Deno.test("discoverResources() turns every fault into a diagnostic, and goes on", async () => {
  const project = folder({
    ".cave/agents/good.md": "Fine.",
    ".cave/agents/typo.md": "---\nmaxstep: 5\n---\nX",
    ".cave/agents/type.md": "---\nmaxSteps: many\n---\nX",
    ".cave/agents/a b.md": "X",
    ".cave/agents/yaml.md": "---\n{{{\n---\nX",
    ".cave/agents/huge.md": "x".repeat(1_100_000),
    ".cave/agents.json": '{"ok": {}, "bad": 5, "__proto__": {"instructions": "x"}}',
    ".cave/prompts/red\x1b[31m.md": "X",
    ".cave/mcp.json": "{not json",
    ".cave/middleware/throws.ts": "throw new Error('at load\\u001b[31m');",
    ".cave/middleware/empty.ts": "export const other = 1;",
    ".cave/skills/bad/SKILL.md": "no frontmatter",
  });
  Deno.symlinkSync("/etc/passwd", `${project}/.cave/agents/link.md`);
  Deno.writeFileSync(`${project}/.cave/agents/latin1.md`, new Uint8Array([0xe4]));
  const found = await discoverResources({ project, trust: ["project"] });
  assertEquals([...found.agents.keys()].sort(), ["good", "ok"]);
  const faults = found.diagnostics.map(({ path }) => path.split("/").at(-1));
  for (
    const name of [
      ...[
        "typo.md",
        "type.md",
        "a b.md",
        "yaml.md",
        "huge.md",
        "latin1.md",
        "mcp.json",
        "red.md",
      ],
      ...["throws.ts", "empty.ts", "agents.json"],
    ]
  ) {
    assert(faults.includes(name), `${name} is not in ${faults}`);
  }
  assert(found.diagnostics.every(({ path, message }) => !`${path}${message}`.includes("\x1b")));
  const nothing = await discoverResources({ project: `${project}/missing` });
  assertEquals([nothing.agents.size, nothing.diagnostics.length], [0, 1]);
  assertEquals((await discoverResources()).diagnostics, []);
});

Deno.test("the command line of resources ends with a code", async () => {
  const cases: [args: string[], code: number][] = [
    [[folder({ ".cave/prompts/a.md": "x" }), "--json"], 0],
    [["a", "b"], 2],
    [["--trust", "everything"], 2],
    [["--unknown"], 2],
  ];
  const home = temporaryFolder();
  for (const [args, code] of cases) assertEquals([args, await main(args, { home })], [args, code]);
});
