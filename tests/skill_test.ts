import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "@std/yaml";

const SKILLS = new URL("../skills/", import.meta.url);

/** The keys defined by the Agent Skills specification (https://agentskills.io/specification). */
const KEYS = ["name", "description", "license", "compatibility", "metadata", "allowed-tools"];

Deno.test("skills/ holds skills that the Agent Skills specification accepts", async () => {
  const folders = await Array.fromAsync(Deno.readDir(SKILLS));
  assert(folders.length > 0);
  for (const { name: folder } of folders) {
    const text = await Deno.readTextFile(new URL(`${folder}/SKILL.md`, SKILLS));
    const frontmatter = /^---\n([\s\S]*?)\n---\n/.exec(text)?.[1];
    const fields = parse(frontmatter ?? "") as Record<string, unknown>;
    assertEquals(Object.keys(fields).filter((key) => !KEYS.includes(key)), []);
    assertEquals(fields.name, folder);
    assertMatch(folder, /^(?=.{1,64}$)[a-z0-9]+(?:-[a-z0-9]+)*$/);
    const { description } = fields;
    assert(
      typeof description === "string" && description.length >= 1 && description.length <= 1024,
    );
  }
});
