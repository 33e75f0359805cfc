import { assertEquals } from "@std/assert";
import { escapeControls } from "../../src/terminal/terminal_output.ts";

const ROOT = new URL("../../", import.meta.url);

/** Roads to stdout and stderr. */
const ROADS =
  /\bconsole\b|\bDeno\.(?:stdout|stderr|core|open|writeFile|writeTextFile)\b|\bDeno\[|\bprocess\b|(?<!\.)\b(?:alert|confirm|prompt|reportError)\(|\/dev\/(?:tty|std)/;

/** Lines that may use one, by file; each with the reason why no foreign text passes there as it is. */
const ALLOWED: ReadonlyMap<string, readonly [line: RegExp, reason: string][]> = new Map([
  ["src/terminal/terminal_output.ts", [
    [/writeAll\(text, Deno\.(?:stdout|stderr)\)/, "text of views"],
    [/console\.(?:log|error)\(printable\(text\)\)/, "printable"],
    [/console\.log\(escapeControls\(JSON\.stringify\(/, "JSON without controls"],
  ]],
  ["src/terminal/view/display_folder.ts", [
    [/Deno\.write(?:Text)?File\(path, content\)/, "files of the user, not the terminal"],
  ]],
  ["src/cli/conversation/converse.ts", [[
    /Deno\.stdout\.isTerminal\(\)/,
    "a question about the terminal",
  ]]],
  ["src/cli/conversation/show_run.ts", [
    [/= command\.quiet \? Deno\.stderr : Deno\.stdout;/, "a question about the terminal"],
  ]],
  ["src/cli/mcp_command.ts", [
    [/console\.\w+ = console\.error;/, "output of modules of the user, away from the protocol"],
  ]],
  ["src/cli/conversation/transcript.ts", [
    [/Deno\.writeTextFile\(path, transcriptOf\(/, "a file of the user, not the terminal"],
  ]],
  ["src/cli/conversation/workbench.ts", [[
    /Deno\.stderr\.isTerminal\(\)/,
    "a question about the terminal",
  ]]],
  ["src/terminal/files/input_file.ts", [[/= await Deno\.open\(path\);/, "a file that is read"]]],
  ["src/cli/setup/data_folder.ts", [[
    /Deno\.writeTextFile\(path, text, /,
    "what the user has typed",
  ]]],
  ["src/cli/doctor_command.ts", [[/Deno\.writeTextFile\(path, ""\)/, "an empty file"]]],
  ["examples/support_bot.ts", [
    [/Deno\.writeTextFile\(ledger/, "a file of the example"],
  ]],
  ["examples/_model.ts", [[/Deno\.stdout\.isTerminal\(\)/, "a question about the terminal"]]],
  ["examples/coding_agent.ts", [
    [/console\.log\(\(await (?:files|shell)\./, "code of a cell"],
    [/confirm\("Undo/, "a literal"],
    [/Deno\.stdout\.writeSync\(new TextEncoder\(\)\.encode\(text\)\)/, "text of a view"],
    [/Deno\.stdout\.isTerminal\(\)/, "a question about the terminal"],
    [/confirm\(printable\(/, "printable"],
  ]],
  ["examples/demo.ts", [
    [/Deno\.stdout\.isTerminal\(\)/, "a question about the terminal"],
    [/Deno\.stdout\.writeSync\(encoder\.encode\(text\)\)/, "text of a view"],
    [/console\.log\(days\.length|console\.log\(sums\.map|console\.log\(await/, "code of a cell"],
  ]],
]);

/** In examples, `console.log` shows literals, values of the host, or text that was made printable. */
const EXAMPLE =
  /console\.(?:log|table)\((?:.*printable\(|style\.|`|"|scripted|$|report\)|months\)|tasks\)|chart\()/;
const CELL_TEXT =
  /console\.(?:log|table)\((?:cleaned|await openTasks|await activateSkill|days\.slice|"step")|charts\[0\]/;

async function* filesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) yield* filesIn(`${folder}${name}/`);
    else if (name.endsWith(".ts")) yield `${folder}${name}`;
  }
}

Deno.test("The terminal, the command line and the examples have no other road to a terminal", async () => {
  const found: string[] = [];
  for (const folder of ["src/terminal/", "src/cli/", "examples/"]) {
    for await (const path of filesIn(folder)) {
      const text = await Deno.readTextFile(new URL(path, ROOT));
      for (const [i, line] of text.split("\n").entries()) {
        if (!ROADS.test(line) || /^\s*(?:\*|\/\/|\/\*)/.test(line)) continue;
        const isAllowed = ALLOWED.get(path)?.some(([pattern]) => pattern.test(line)) === true ||
          path.startsWith("examples/") &&
            (EXAMPLE.test(line) || CELL_TEXT.test(line) || /encode\(printable\(/.test(line));
        if (!isAllowed) found.push(`${path}:${i + 1}: ${line.trim()}`);
      }
    }
  }
  assertEquals(found, []);
});

Deno.test("escapeControls() keeps JSON the same, without what a terminal obeys", () => {
  const value = { text: "a\x1b]52;c;x\x07\x9b31m\u202eb\ufeff\u2028\u2066é😀" };
  const json = escapeControls(JSON.stringify(value));
  assertEquals(JSON.parse(json), value);
  assertEquals(/[\p{Cc}\p{Cf}\u2028]/u.test(json), false);
});
