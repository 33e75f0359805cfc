/** Variants of files and names, with the verdicts of the reference validator or of the decisions in docs/skills.md. */

import { assert, assertEquals } from "@std/assert";
import { parseSkill } from "../../../src/skills/parse/parse_skill.ts";

const H = "---\nname: a\ndescription: d\n";

/** Bytes behind the beginning of a file. */
function bytes(text: string, ...rest: number[]): Uint8Array {
  return new Uint8Array([...new TextEncoder().encode(text), ...rest]);
}

const KINDS: [
  label: string,
  content: string | Uint8Array,
  isValid: boolean,
  description?: string,
][] = [
  ["empty", "", false],
  ["only fence", "---", false],
  ["only fence nl", "---\n", false],
  ["two fences", "---\n---\n", false],
  ["blank", "\n\n", false],
  ["leading newline", "\n" + H + "---\n", false],
  ["leading space", " " + H + "---\n", false],
  ["bom", "\ufeff" + H + "---\n", false],
  ["bom crlf", "\ufeff" + (H + "---\n").replaceAll("\n", "\r\n"), false],
  ["crlf", (H + "---\nx\n").replaceAll("\n", "\r\n"), true],
  ["cr", (H + "---\nx\n").replaceAll("\n", "\r"), true],
  ["mixed", H.replace("\n", "\r\n") + "---\nx", true],
  ["eof after fence", H + "---", true],
  ["trailing space fences", H.replace("---", "---  ") + "---  \nx", true],
  ["indented closing", H + "  ---\nx", true],
  ["four", H.replace("---", "----") + "---\n", false],
  ["yaml tag fence", H.replace("---", "--- yaml") + "---\n", false],
  ["dots", H + "...\nx", false],
  ["unclosed", H + "\nText\n", false],
  ["later rule", H + "\n# T\n\n---\nmore", true],
  ["comment only", "---\n# x\n---\n", false],
  ["list", "---\n- a\n---\n", false],
  ["scalar", "---\nabc\n---\n", false],
  ["nospace", "---\nname:a\ndescription:b\n---\n", false],
  ["dup", H + "name: b\n---\n", false],
  ["dup nested", H + "metadata:\n  a: 1\n  a: 2\n---\n", false],
  ["flow list", H + "allowed-tools: [a]\n---\n", false],
  ["flow map", H + "metadata: {a: b}\n---\n", false],
  ["flow empty", H + "metadata: {}\n---\n", false],
  ["flow nested in block", H + "metadata:\n  a: [1]\n---\n", false],
  ["flow in list item", H + "allowed-tools:\n  - [a]\n---\n", false],
  ["flow multi-line", H + "metadata:\n  {a: b}\n---\n", false],
  ["json", '---\n{"name": "a", "description": "d"}\n---\n', false],
  ["anchor", H + "metadata:\n  a: &x b\n---\n", false],
  ["alias", H + "metadata:\n  a: *x\n---\n", false],
  ["tag", H + "license: !!str x\n---\n", false],
  ["merge", H + "metadata:\n  <<: *x\n---\n", false],
  ["merge key text", H + "metadata:\n  <<: x\n---\n", true],
  ["anchor on key line", H + "metadata: &m\n  a: b\n---\n", false],
  ["unquoted colon", "---\nname: a\ndescription: x: y\n---\n", false],
  ["at", "---\nname: a\ndescription: @x\n---\n", false],
  ["backtick", "---\nname: a\ndescription: `x`\n---\n", false],
  ["percent", "---\nname: a\ndescription: %x\n---\n", false],
  [">text", "---\nname: a\ndescription: >text\n---\n", false],
  ["tab indent", H + "metadata:\n\ta: b\n---\n", false],
  ["tab after colon", "---\nname:\ta\ndescription: d\n---\n", false],
  ["inline comment", "---\nname: a\ndescription: x # c\n---\n", true, "x"],
  ["hash in text", "---\nname: a\ndescription: x#c\n---\n", true, "x#c"],
  ["folded", "---\nname: a\ndescription: >\n  x\n  y\n---\n", true, "x y"],
  ["literal keep", "---\nname: a\ndescription: |+\n  x\n\n\n---\n", true, "x"],
  ["plain multi", "---\nname: a\ndescription: x\n  y\n---\n", true, "x y"],
  ["literal strip indent ind", "---\nname: a\ndescription: |2-\n   x\n---\n", true, "x"],
  ["int desc", "---\nname: a\ndescription: 456\n---\n", true, "456"],
  ["float", "---\nname: a\ndescription: 1.0\n---\n", true, "1.0"],
  ["null", "---\nname: a\ndescription: null\n---\n", true, "null"],
  ["true", "---\nname: a\ndescription: true\n---\n", true, "true"],
  ["date", "---\nname: a\ndescription: 2024-01-01\n---\n", true, "2024-01-01"],
  ["octal", "---\nname: a\ndescription: 010\n---\n", true, "010"],
  ["tilde desc", "---\nname: a\ndescription: ~\n---\n", true, "~"],
  ["hex", "---\nname: a\ndescription: 0x1F\n---\n", true, "0x1F"],
  [".inf", "---\nname: a\ndescription: .inf\n---\n", true, ".inf"],
  ["empty desc", "---\nname: a\ndescription:\n---\n", false],
  ["empty quoted", '---\nname: a\ndescription: ""\n---\n', false],
  ["blank quoted", '---\nname: a\ndescription: "  "\n---\n', false],
  ["empty name", "---\nname:\ndescription: d\n---\n", false],
  ["empty others", H + "metadata:\nallowed-tools:\nlicense:\ncompatibility:\n---\n", true],
  ["desc list", "---\nname: a\ndescription:\n  - x\n---\n", false],
  ["desc map", "---\nname: a\ndescription:\n  x: y\n---\n", false],
  ["name list", "---\nname:\n  - a\ndescription: d\n---\n", false],
  ["quoted spaces", '---\nname: " a "\ndescription: d\n---\n', true],
  ["nbsp", '---\nname: "\u00a0a"\ndescription: d\n---\n', true],
  ["escape", '---\nname: "\\x61"\ndescription: d\n---\n', true],
  ["single quote", "---\nname: a\ndescription: 'it''s'\n---\n", true, "it's"],
  ["tools list", H + "allowed-tools:\n  - a\n  - b\n---\n", true],
  ["compat list", H + "compatibility:\n  - a\n---\n", false],
  ["license map", H + "license:\n  a: b\n---\n", true],
  ["metadata str", H + "metadata: x\n---\n", true],
  ["metadata nested", H + "metadata:\n  a:\n    b: c\n---\n", true],
  ["Name caps", "---\nName: a\nname: a\ndescription: d\n---\n", false],
  ["allowed_tools", H + "allowed_tools: x\n---\n", false],
  ["version", H + "version: 1\n---\n", false],
  ["emoji 1024", "---\nname: a\ndescription: " + "😀".repeat(1024) + "\n---\n", true],
  ["emoji 1025", "---\nname: a\ndescription: " + "😀".repeat(1025) + "\n---\n", false],
  ["compat 500", H + "compatibility: " + "x".repeat(500) + "\n---\n", true],
  ["compat 501", H + "compatibility: " + "x".repeat(501) + "\n---\n", false],
  ["compat quoted spaces 501", H + 'compatibility: "' + " ".repeat(501) + '"\n---\n', false],
  ["block scalar 1024", `---\nname: a\ndescription: |\n  ${"x".repeat(1024)}\n---\n`, true],
  ["desc padded 1025", '---\nname: a\ndescription: "' + "x".repeat(1024) + ' "\n---\n', false],
  ["nul", H.replace("d\n", "d\0\n") + "---\n", false],
  ["esc", H.replace("d\n", "d\x1b\n") + "---\n", false],
  ["del", H.replace("d\n", "d\x7f\n") + "---\n", false],
  ["nul in body", H + "---\nx\0y", true],
  ["invalid utf8 body", bytes(H + "---\n", 0xff), false],
  ["overlong", bytes("---\nname: a\ndescription: ", 0xc0, 0xaf, 10, 45, 45, 45, 10), false],
  [
    "surrogate bytes",
    bytes("---\nname: a\ndescription: ", 0xed, 0xa0, 0x80, 10, 45, 45, 45, 10),
    false,
  ],
  ["two docs", H + "--- \nname: b\n---\n", true],
  ["complex key", H + "? a\n: b\n---\n", false],
  ["directive", "---\n%YAML 1.2\nname: a\ndescription: d\n---\n", false],
  ["unicode linesep", "---\nname: a\ndescription: a\u2028b\n---\n", true],
  ["quoted key", "---\n\"name\": a\n'description': d\n---\n", true],
  ["bad indent", "---\nname: a\n description: d\n---\n", false],
  ["quoted unclosed", '---\nname: a\ndescription: "x\n---\n', false],
  ["desc with --- inside", "---\nname: a\ndescription: a --- b\n---\n", true, "a --- b"],
];

