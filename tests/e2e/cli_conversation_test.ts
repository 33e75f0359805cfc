/** Conversations at a pseudo-terminal: keys, commands, interrupts, and sessions that are kept. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type ScriptedReply, ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { hindranceOf, unless } from "../programs.ts";
import { Cli, runCli } from "./setup.ts";

const hindrance = Deno.build.os === "linux" ? hindranceOf("script") : "it needs Linux";

const STALLED = { content: "Wait a moment.\n", stall: true };

function cell(code: string): string {
  return `~~~ts\n${code}\n~~~`;
}

/** Keys, and the text that is waited for behind them. */
type Talk = readonly (readonly [typed: string, printed: string])[];

/** Types into a conversation, and returns all that it prints. */
async function talk(
  replies: ScriptedReply[],
  { args = [], data, cwd, lines }: { args?: string[]; data: string; cwd?: string; lines: Talk },
) {
  await using server = new ScriptedServer({ replies });
  const env = { OPENAI_BASE_URL: server.url, XDG_DATA_HOME: data };
  await using cli = new Cli(args, { env, terminal: true, ...(cwd === undefined ? {} : { cwd }) });
  await cli.printed("> ");
  for (const [typed, printed] of lines) {
    await cli.type(typed);
    await cli.printed(printed);
  }
  await cli.type("\x04");
  const { code, stdout } = await cli.result();
  return { code, stdout, requests: server.requests };
}

