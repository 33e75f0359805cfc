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

/** Programs with tests of their own, and the model of all. */
const OTHERS = ["_model.ts", "dashboard.ts", "demo.ts"];

/** The names of the examples of a folder, without the demonstration and the dashboard, which have tests of their own. */
function examplesIn(folder: string): string[] {
  return [...Deno.readDirSync(`${FOLDER}${folder}`)].map(({ name }) => `${folder}${name}`)
    .filter((name) => name.endsWith(".ts") && !OTHERS.includes(name)).sort();
}

const EXAMPLES = [...examplesIn(""), ...examplesIn("numbered/")];

Deno.test("examples are there, and short", async () => {
  assertEquals(EXAMPLES.length, 37);
  for (const name of EXAMPLES) {
    const lines = (await Deno.readTextFile(`${FOLDER}${name}`)).trimEnd().split("\n").length;
    assert(lines <= 60, `${name} has ${lines} lines`);
  }
});

Deno.test("examples/README.md names each example, and 25 subjects in order", async () => {
  const readme = await Deno.readTextFile(`${FOLDER}README.md`);
  for (const name of EXAMPLES) assert(readme.includes(`](${name})`), name);
  const subjects = [...readme.matchAll(/^\| (\d\d) +\|.*$/gm)];
  assertEquals(
    subjects.map(([, number]) => Number(number)),
    Array.from({ length: 25 }, (_, i) => i + 1),
  );
  for (const [line] of subjects) {
    const names = [...line.matchAll(/\]\(([^)]+)\)/g)].map(([, name]) => name!);
    assert(names.length > 0 && names.every((name) => EXAMPLES.includes(name)), line);
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
