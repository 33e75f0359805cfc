import { assertEquals, assertThrows } from "@std/assert";
import {
  checkServerUrl,
  type CommandLine,
  HELP,
  parseCommandLine,
  UsageError,
} from "../../src/terminal/command_line.ts";

const nothing: CommandLine = {
  action: "run",
  question: undefined,
  model: undefined,
  baseUrl: undefined,
  files: [],
  maxSteps: undefined,
  timeoutMs: undefined,
  permissions: { net: false, read: false },
  output: undefined,
  json: false,
  verbose: false,
  quiet: false,
};

Deno.test("parseCommandLine() reads the words when they make sense", () => {
  const table: [string[], Partial<CommandLine>][] = [
    [[], {}],
    [["What", "is it?"], { question: "What is it?" }],
    [["  "], {}],
    [["--", "--json"], { question: "--json" }],
    [["--help"], { action: "help" }],
    [["-h", "--version"], { action: "help" }],
    [["--version"], { action: "version" }],
    [["-V"], { action: "version" }],
    [["--model", "m", "q"], { model: "m", question: "q" }],
    [["--model=m"], { model: "m" }],
    [["--base-url", "http://127.0.0.1:1/v1"], { baseUrl: "http://127.0.0.1:1/v1" }],
    [["--file", "a.csv", "q", "--file=b"], { files: ["a.csv", "b"], question: "q" }],
    [["--max-steps", "3"], { maxSteps: 3 }],
    [["--timeout", "1.5"], { timeoutMs: 1500 }],
    [["--timeout", "Infinity"], { timeoutMs: Infinity }],
    [["--json", "--verbose"], { json: true, verbose: true }],
    [["--output", "out"], { output: "out" }],
    [["--session", "s", "--quiet"], { session: "s", quiet: true }],
    [["--skills", "a", "--skills=b"], { skills: ["a", "b"] }],
    [["--allow-net", "q"], { permissions: { net: true, read: false }, question: "q" }],
    [["--allow-net=a.com,b.com:80"], { permissions: { net: ["a.com", "b.com:80"], read: false } }],
    [["--allow-net=a", "--allow-net"], { permissions: { net: true, read: false } }],
    [["--allow-read=a", "--allow-read=b"], { permissions: { net: false, read: ["a", "b"] } }],
    [["--", "--allow-read"], { question: "--allow-read" }],
  ];
  for (const [args, expected] of table) {
    assertEquals(parseCommandLine(args), { ...nothing, ...expected }, args.join(" "));
  }
});

Deno.test("parseCommandLine() throws one line when an argument is invalid", () => {
  const table: [string[], string][] = [
    [["--unknown"], "--unknown"],
    [["-x"], "-x"],
    [["--model"], "--model"],
    [["--json=1"], "--json"],
    [["--max-steps", "0"], 'Cannot use --max-steps "0": it must be a number above 0'],
    [["--max-steps", "x"], '"x"'],
    [["--max-steps", ""], '""'],
    [["--max-steps", "1.5"], "whole number"],
    [["--max-steps=-1"], '"-1"'],
    [["--timeout", "0"], "--timeout"],
    [["--timeout", "1s"], '"1s"'],
    [["--base-url", "localhost"], 'Cannot use --base-url "localhost"'],
    [["--base-url", "localhost:80"], "it is not an http or https URL"],
  ];
  for (const [args, message] of table) {
    const error = assertThrows(() => parseCommandLine(args), UsageError, message);
    assertEquals(error.message.split("\n").length, 1, error.message);
  }
});

const VALUED = [
  "--model",
  "--base-url",
  "--file",
  "--max-steps",
  "--timeout",
  "--output",
  "--skills",
  "--settings",
  "--session",
];

Deno.test("parseCommandLine() knows every flag that the help names", () => {
  const flags = [...HELP.matchAll(/--([a-z-]+)/g)].map(([flag]) => flag);
  assertEquals(new Set(flags).size, 16);
  const values: Record<string, string> = {
    "--base-url": "http://a",
    "--max-steps": "1",
    "--timeout": "1",
  };
  for (const flag of flags) {
    const takesValue = VALUED.includes(flag);
    parseCommandLine(takesValue ? [flag, values[flag] ?? "a"] : [flag]);
  }
});

Deno.test("checkServerUrl() throws when it is no http or https URL", () => {
  checkServerUrl("https://example.com/v1", "it");
  for (const url of ["", "example.com", "ftp://example.com", "file:///a"]) {
    assertThrows(() => checkServerUrl(url, "IT"), UsageError, "Cannot use IT ");
  }
});
