import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { bundleSkills } from "../../src/skills/bundle_skills.ts";
import { defineSkill } from "../../src/skills/define_skill.ts";
import { conventionalSources, discoverSkills } from "../../src/skills/discover_skills.ts";
import { SkillError } from "../../src/skills/parse/skill_error.ts";
import { skillFolder, skillText } from "./_skill_folder.ts";
import { listFiles, readFileInside } from "../../src/skills/skill_files.ts";

Deno.test("discoverSkills() finds skills in order, and reports faulty ones", async () => {
  await using at = await skillFolder({
    "b/SKILL.md": skillText("b"),
    "a/SKILL.md": skillText("a"),
    "a/inner/SKILL.md": skillText("inner"),
    "bad/SKILL.md": "no frontmatter",
    "deep/1/2/SKILL.md": skillText("2"),
    "deep/1/3/4/5/SKILL.md": skillText("5"),
    ".hidden/SKILL.md": skillText("hidden"),
    "node_modules/x/SKILL.md": skillText("x"),
  });
  const { skills, diagnostics } = await discoverSkills([at.path]);
  assertEquals(skills.map(({ name }) => name), ["a", "b", "2"]);
  assertEquals(diagnostics.map(({ code, path }) => [code, path]), [
    ["fence", `${at.path}/bad/SKILL.md`],
  ]);
});

Deno.test("discoverSkills() prefers the project to the home, and reports collisions", async () => {
  await using project = await skillFolder({
    ".agents/skills/x/SKILL.md": skillText("x", "project"),
  });
  await using home = await skillFolder({ "skills/x/SKILL.md": skillText("x", "home") });
  const sources = conventionalSources({ project: project.path, home: home.path });
  const { skills, diagnostics } = await discoverSkills(sources);
  assertEquals(skills.map(({ description }) => description), ["project"]);
  assertEquals(diagnostics.map(({ code }) => code), ["collision"]);
});

Deno.test("discoverSkills() refuses links that leave the source", async () => {
  await using outside = await skillFolder({
    "x/SKILL.md": skillText("x"),
    "SKILL.md": skillText("y"),
  });
  await using at = await skillFolder({ "a/SKILL.md": skillText("a"), "y/other.md": "" });
  await Deno.symlink(`${outside.path}/x`, `${at.path}/x`);
  await Deno.symlink(`${outside.path}/SKILL.md`, `${at.path}/y/SKILL.md`);
  await Deno.symlink(at.path, `${at.path}/circle`);
  const { skills, diagnostics } = await discoverSkills([at.path, `${at.path}/none`]);
  assertEquals(skills.map(({ name }) => name), ["a"]);
  assertEquals(diagnostics.map(({ code }) => code), ["path", "path", "path"]);
});

Deno.test("discoverSkills() reads a thousand skills", async () => {
  const files: Record<string, string> = {};
  for (let i = 0; i < 1000; i++) files[`s${i}/SKILL.md`] = skillText(`s${i}`);
  await using at = await skillFolder(files);
  const { skills, diagnostics } = await discoverSkills([at.path], { mode: "strict" });
  assertEquals([skills.length, diagnostics.length], [1000, 0]);
});

Deno.test("readFileInside() reads nothing outside the directory", async () => {
  await using outside = await skillFolder({ "secret.txt": "secret" });
  await using at = await skillFolder({ "SKILL.md": "", "references/a.md": "text", "b.txt": "b" });
  await Deno.symlink(`${outside.path}/secret.txt`, `${at.path}/link.txt`);
  await Deno.symlink(outside.path, `${at.path}/linked`);
  await Deno.writeFile(`${at.path}/image.bin`, new Uint8Array([0xff, 0xfe]));
  assertEquals(await listFiles(at.path), ["b.txt", "image.bin", "references/a.md"]);
  assertEquals(readFileInside(at.path, "references/a.md"), "text");
  assertEquals(readFileInside(at.path, "image.bin"), new Uint8Array([0xff, 0xfe]));
  for (
    const path of [
      "../x",
      "/etc/passwd",
      "a/../../x",
      "",
      ".",
      "references//a.md",
      "a\\b",
      "C:x",
      "a\0",
    ]
      .concat("link.txt", "linked/secret.txt", "none.md", "references")
  ) {
    assertThrows(() => readFileInside(at.path, path), SkillError, "Cannot read the file");
  }
  assertThrows(() => readFileInside(at.path, 1 as unknown as string), SkillError);
});

Deno.test("defineSkill() checks name and description", () => {
  const rest = { description: "d", instructions: "i" };
  assertEquals(defineSkill({ name: "a", ...rest }).trust, "code");
  for (const name of ["A", "a b", "", "-a", "x".repeat(65)]) {
    assertThrows(() => defineSkill({ name, ...rest }), SkillError, "Cannot accept the field");
  }
  assertThrows(() => defineSkill({ name: "a", description: "", instructions: "" }), SkillError);
});

Deno.test("bundleSkills() copies valid skills, and writes nothing for others", async () => {
  await using at = await skillFolder({
    "one/x/SKILL.md": skillText("x", "first"),
    "one/x/references/a.md": "a",
    "two/x/SKILL.md": skillText("x", "second"),
    "two/y/SKILL.md": skillText("y"),
    "bad/z/SKILL.md": skillText("other"),
  });
  const [one, two, bad] = ["one", "two", "bad"].map((name) => `${at.path}/${name}`);
  const skills = await bundleSkills([one!, two!], `${at.path}/bundle`);
  assertEquals(skills.map(({ name }) => name), ["x", "y"]);
  assertEquals(await Deno.readTextFile(`${at.path}/bundle/x/references/a.md`), "a");
  assert((await Deno.readTextFile(`${at.path}/bundle/x/SKILL.md`)).includes("first"));
  await assertRejects(() => bundleSkills([one!], `${at.path}/bundle`), SkillError, "not empty");
  await assertRejects(() => bundleSkills([bad!], `${at.path}/new`), SkillError);
  await assertRejects(() => Deno.stat(`${at.path}/new`), Deno.errors.NotFound);
});