Deno.test("parseSkill() judges variants as the reference validator does", () => {
  for (const [label, content, isValid, description] of KINDS) {
    const { skill, diagnostics } = parseSkill(content, { directory: "a" });
    assertEquals(skill !== undefined, isValid, `${label}: ${JSON.stringify(diagnostics)}`);
    if (description !== undefined) assertEquals(skill?.description, description, label);
    if (!isValid) assert(diagnostics.some(({ level }) => level === "error"), label);
  }
});

Deno.test("parseSkill() never throws for variants, in any mode", () => {
  for (const [label, content] of KINDS) {
    for (const mode of ["lenient", "minimal"] as const) {
      const { skill, diagnostics } = parseSkill(content, { mode, directory: "a" });
      assert(skill !== undefined || diagnostics.length > 0, `${label} ${mode}`);
    }
  }
});

const NAMES: [name: string, directory: string, isValid: boolean][] = [
  ["ｐｄｆ", "pdf", true],
  ["ﬁle", "file", true],
  ["cafe\u0301", "caf\u00e9", true],
  ["caf\u00e9", "cafe\u0301", true],
  ["हिन्दी", "हिन्दी", false],
  ["a\u0301\u0301b", "a\u0301\u0301b", false],
  ["Ⅳ", "Ⅳ", false],
  ["½", "½", false],
  ["a\u2011b", "a\u2011b", false],
  ["a－b", "a-b", true],
  ["٣", "٣", true],
  ["技能", "技能", true],
  ["a\u200db", "a\u200db", false],
  ["ﷺﷺﷺﷺ", "ﷺﷺﷺﷺ", false],
  ["𝐚", "a", true],
  ["𠀀".repeat(64), "𠀀".repeat(64), true],
  ["𠀀".repeat(65), "𠀀".repeat(65), false],
  ["ı", "ı", true],
  ["ǆ", "dž", true],
  ["a--b", "a--b", false],
  ["-a", "-a", false],
  ["a-", "a-", false],
  ["A", "a", false],
  ["a", "A", false],
  ["a_b", "a_b", false],
];

