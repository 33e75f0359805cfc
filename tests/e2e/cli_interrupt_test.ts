import { assertEquals, assertStringIncludes } from "@std/assert";
import { type ScriptedReply, ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { hindranceOf, unless } from "../programs.ts";
import { Cli } from "./setup.ts";

/** Other systems have other signals, and no simple way to find the children of a child. */
const ignore = Deno.build.os !== "linux";

const STALLED = { content: "Wait a moment.\n", stall: true };
const BUSY =
  '```ts\nconsole.log("busy");\nawait new Promise((go) => setTimeout(go));\nfor (;;);\n```\n';

interface Process {
  readonly parent: number;
  readonly alive: boolean;
}

function readProcess(pid: number | string): Process | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { parent: Number(parent), alive: state !== "Z" };
  } catch {
    return undefined;
  }
}

function childrenOf(parent: number): number[] {
  return [...Deno.readDirSync("/proc")]
    .filter(({ name }) => /^\d+$/.test(name) && readProcess(name)?.parent === parent)
    .map(({ name }) => Number(name));
}

/** Presses Ctrl-C a number of times once a text is printed. Returns the result and the remaining kernels. */
async function interrupt(
  replies: ScriptedReply[],
  { text, times = 1 }: { text: string; times?: number },
) {
  await using server = new ScriptedServer({ replies });
  await using cli = new Cli(["Go"], { env: { OPENAI_BASE_URL: server.url } });
  await cli.printed(text);
  const kernels = childrenOf(cli.pid);
  for (let i = 0; i < times; i++) cli.interrupt();
  const result = await cli.result();
  const left = kernels.filter((pid) => readProcess(pid)?.alive);
  return { ...result, started: kernels.length, left };
}

Deno.test({
  name: "cli stops, says so and leaves no kernel when it is interrupted",
  ignore,
  async fn() {
    const step = "```ts\n1\n```\n";
    const table: [string, ScriptedReply[], string, number, number][] = [
      ["a stalled reply", [STALLED], "Wait", 1, 0],
      ["a stalled reply behind a cell", [step, STALLED], "Wait", 1, 1],
      ["a busy cell", [BUSY], "busy\n", 1, 1],
      ["a busy cell, twice", [BUSY], "│ busy\n", 2, 1],
    ];
    for (const [name, replies, text, times, started] of table) {
      const shown = text.startsWith("busy") ? `│ ${text}` : text;
      const result = await interrupt(replies, { text: shown, times });
      assertEquals([result.code, result.signal], [130, null], name);
      assertEquals([result.started, result.left], [started, []], name);
      if (times === 1) assertEquals(result.stderr, "\nStopped.\n", name);
    }
  },
});

const HINDRANCE = ignore ? "it needs Linux" : hindranceOf("script");

Deno.test(unless(HINDRANCE, {
  name: "cli has a conversation that keeps state and outlives errors when it has a terminal",
  async fn() {
    const replies = [
      "```ts\nconst n = 6;\n```\n",
      "Noted.",
      "```ts\nn * 7\n```\n",
      "It is 42.",
      { content: "Broken", status: 400 },
      STALLED,
      "I am back.",
    ];
    await using server = new ScriptedServer({ replies });
    const env = { OPENAI_BASE_URL: server.url };
    await using cli = new Cli(["--skills", "skills"], { env, terminal: true });
    const talk = [
      ["/skills\n", "code-review: "],
      ["Take six\n", "Noted."],
      ["Times seven\n", "It is 42."],
      ["Break\n", "Broken\r\n"],
      ["Wait\n", "Wait a moment."],
      ["\x03", "Stopped.\r\n"],
      ["Again\n", "I am back."],
    ] as const;
    await cli.printed("> ");
    for (const [typed, printed] of talk) {
      await cli.type(typed);
      await cli.printed(printed);
    }
    await cli.type("exit\n");
    const { code, stdout } = await cli.result();
    assertEquals(code, 0);
    assertStringIncludes(stdout, "✓ 2 steps, ");
    const asked = server.requests.at(-1)!.messages.filter(({ role }) => role === "user");
    assertEquals(asked.at(-1)?.content, "Break\n\nWait\n\nAgain");
  },
}));
