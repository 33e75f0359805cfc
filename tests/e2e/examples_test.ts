import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../examples/", import.meta.url));

/** The permissions that examples/README.md names. */
const PERMISSIONS = ["--allow-run", "--allow-net", "--allow-env", "--allow-read"];

/** Those that some of them need besides. */
const MORE: Readonly<Record<string, string>> = {
  "code_mode.ts": "--allow-sys",
  "coding_agent.ts": "--allow-write",
  "testing.ts": "--allow-write",
};

/** The examples, without the demonstration and the dashboard, which have tests of their own. */
const EXAMPLES = [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
  .filter((name) =>
    name.endsWith(".ts") && !name.startsWith("_") && !["dashboard.ts", "demo.ts"].includes(name)
  )
  .sort();

Deno.test("examples are there, and short", async () => {
  assertEquals(EXAMPLES.length, 20);
  for (const name of EXAMPLES) {
    const lines = (await Deno.readTextFile(`${FOLDER}${name}`)).trimEnd().split("\n").length;
    assert(lines <= 60, `${name} has ${lines} lines`);
  }
});

for (const name of EXAMPLES) {
  Deno.test(`examples/${name} does what it says, without a key`, async () => {
    const more = MORE[name];
    const permissions = more === undefined ? PERMISSIONS : [...PERMISSIONS, more];
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", ...permissions, `${FOLDER}${name}`],
      env: { OPENAI_API_KEY: "", OPENAI_BASE_URL: "", ANTHROPIC_API_KEY: "", NO_COLOR: "1" },
    }).output();
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  });
}