Deno.test("parseSkill() compares names and directories in NFKC form, by code points", () => {
  for (const [name, directory, isValid] of NAMES) {
    const { skill, diagnostics } = parseSkill(`---\nname: "${name}"\ndescription: d\n---\n`, {
      directory,
    });
    assertEquals(skill !== undefined, isValid, `${name}: ${JSON.stringify(diagnostics)}`);
  }
});

/** Faults that a few hundred files of many authors have, written anew: fields, and the verdicts of both modes. */
const FOUND: [label: string, yaml: string, strict: string, lenient: string][] = [
  ["a flow list of triggers", 'triggers: ["a", "b"]', "yaml", "field"],
  ["requirements in flow style", "metadata: {requires: {bins: [x]}}", "yaml", "type"],
  ["a version", "version: 1.0.0", "field", "field"],
  ["fields of one client", "user-invocable: true\nargument-hint: x", "field,field", "field,field"],
  ["tools as a list", "allowed-tools:\n  - Read", "type", "type"],
  ["a licence in quotes", 'license: "MIT"', "", ""],
];

Deno.test("parseSkill() reports faults that are common in files, and loads the files when it is lenient", () => {
  for (const [label, yaml, strict, lenient] of FOUND) {
    const verdict = (mode: "strict" | "lenient") => {
      const { skill, diagnostics } = parseSkill(`${H}${yaml}\n---\n`, { mode, directory: "a" });
      if (mode === "lenient") assert(skill !== undefined, label);
      return diagnostics.map(({ code }) => code).join();
    };
    assertEquals([verdict("strict"), verdict("lenient")], [strict, lenient], label);
  }
  const named = parseSkill(H.replace("a\n", "my_skill\n") + "---\n", {
    mode: "lenient",
    directory: "b",
  });
  assertEquals(named.diagnostics.map(({ code }) => code), ["name", "directory"]);
});