async function withData(action: (data: string) => Promise<void>): Promise<void> {
  const data = await Deno.makeTempDir({ prefix: "cave-cli-" });
  try {
    await action(data);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
}

Deno.test(unless(hindrance, {
  name: "cli edits lines, keeps the history of a folder, and makes one entry of a paste",
  async fn() {
    await withData(async (data) => {
      const paste = "\x1b[200~First\nSecond\x1b[201~\r";
      const first = await talk(["one", "two", "three"], {
        data,
        lines: [
          ["Helo\x1b[Dl\r", "one"],
          [paste, "two"],
          ["a \\\rb\r", "three"],
        ],
      });
      const asked = first.requests.map(({ messages }) => messages.at(-1)!.content);
      assertEquals(asked, ["Hello", "First\nSecond", "a \nb"]);
      const second = await talk(["again"], { data, lines: [["\x1b[A\x1b[A\x1b[A\r", "again"]] });
      assertEquals(second.requests[0]!.messages.at(-1)!.content, "Hello");
    });
  },
}));

Deno.test(unless(hindrance, {
  name: "cli obeys the commands of a conversation, and sends none of them to the model",
  async fn() {
    await withData(async (data) => {
      await Deno.writeTextFile(`${data}/rows.csv`, "a\n1");
      const { code, stdout, requests } = await talk(
        [
          cell("let n = 40"),
          "noted",
          cell("n = 0"),
          "zero",
          "forty",
          "again",
        ],
        {
          data,
          lines: [
            ["/help\r", "/exit"],
            ["Remember 40\r", "noted"],
            ["/vars\r", "n: number"],
            ["/run n += 1; console.log('hi')\r", "hi\r\n"],
            ["/show n\r", "= 41"],
            ["Forget\r", "zero"],
            ["/undo\r", "Back to before: Forget"],
            ["/show n\r", "= 41"],
            ["/cost\r", "2 questions, 4 steps"],
            ["/undoo\r", "did you mean /undo?"],
            ["/show\r", "The command needs a name"],
            ["/show nope\r", "nope is not defined"],
            ["/run for (const i of [\r1,\r2\r]) {\rconsole.log('item', i);\r}\r", "item 2"],
            [`/file ${data}/rows.csv\r`, "Loaded rows"],
            ["/show rows[0].a\r", "= 1"],
            [`/file ${data}/none.csv\r`, `Cannot read --file ${data}/none.csv`],
            ["/output\r", "The last cell has printed nothing"],
            [`/save ${data}/talk.md\r`, "Saved as"],
            [`/save ${data}/talk.md\r`, "it exists already"],
            ["/fork other\r", "This is other now"],
            ["/show n\r", "= 41"],
            ["/resume fresh\r", "This is fresh now"],
            ["Who?\r", "forty"],
            ["/compact\r", "compacted before the next question"],
            ["And now?\r", "again"],
            ["/reset\r", "Begun anew"],
            ["/show n\r", "n is not defined"],
          ],
        },
      );
      assertEquals([code, requests.length], [0, 6]);
      const asked = requests.at(-1)!.messages.slice(1).map(({ content }) => content);
      assertEquals(asked.slice(1), ["forty", "And now?"]);
      assertMatch(asked[0]!, /names: rows: Array[^]*Who\?$/);
      assert(!stdout.includes("\x1b[31mError"));
    });
  },
}));

/** The moments at which Ctrl-C is pressed: replies, the text that announces the moment, and the text behind it. */
const INTERRUPTS: readonly (readonly [when: string, replies: ScriptedReply[], printed: string])[] =
  [
    ["in a reply", [STALLED, "I am back"], "Wait a moment."],
    ["in a cell that computes", [cell("console.log('busy');\nfor (;;);"), "I am back"], "busy"],
    ["in a cell that waits", [
      cell("console.log('busy');\nawait new Promise(() => {})"),
      "I am back",
    ], "busy"],
    ["in a question of a cell", [cell("await askUser('Which?')"), "I am back"], "Answer: "],
  ];

Deno.test(unless(hindrance, {
  name: "cli stops the reply or the cell at one Ctrl-C, keeps the state, and goes on",
  async fn() {
    for (const [when, replies, printed] of INTERRUPTS) {
      await withData(async (data) => {
        const { code, stdout } = await talk([cell("let kept = 7"), "kept it", ...replies], {
          data,
          lines: [
            ["\x03", "(/exit or Ctrl-D leaves)"],
            ["Keep\r", "kept it"],
            ["Go\r", printed],
            ["\x03", "Stopped."],
            ["/show kept\r", "= 7"],
            ["Again\r", "I am back"],
          ],
        });
        assertEquals(code, 0, `${when}: ${stdout}`);
      });
    }
  },
}));

Deno.test(unless(hindrance, {
  name: "cli asks a person what a cell asks, and goes on with the answer",
  async fn() {
    await withData(async (data) => {
      const { requests } = await talk(
        [cell("await askUser('Which?', { options: ['red', 'blue'] })"), "done"],
        { data, lines: [["Choose\r", "Answer: "], ["2\r", "done"]] },
      );
      assertStringIncludes(requests[1]!.messages.at(-1)!.content, "blue");
    });
  },
}));

Deno.test("cli keeps a session, lists it, shows it, goes on with it, and deletes it", async () => {
  await withData(async (data) => {
    await using server = new ScriptedServer({
      replies: [cell("let n = 40"), "noted", cell("n + 2"), "It is 42"],
    });
    const env = { OPENAI_BASE_URL: server.url, XDG_DATA_HOME: data };
    const run = (...args: string[]) => runCli(args, { env });
    assertEquals(
      (await run("sessions", "list")).stdout,
      "There are no sessions yet; --session NAME keeps one\n",
    );
    assertEquals((await run("--session", "sums", "Remember 40")).code, 0);
    const second = await run("--session", "sums", "--quiet", "Add 2");
    assertEquals([second.code, second.stdout], [0, "It is 42\n"]);
    assertMatch(second.stderr, /n \+ 2/);
    assertMatch(
      (await run("sessions", "list")).stdout,
      /^sums .* completed .* 2 questions {2}Add 2\n$/,
    );
    const shown = (await run("sessions", "show", "sums", "--json")).stdout.trimEnd().split("\n");
    assertEquals(shown.map((line) => JSON.parse(line).role).slice(0, 2), [
      "user",
      "code_execution",
    ]);
    assertEquals((await run("sessions", "show", "none")).code, 1);
    assertEquals((await run("sessions", "burn")).code, 2);
    assertEquals((await run("sessions", "delete", "sums")).stdout, "Deleted sums\n");
    assertMatch((await run("sessions")).stdout, /no sessions yet/);
  });
});

/** Files of a project. The middleware and the server are code. */
const PROJECT: Readonly<Record<string, string>> = {
  ".cave/agents/pirate.md":
    "---\nmodel: parrot\nmaxSteps: 3\ntools: files\n---\nTalk like a pirate.\n",
  ".cave/agents/broken.md": "---\nsteps: 3\n---\nx\n",
  ".cave/prompts/review.md": "Review $ARGUMENTS please",
  ".cave/prompts/help.md": "Never asked: a command has this name",
  ".claude/commands/plan.md": "Make a plan",
  ".agents/skills/greet/SKILL.md": "---\nname: greet\ndescription: Greets people\n---\nSay ahoy.\n",
  ".cave/middleware/mark.ts": `export const middleware = {
  modelCall: (request, next) => next({
    ...request,
    messages: [...request.messages, { role: "user", content: "(marked)" }],
  }),
};
`,
  ".mcp.json": '{"mcpServers":{"gone":{"command":"/nowhere/at/all"}}}',
};

async function withProject(action: (cwd: string) => Promise<void>): Promise<void> {
  await withData(async (cwd) => {
    for (const [path, text] of Object.entries(PROJECT)) {
      await Deno.mkdir(`${cwd}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
      await Deno.writeTextFile(`${cwd}/${path}`, text);
    }
    await action(cwd);
  });
}

Deno.test("cli uses agents and skills of its folder, and code of trusted ones alone", async () => {
  const dir = await denoDir();
  await withProject(async (cwd) => {
    const runs: readonly (readonly [args: string[], system: RegExp, isMarked: boolean])[] = [
      [["--agent", "pirate"], /Talk like a pirate\.[^]*- greet: Greets people/, false],
      [["--trust", "project"], /- greet/, true],
      [["--no-resources"], /^(?![^]*(?:greet|pirate))/, false],
    ];
    for (const [args, system, isMarked] of runs) {
      await using server = new ScriptedServer({ replies: ["Ahoy"] });
      const env = { OPENAI_BASE_URL: server.url, HOME: cwd, DENO_DIR: dir };
      const { code, stderr } = await runCli([...args, "--quiet", "Hello"], { env, cwd });
      assertEquals(code, 0, stderr);
      const { messages, body } = server.requests[0]!;
      assertMatch(messages[0]!.content, system);
      assertEquals(messages.at(-1)!.content, isMarked ? "(marked)" : "Hello");
      assertEquals(body.model, args.includes("--agent") ? "parrot" : "gpt-5-mini");
      assertEquals(stderr.includes("The server gone is left out"), isMarked, stderr);
      assertEquals(stderr.includes("names tools (files)"), args.includes("--agent"), stderr);
    }
    for (
      const [name, message] of [["pirat", "did you mean pirate?"], ["broken", "has a fault"], [
        "../x",
        "there is none",
      ]] as const
    ) {
      const env = { OPENAI_BASE_URL: "http://127.0.0.1:9/v1", DENO_DIR: dir };
      const { code, stderr } = await runCli(["--agent", name, "Hello"], { env, cwd });
      assertEquals(code, 2);
      assertStringIncludes(stderr, message);
    }
  });
});

/** Returns the cache of this Deno, for processes with another home. */
async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

Deno.test(unless(hindrance, {
  name: "cli asks with the prompts of its folder, by /prompt NAME or /NAME",
  async fn() {
    await withProject(async (cwd) => {
      const { code, stdout, requests } = await talk(["one", "two", "three"], {
        data: cwd,
        cwd,
        lines: [
          ["/review a.ts\r", "one"],
          ["/prompt plan\r", "two"],
          ["/prompt pla\r", "did you mean plan?"],
          ["/prompt\r", "/review"],
          ["/help\r", "/prompt [NAME]"],
          ["/prompt plan b\r", "three"],
        ],
      });
      assertEquals(code, 0, stdout);
      assertEquals(requests.map(({ messages }) => messages.at(-1)!.content), [
        "Review a.ts please",
        "Make a plan",
        "Make a plan\n\nb",
      ]);
    });
  },
}));

/** Servers and what `doctor` says of them. */
const SERVERS: readonly (readonly [answer: () => Response, code: number, line: RegExp])[] = [
  [
    () => Response.json({ data: [{ id: "tiny" }, { id: "large" }] }),
    0,
    /^ok {4}server: .* has 2 models$/m,
  ],
  [
    () => Response.json({ data: [{ id: "large" }] }),
    1,
    /^FAIL {2}server: there is no model tiny; there are large$/m,
  ],
  [
    () => new Response("no", { status: 401 }),
    1,
    /^FAIL {2}server: .* refuses the key \(401\): set OPENAI_API_KEY$/m,
  ],
  [() => new Response("no", { status: 404 }), 1, /does the address lack \/v1\?$/m],
  [() => new Response("<html>"), 1, /is it an API\?$/m],
];

Deno.test("cli doctor says what to do about each fault", async () => {
  await withData(async (data) => {
    for (const [answer, code, line] of SERVERS) {
      await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answer);
      const url = `http://127.0.0.1:${server.addr.port}/v1`;
      const result = await runCli(["doctor", "--base-url", url, "--model", "tiny"], {
        env: { XDG_DATA_HOME: data },
      });
      assertEquals([result.code, result.stderr], [code, ""]);
      assertMatch(result.stdout, line);
      assertMatch(result.stdout, /^ok {4}kernel: starts in \d+ ms, without permissions$/m);
    }
  });
});
