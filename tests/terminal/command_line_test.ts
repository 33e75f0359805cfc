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
    [["--memory", "2048"], { memoryBytes: 2 ** 31 }],
    [["--json", "--verbose"], { json: true, verbose: true }],
    [["--output", "out"], { output: "out" }],
    [["--session", "s", "--quiet"], { session: "s", quiet: true }],
    [["--skills", "a", "--skills=b"], { skills: ["a", "b"] }],
    [["--agent", "a", "--trust=project", "--trust", "home", "q"], {
      agent: "a",
      trust: ["project", "home"],
      question: "q",
    }],
    [["--no-resources"], { noResources: true }],
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
    [["--trust", "all"], 'Cannot use --trust "all": it is project or home'],
    [["--no-resources", "--agent", "a"], "Cannot use --no-resources together"],
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
  "--agent",
  "--trust",
  "--settings",
  "--session",
  "--memory",
];

Deno.test("parseCommandLine() knows every flag that the help names", () => {
  const flags = [...HELP.matchAll(/--([a-z-]+)/g)].map(([flag]) => flag);
  assertEquals(new Set(flags).size, 20);
  const values: Record<string, string> = {
    "--base-url": "http://a",
    "--max-steps": "1",
    "--memory": "1",
    "--timeout": "1",
    "--trust": "home",
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

/** Variables and arguments, and what both together say. */
const VARIABLES: readonly (readonly [
  variables: Record<string, string>,
  args: string[],
  expected: Partial<CommandLine>,
])[] = [
  [{ CAVE_MODEL: "m", CAVE_TIMEOUT: "2", CAVE_MAX_STEPS: " 3 " }, [], {
    model: "m",
    timeoutMs: 2000,
    maxSteps: 3,
  }],
  [{ CAVE_MODEL: "m" }, ["--model", "n"], { model: "n" }],
  [{ CAVE_MODEL: "" }, [], {}],
  [{ CAVE_SKILLS: "a:b", CAVE_SESSION: "s", CAVE_OUTPUT: "o", CAVE_MEMORY: "1" }, [], {
    skills: ["a", "b"],
    session: "s",
    output: "o",
    memoryBytes: 2 ** 20,
  }],
  [{ CAVE_BASE_URL: "http://a.example/v1" }, ["--settings", "s"], { settings: "s" }],
  [{ CAVE_SETTINGS: "s" }, ["--base-url", "http://a.example/v1"], {
    baseUrl: "http://a.example/v1",
  }],
  [{ CAVE_ALLOW_NET: "x", CAVE_FILE: "y", CAVE_JSON: "1" }, [], {}],
];

Deno.test("parseCommandLine() takes options from variables, which arguments override", () => {
  for (const [variables, args, expected] of VARIABLES) {
    assertEquals(
      parseCommandLine(args, (name) => variables[name]),
      { ...nothing, ...expected },
      JSON.stringify(variables),
    );
  }
  const wrong: readonly (readonly [string, string, string])[] = [
    ["CAVE_TIMEOUT", "soon", 'Cannot use CAVE_TIMEOUT "soon"'],
    ["CAVE_MAX_STEPS", "1.5", "Cannot use CAVE_MAX_STEPS 1.5"],
    ["CAVE_BASE_URL", "ftp://a", 'Cannot use CAVE_BASE_URL "ftp://a"'],
    ["CAVE_MEMORY", "-1", 'Cannot use CAVE_MEMORY "-1"'],
  ];
  for (const [name, value, message] of wrong) {
    const read = (asked: string) => asked === name ? value : undefined;
    assertThrows(() => parseCommandLine([], read), UsageError, message);
  }
});
