import { assert, assertEquals } from "@std/assert";
import { fileTools } from "../../../src/tools/files/file_tools.ts";
import { globMatcher } from "../../../src/tools/files/search/glob_pattern.ts";
import { LocalWorkspace } from "../../../src/workspace/local/local_workspace.ts";
import { MemoryWorkspace } from "../../../src/workspace/memory_workspace.ts";
import { hindranceOf, unless } from "../../programs.ts";
import { temporaryFolder } from "../../workspace/_folder.ts";
import { asCell, messageOf } from "../_use.ts";

const FILES: Record<string, string | Uint8Array> = {
  "a.ts": "function one() {}\nconst two = one();\n// ONE\n",
  "b.md": "one\r\ntwo\r\nthree\r\n",
  "sub/c.ts": "export function three() {\n  return one();\n}\n",
  "sub/.hidden.ts": "one",
  "node_modules/x.ts": "one",
  "image.png": "one",
  "binary": new Uint8Array([0, 0x6f, 0x6e, 0x65]),
  "latin1.txt": new Uint8Array([0xe4, 0x20, 0x6f, 0x6e, 0x65]),
  "utf16.txt": new Uint8Array([0xff, 0xfe, 0x6f, 0, 0x6e, 0, 0x65, 0]),
  "long.txt": `${"x".repeat(2_000)}one`,
};

/** Searches, with the names of matches as `path:line`. */
const SEARCHES: [args: unknown[], found: string[]][] = [
  [["one"], ["a.ts:1", "a.ts:2", "b.md:1", "latin1.txt:1", "long.txt:1", "sub/c.ts:2"]],
  [["one", { ignoreCase: true, type: "ts" }], ["a.ts:1", "a.ts:2", "a.ts:3", "sub/c.ts:2"]],
  [["^one$"], ["b.md:1"]],
  [["two$"], ["b.md:2"]],
  [["function \\w+\\("], ["a.ts:1", "sub/c.ts:1"]],
  [["one()", { literal: true }], ["a.ts:1", "a.ts:2", "sub/c.ts:2"]],
  [["one", "sub"], ["sub/c.ts:2"]],
  [["one", "node_modules"], ["node_modules/x.ts:1"]],
  [["one", "image.png"], ["image.png:1"]],
  [["one", { glob: "*.ts" }], ["a.ts:1", "a.ts:2", "sub/c.ts:2"]],
  [["one", { glob: "sub/**" }], ["sub/c.ts:2"]],
  [["one", { includeHidden: true, glob: "*.ts", path: "sub" }], ["sub/.hidden.ts:1", "sub/c.ts:2"]],
  [["\\{\\n  return", { multiline: true }], ["sub/c.ts:1"]],
  [["nothing at all"], []],
];

async function searchAll(cell: ReturnType<typeof asCell>): Promise<string[][]> {
  const all: string[][] = [];
  for (const [args] of SEARCHES) {
    const { matches } = await cell("grep", ...args);
    all.push(matches.map(({ path, line }: { path: string; line: number }) => `${path}:${line}`));
  }
  return all;
}

Deno.test("files.grep finds lines, files and counts", async () => {
  const cell = asCell(fileTools(new MemoryWorkspace({ files: FILES })));
  assertEquals(await searchAll(cell), SEARCHES.map(([, found]) => found));
  assertEquals(await cell("grep", "one", { type: "ts", before: 1, after: 1 }), {
    matches: [
      {
        path: "a.ts",
        line: 1,
        text: "function one() {}",
        before: [],
        after: ["const two = one();"],
      },
      {
        path: "a.ts",
        line: 2,
        text: "const two = one();",
        before: ["function one() {}"],
        after: ["// ONE"],
      },
      {
        path: "sub/c.ts",
        line: 2,
        text: "  return one();",
        before: ["export function three() {"],
        after: ["}"],
      },
    ],
    searched: 2,
    found: 2,
    total: 3,
    truncated: false,
  });
  const { searched: _, ...files } = await cell("grep", "one", { mode: "files", limit: 2 });
  assertEquals(files, { files: ["a.ts", "b.md"], found: 5, total: 6, truncated: true });
  const { counts } = await cell("grep", "one", { mode: "counts", type: "ts" });
  assertEquals(counts, [{ path: "a.ts", count: 2 }, { path: "sub/c.ts", count: 1 }]);
  const { matches } = await cell("grep", "one", "long.txt");
  assert(matches[0].text.length < 600 && matches[0].text.includes("characters left out"));
});

