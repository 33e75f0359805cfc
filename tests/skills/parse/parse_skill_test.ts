import { assert, assertEquals } from "@std/assert";
import { parseSkill } from "../../../src/skills/parse/parse_skill.ts";
import { MAX_SKILL_BYTES } from "../../../src/skills/parse/skill_text.ts";
import vectors from "./skill_vectors.json" with { type: "json" };

Deno.test("parseSkill() agrees with the reference validator on each vector", async (t) => {
  for (const vector of vectors) {
    await t.step(vector.label, () => {
      const bytes = Uint8Array.fromBase64(vector.content_b64);
      const { skill, diagnostics } = parseSkill(bytes, { directory: vector.dir });
      const isValid = vector.validate !== null && vector.validate.length === 0;
      assertEquals(skill !== undefined, isValid, JSON.stringify(diagnostics));
      if (skill === undefined) return;
      assertEquals(skill.instructions, vector.body);
      assertEquals(skill.name, vector.read_properties?.name);
      assertEquals(skill.description, vector.read_properties?.description);
      const count = diagnostics.filter(({ level }) => level === "error").length;
      assertEquals(count, vector.validate?.length);
    });
  }
});

Deno.test("parseSkill() reports as many faults as the reference validator", () => {
  for (const { label, content_b64, dir, validate } of vectors) {
    if (validate === null || validate.length < 2) continue;
    const { diagnostics } = parseSkill(Uint8Array.fromBase64(content_b64), { directory: dir });
    assertEquals(diagnostics.length, validate.length, label);
  }
});

const LENIENT: [content: string, name: string | undefined, warnings: number][] = [
  ["---\nname: x\ndescription: d\n---\n", "x", 1],
  ["---\ndescription: d\n---\n", "dir", 1],
  ["\ufeff---\r\nname: dir\r\ndescription: d\r\n---\r\n", "dir", 0],
  ["---\nname: dir\ndescription: Use this: always\n---\n", "dir", 1],
  ["---\nname: dir\ndescription: [beta] it's: so\n---\n", "dir", 1],
  ["---\nname: dir\ndescription: &a thing\n---\n", "dir", 1],
  ["---\nname: dir\ndescription: d\nallowed-tools: [Read, Write]\nversion: 1\n---\n", "dir", 2],
  ["---\nname: dir\n---\n", undefined, 0],
  ["---\nname: dir\ndescription: d\na: &a [x]\nb: *a\n---\n", "dir", 3],
  ["---\nname: [\n---\n", undefined, 3],
];

Deno.test("parseSkill() loads files with small faults when it is lenient", () => {
  for (const [content, name, warnings] of LENIENT) {
    const { skill, diagnostics } = parseSkill(content, { mode: "lenient", directory: "dir" });
    assertEquals(skill?.name, name, content);
    const found = diagnostics.filter(({ level }) => level === "warning").length;
    assertEquals(found, warnings, `${content}${JSON.stringify(diagnostics)}`);
  }
});

const MINIMAL: [yaml: string, code: string | undefined][] = [
  ["name: a-b\ndescription: d\nversion: 1\ncompatibility: [x]", undefined],
  ["name: 1\ndescription: d", "type"],
  ["name: café\ndescription: d", "name"],
  ["name: a", "required"],
  ["description: d", "required"],
  [`name: a\ndescription: ${"x".repeat(1025)}`, "length"],
];

Deno.test("parseSkill() checks name and description when it is minimal", () => {
  for (const [yaml, code] of MINIMAL) {
    const { diagnostics } = parseSkill(`---\n${yaml}\n---\n`, { mode: "minimal", directory: "z" });
    assertEquals(diagnostics[0]?.code, code, yaml);
  }
});

const HEAD = "---\nname: a\ndescription: d\n";

const HOSTILE: [label: string, content: string | Uint8Array][] = [
  ["invalid UTF-8", new Uint8Array([45, 45, 45, 10, 0xff, 0xfe])],
  ["10 MB", new Uint8Array(10 << 20)],
  ["10 MB of text", "---\n".repeat(2.5 * (1 << 20))],
  ["a long frontmatter", `${HEAD}${"x".repeat(1 << 17)}: y\n---\n`],
  ["an escape character", "---\nname: a\ndescription: \x1b[31m\n---\n"],
  ["half a character", "---\nname: a\ndescription: \ud800\n---\n"],
  [
    "a nest of flow sequences",
    `${HEAD}metadata:\n  a: x${"[".repeat(60_000)}\n b: ${"[".repeat(1000)}\n---\n`,
  ],
  ["a bomb of aliases", `${HEAD}a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: [*b,*b,*b,*b]\n---\n`],
  ["an alias in a flow sequence", `${HEAD}metadata: [&a x, *a, *b]\n---\n`],
  ["a document after another", `${HEAD}...\n--- \nx`],
  ["white space", `---\n${" ".repeat(60_000)}x\n---\n`],
  ["colons", `---\n${":".repeat(60_000)}\n---\n`],
  ["quotes", `---\na: "${"\\".repeat(60_000)}\n---\n`],
  ["a prototype", `${HEAD}__proto__: x\nmetadata:\n  __proto__: y\n---\n`],
];

Deno.test("parseSkill() returns diagnostics for hostile files", () => {
  for (const [label, content] of HOSTILE) {
    for (const mode of ["strict", "lenient", "minimal"] as const) {
      const began = performance.now();
      const { skill, diagnostics } = parseSkill(content, { mode, directory: "a" });
      assert(skill !== undefined || diagnostics.length > 0, `${label} ${mode}`);
      assert(performance.now() - began < 20_000, `${label} ${mode}`);
      // deno-lint-ignore no-control-regex -- no control character may reach a terminal
      for (const { message } of diagnostics) assert(!/[\0-\x1f]/.test(message), message);
    }
  }
  assertEquals(Object.hasOwn({}, "y"), false);
});

Deno.test("parseSkill() reads a file of the largest size", () => {
  const body = "x".repeat(MAX_SKILL_BYTES - HEAD.length - 4);
  const { skill } = parseSkill(`${HEAD}---\n${body}`, { directory: "a" });
  assertEquals(skill?.instructions.length, body.length);
});
