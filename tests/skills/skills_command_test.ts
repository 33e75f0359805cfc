import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const COMMAND = new URL("../../src/cli/skills_command.ts", import.meta.url).pathname;

async function skills(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-read", "--allow-write", "--allow-env", COMMAND, ...args],
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test("deno task skills lists, validates, shows and bundles skills", async () => {
  const at = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.mkdir(`${at}/in/x`, { recursive: true });
    await Deno.mkdir(`${at}/bad/y`, { recursive: true });
    const text = '---\nname: x\ndescription: "Does \\e[31mx"\n---\nDo it.\n';
    await Deno.writeTextFile(`${at}/in/x/SKILL.md`, text);
    await Deno.writeTextFile(`${at}/bad/y/SKILL.md`, "---\nname: z\ndescription: d\n---\n");
    const cases: [args: string[], code: number, out: string, err: string][] = [
      [["list", `${at}/in`], 0, "x: Does x\n", ""],
      [["validate", `${at}/in/x/SKILL.md`], 0, "Valid skill: x", ""],
      [["validate", `${at}/bad`], 1, "", `error: ${at}/bad/y/SKILL.md:2: Cannot accept`],
      [["list", `${at}/bad`], 0, "z: d", "warning: "],
      [["list", `${at}/none`], 1, "", "it does not exist"],
      [["show", `${at}/in`], 0, "Do it.", ""],
      [["show", `${at}/in`, "--json"], 0, '"instructions":"Do it."', ""],
      [["validate", `${at}/bad`, "--json"], 1, '"type":"diagnostic"', ""],
      [["bundle", `${at}/in`, "--output", `${at}/out`], 0, "Copied: x", ""],
      [["bundle", `${at}/in`, "--output", `${at}/out`], 1, "", "it is not empty"],
      [["bundle", `${at}/in`], 2, "", "--output is missing"],
      [["validate"], 2, "", "there is no path"],
      [["mend"], 2, "", 'Cannot run "mend"'],
      [["list", "--odd"], 2, "", "--odd"],
      [["--help"], 0, "Usage", ""],
    ];
    for (const [args, code, out, err] of cases) {
      const result = await skills(...args);
      assertEquals(result.code, code, `${args}: ${result.err}`);
      assertStringIncludes(result.out, out);
      assertStringIncludes(result.err, err);
      assert(!(result.out + result.err).includes("\x1b[31m"));
    }
    assert((await Deno.stat(`${at}/out/x/SKILL.md`)).isFile);
  } finally {
    await Deno.remove(at, { recursive: true });
  }
});