Deno.test(unless(hindranceOf("rg"), {
  name: "files.grep gives the same answers with and without ripgrep",
  async fn() {
    const root = temporaryFolder();
    const workspace = new LocalWorkspace(root);
    for (const [path, content] of Object.entries(FILES)) await workspace.write(path, content);
    Deno.symlinkSync("/etc", `${root}/link`);
    const [fast, slow] = [fileTools(workspace), fileTools(workspace, { ripgrep: "off" })];
    const expected = SEARCHES.map(([, found]) => found);
    assertEquals(await searchAll(asCell(fast)), expected);
    assertEquals(await searchAll(asCell(slow)), expected);
    // Text that looks like an option of the program, or like a path.
    for (const pattern of ["--files", "-e", "-", "/etc/passwd", "$(id)", "; ls"]) {
      const options = { literal: true };
      assertEquals(
        await asCell(fast)("grep", pattern, options),
        await asCell(slow)("grep", pattern, options),
      );
    }
  },
}));

Deno.test("files.grep is bounded, whatever the pattern and the files", async () => {
  const cell = asCell(fileTools(
    new MemoryWorkspace({
      files: {
        "evil.txt": `${"a".repeat(20_000)}!`,
        "many.txt": "match\n".repeat(50_000),
        "huge.txt": "match ".repeat(2_000_000),
      },
    }),
  ));
  // These need exponential time in a search that goes back.
  for (const pattern of ["(a+)+$", "(a|aa)+$", "(a*)*b", "(?:a?){50}a{50}b"]) {
    await cell("grep", pattern, "evil.txt");
  }
  const flood = await cell("grep", "match");
  assert(JSON.stringify(flood).length < 60_000);
  assertEquals(flood.truncated, true);
  const refused: [args: unknown[], message: string][] = [
    [["("], "Cannot search for"],
    [["(?=a)"], "Cannot search for"],
    [["a{1000000}"], "Cannot search for"],
    [["a", { type: "cobol" }], "the types are"],
    [["a", "nothing"], "there is nothing"],
    [["a", { mode: "lines" }], "mode"],
    [["a", { glob: "{a,b}".repeat(10) }], "alternatives"],
  ];
  for (const [args, message] of refused) {
    const found = await messageOf(cell("grep", ...args));
    assert(found.includes(message), `${JSON.stringify(args)}: ${found}`);
  }
});

Deno.test("globMatcher() matches paths, in bounded time", () => {
  const cases: [pattern: string, path: string, expected: boolean][] = [
    ["*.ts", "a.ts", true],
    ["*.ts", "d/a.ts", false],
    ["**/*.ts", "a.ts", true],
    ["**/*.ts", "d/e/a.ts", true],
    ["src/**", "src/a/b", true],
    ["src/**", "src", true],
    ["src/**/x.ts", "src/x.ts", true],
    ["src/*/x.ts", "src/x.ts", false],
    ["a?c", "abc", true],
    ["a?c", "a/c", false],
    ["[ab].md", "b.md", true],
    ["[!ab].md", "b.md", false],
    ["[a-c]*.md", "car.md", true],
    ["[", "[", true],
    ["{a,b}/{c,d}.md", "b/c.md", true],
    ["{a,b}/{c,d}.md", "b/e.md", false],
    ["*", ".hidden", false],
    [".*", ".hidden", true],
    ["**", ".git/config", false],
    ["./a.md", "a.md", true],
    ["日本*", "日本語", true],
    ["(a|b)", "a", false],
    ["a.c", "abc", false],
  ];
  for (const [pattern, path, expected] of cases) {
    const matches = globMatcher(pattern, { dot: false });
    assertEquals([pattern, path, matches(path)], [pattern, path, expected]);
  }
  const name = "a".repeat(250);
  assertEquals(globMatcher(`${"*a".repeat(100)}b`, { dot: true })(name), false);
  assertEquals(
    globMatcher(`${"**/*a*/".repeat(40)}b`, { dot: true })(`${name}/`.repeat(15)),
    false,
  );
});
