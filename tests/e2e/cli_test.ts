import project from "../../deno.json" with { type: "json" };
import stand from "../links/yaml/deno.json" with { type: "json" };
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import manifest from "../../deno.json" with { type: "json" };
import { type ScriptedReply, ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { dirname } from "node:path";
import { runCli } from "./setup.ts";

function cell(code: string, text = ""): string {
  return `${text}\`\`\`typescript\n${code}\n\`\`\`\n`;
}

function serve(...replies: ScriptedReply[]) {
  const server = new ScriptedServer({ replies });
  return { server, env: { OPENAI_BASE_URL: server.url } };
}

async function withFiles<T>(
  files: Record<string, string>,
  action: (cwd: string) => Promise<T>,
): Promise<T> {
  const cwd = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(`${cwd}/${name}`), { recursive: true });
      await Deno.writeTextFile(`${cwd}/${name}`, text);
    }
    return await action(cwd);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

Deno.test("cli answers a question, and shows how", async () => {
  const { server, env } = serve(cell('console.log("hi");\n6 * 7', "Let me see.\n"), "It is 42.");
  await using _ = server;
  const result = await runCli(["What", "is it?"], { env });
  assertEquals([result.code, result.stderr], [0, ""]);
  assertMatch(
    result.stdout,
    /^Let me see\.\n {2}1 console\.log\("hi"\);\n {2}2 6 \* 7\n {2}│ hi\n {4}= 42\n\nIt is 42\.\n✓ 2 steps, \d+\.\d s, about [\d,]+ tokens\n$/,
  );
  const [request] = server.requests;
  assertEquals(request!.messages.at(-1), { role: "user", content: "What is it?" });
  assertEquals(request!.body.model, "gpt-5-mini");
});

Deno.test("cli hands files over as variables", async () => {
  const { server, env } = serve(
    cell("rows.map((row) => row.city + row.n + info.unit + note)"),
    "Done",
  );
  await using _ = server;
  const files = {
    "rows.csv": '\uFEFFcity,n\r\n"Oslo, N",4\r\nRome,\r\n',
    "info.json": '{"unit": "C"}',
    "note.txt": "!",
  };
  const flags = Object.keys(files).flatMap((name) => ["--file", name]);
  const result = await withFiles(files, (cwd) => runCli([...flags, "Go"], { env, cwd }));
  assertEquals([result.code, result.stderr], [0, ""]);
  assertStringIncludes(result.stdout, '= [ "Oslo, N4C!", "RomenullC!" ]');
  const prompt = server.requests[0]!.messages[0]!.content;
  assertStringIncludes(prompt, "/** The 2 rows of rows.csv */\ndeclare let rows: Array<");
  assertStringIncludes(prompt, "declare let info: { unit: string };");
  assertStringIncludes(prompt, "declare let note: string;");
});

Deno.test("cli saves displayed values, and goes on when a file cannot be written", async () => {
  for (
    const [output, errors] of [["out", /^saved out/], [
      "file.txt",
      /^Cannot save file.txt/,
    ]] as const
  ) {
    const { server, env } = serve(
      cell(`display([{ n: 1 }]); display.html("<b>1</b>"); 1`),
      "Done",
    );
    await using _ = server;
    await withFiles({ "file.txt": "" }, async (cwd) => {
      const result = await runCli(["--output", output, "Go"], { env, cwd });
      assertEquals(result.code, 0);
      assertStringIncludes(result.stdout, "[text/html (8 characters)]");
      const lines = result.stderr.trim().split("\n");
      assertEquals(lines.map((line) => errors.test(line)), [true, true], result.stderr);
      if (output !== "out") return;
      assertEquals(await Deno.readTextFile(`${cwd}/out/display-1.csv`), "n\n1\n");
      assertEquals(await Deno.readTextFile(`${cwd}/out/display-2.html`), "<b>1</b>");
    });
  }
});

Deno.test("cli writes one event per line when it is asked for JSON", async () => {
  const picture = "display(new Uint8Array([0x89, 0x50, 0x4e, 0x47]))";
  const { server, env } = serve(cell(`console.log("hi"); ${picture}; 1`), "Done");
  await using _ = server;
  const result = await runCli(["--json", "Go"], { env });
  assertEquals([result.code, result.stderr], [0, ""]);
  const lines = result.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const last = lines.pop();
  assertEquals([last.type, last.status, last.content, last.steps], [
    "result",
    "completed",
    "Done",
    2,
  ]);
  assertEquals(lines.map(({ index }) => index), lines.map((_, i) => i));
  assertEquals([lines[0].type, lines.at(-1).type], ["run_start", "run_end"]);
  assertEquals(lines.find(({ type }) => type === "output").text, "hi\n");
  const { bundle } = lines.find(({ type }) => type === "display");
  assertEquals(bundle["image/png"], { base64: "iVBORw==" });
});

Deno.test("cli takes the question from a pipe, and its options from words", async () => {
  const { server } = serve(cell("1"), "Never");
  await using _ = server;
  const result = await runCli(
    ["--max-steps", "1", "--model", "tiny", "--base-url", server.url, "--timeout=5"],
    { input: "  What is it?\n", env: { OPENAI_MODEL: "other", OPENAI_API_KEY: "sk-1" } },
  );
  assertEquals([result.code, result.stderr], [1, ""]);
  assertStringIncludes(result.stdout, "No steps are left; the task may not be done.\n! 1 step, ");
  const [{ messages, body, authorized }] = server.requests as [typeof server.requests[0]];
  assertEquals([messages.at(-1)!.content, body.model, authorized], ["What is it?", "tiny", true]);
  assertStringIncludes(messages[0]!.content, "may run for 5 seconds");
});

Deno.test("cli lets cells read the files of --allow-read, and nothing else", async () => {
  const table: [string[], string][] = [
    [["--allow-read=."], '= "inside"'],
    [["--allow-read=a.txt"], '= "inside"'],
    [["--allow-read"], '= "inside"'],
    [["--allow-read=b.txt"], "NotCapable"],
    [[], "it needs the permission read, which cells do not have"],
  ];
  await withFiles({ "a.txt": "inside" }, async (cwd) => {
    const code = `await Deno.readTextFile(${JSON.stringify(`${cwd}/a.txt`)})`;
    const run = async ([flags, shown]: typeof table[0]) => {
      const { server, env } = serve(cell(code), "Done");
      await using _ = server;
      const { stdout } = await runCli([...flags, "Go"], { env, cwd });
      assertStringIncludes(stdout, shown, flags.join());
    };
    while (table.length > 0) await Promise.all(table.splice(0, 2).map(run));
  });
});

Deno.test("cli tells its version and how it is used", async () => {
  const version = await runCli(["--version"]);
  assertEquals(version, { code: 0, signal: null, stdout: `${manifest.version}\n`, stderr: "" });
  const help = await runCli(["--help", "ignored"]);
  assertEquals([help.code, help.stderr], [0, ""]);
  assertStringIncludes(help.stdout, "Usage: ");
  for (const line of help.stdout.split("\n")) assert(line.length <= 100, line);
});

Deno.test("cli prints one line and exits with 2 when the command cannot be carried out", async () => {
  const env = { OPENAI_BASE_URL: "http://127.0.0.1:1/v1" };
  const table: [string[], Record<string, string>, string[]][] = [
    [["Go"], {}, ["OPENAI_API_KEY", "OPENAI_BASE_URL"]],
    [["Go"], { OPENAI_API_KEY: "", OPENAI_BASE_URL: " " }, ["OPENAI_API_KEY", "OPENAI_BASE_URL"]],
    [["Go"], { OPENAI_BASE_URL: "localhost:80" }, ['Cannot use OPENAI_BASE_URL "localhost:80"']],
    [["--nonsense", "Go"], env, ["--nonsense"]],
    [["--max-steps=0", "Go"], env, ["--max-steps"]],
    [["--file=none.csv", "Go"], env, ["Cannot read --file none.csv: "]],
    [["--file=no-folder", "Go"], env, ["Cannot read --file no-folder: "]],
    [["--file=bad.json", "Go"], env, ["Cannot read --file bad.json: ", "JSON"]],
    [["--file=*.none", "Go"], env, ["Cannot read --file *.none: there is no such file"]],
    [["--file=http://127.0.0.1:1/a.csv", "Go"], env, [
      "the host is not allowed; add --allow-net=127.0.0.1:1",
    ]],
    [["Go"], { ...env, CAVE_TIMEOUT: "soon" }, ['Cannot use CAVE_TIMEOUT "soon"']],
    [[], env, ["Cannot ask nothing"]],
  ];
  const files = { "bad.json": "{n: 1}", "a.csv": "", "a.txt": "" };
  await withFiles(files, async (cwd) => {
    const run = async ([args, env, parts]: typeof table[0]) => {
      const { code, stdout, stderr } = await runCli(args, { env, cwd });
      assertEquals([code, stdout, stderr.split("\n").length], [2, "", 2], stderr);
      for (const part of parts) assertStringIncludes(stderr, part);
    };
    while (table.length > 0) await Promise.all(table.splice(0, 2).map(run));
  });
});

Deno.test("cli has the skills of --skills, and loads no code of them", async () => {
  const { server, env } = serve(
    cell('console.log(await activateSkill("greet"), await readSkillFile("greet", "words.txt"))'),
    "Hello there",
  );
  await using _ = server;
  const cwd = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${cwd}/skills/greet`, { recursive: true });
    await Deno.mkdir(`${cwd}/skills/bad`);
    const text = "---\nname: greet\ndescription: Greets people\n---\nUse the words.\n";
    await Deno.writeTextFile(`${cwd}/skills/greet/SKILL.md`, text);
    await Deno.writeTextFile(`${cwd}/skills/greet/words.txt`, "hello there");
    await Deno.writeTextFile(`${cwd}/skills/greet/injection.ts`, "Deno.exit(9);\n");
    await Deno.writeTextFile(`${cwd}/skills/bad/SKILL.md`, "none");
    const result = await runCli(["--skills", "skills", "Greet"], { env, cwd });
    assertEquals(result.code, 0, result.stderr);
    assertStringIncludes(result.stderr, "error: Cannot read SKILL.md");
    assertStringIncludes(result.stdout, "Use the words.");
    assertStringIncludes(result.stdout, "hello there");
    assertStringIncludes(server.requests[0]!.messages[0]!.content, "- greet: Greets people");
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});

Deno.test("cli ends quietly when its output is closed", async () => {
  const { server, env } = serve({ content: "line\n".repeat(100), stall: true });
  await using _ = server;
  const result = await runCli(["Go"], { env, closed: true });
  assertEquals(result, { code: 141, signal: null, stdout: "", stderr: "" });
});

Deno.test("cli prints the error and advice, and exits with 1 when the model fails", async () => {
  const { server, env } = serve({ content: "Unknown key", status: 401 });
  await using _ = server;
  const { code, stdout, stderr } = await runCli(["Go"], { env });
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /^Cannot get a reply from gpt-5-mini at .*Unknown key.*\nCheck the key.*\n$/);
});

Deno.test("cli asks the models of a settings file", async () => {
  await using server = new ScriptedServer({ replies: () => "Hello" });
  const settings = `
backends:
  here:
    baseUrl: ${server.url}
    apiKeyVariable: HERE_KEY
    models: { small: , large: { contextWindowTokens: 32000 } }
models: { main: here/large, summary: here/small }
`;
  await withFiles({ "s.yaml": settings, "bad.yaml": "backends: 5" }, async (cwd) => {
    await Deno.mkdir(`${cwd}/config/cave-agent`, { recursive: true });
    await Deno.writeTextFile(`${cwd}/config/cave-agent/settings.yml`, settings);
    const key = { HERE_KEY: "k" };
    const table: [args: string[], env: Record<string, string>, code: number, said: string][] = [
      [["--settings", "s.yaml", "Hi"], key, 0, "large"],
      [["--settings", "s.yaml", "--model", "small", "Hi"], key, 0, "small"],
      [
        ["--settings", "s.yaml", "--model", "smal", "Hi"],
        key,
        2,
        `did you mean "here/small"? (s.yaml)`,
      ],
      [["--settings", "s.yaml", "Hi"], {}, 1, "set the variable HERE_KEY"],
      [["--settings", "bad.yaml", "Hi"], key, 2, "bad.yaml: backends is 5, expected an object"],
      [["--settings", "no.yaml", "Hi"], key, 2, "Cannot read no.yaml"],
      [["--settings", "s.yaml", "--base-url", server.url, "Hi"], key, 2, "together"],
      [["Hi"], { ...key, XDG_CONFIG_HOME: `${cwd}/config` }, 0, "large"],
      [["Hi"], { ...key, XDG_CONFIG_HOME: cwd }, 2, "name a file with --settings"],
    ];
    for (const [args, env, code, said] of table) {
      const before = server.requests.length;
      const result = await runCli(args, { env, cwd });
      assertEquals(result.code, code, `${args.join(" ")}: ${result.stderr}`);
      if (code !== 0) assertStringIncludes(result.stderr, said);
      else assertEquals(server.requests.slice(before).map(({ body }) => body.model), [said]);
    }
  });
});

Deno.test("cli takes a file from a pipe with --file -", async () => {
  const { server, env } = serve(cell("input.trim().split(/\\s+/).length"), "Three");
  await using _ = server;
  const result = await runCli(["--file", "-", "Count the words"], { env, input: "one two three" });
  assertEquals([result.code, result.stderr], [0, ""]);
  assertStringIncludes(result.stdout, "= 3");
  const both = await runCli(["--file", "-"], { env, input: "text" });
  assertEquals(both.code, 2);
  assertStringIncludes(both.stderr, "give the question as words");
});

Deno.test("cli finds files in the folder in which the user stands, through deno task and installed", async () => {
  const folder = await Deno.makeTempDir({ prefix: "cave-cli-" });
  try {
    await Deno.writeTextFile(`${folder}/here.csv`, "a\n1\n2\n");
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const main = new URL("../../src/cli/main.ts", import.meta.url).pathname;
    // In place of the registry, which resolves names by the package's own configuration.
    const std = (name: string) => new URL(`../links/${name}/mod.ts`, import.meta.url).href;
    const imports = {
      ...project.imports,
      "@std/assert": std("assert"),
      "@std/yaml": std("yaml"),
      ...stand.imports,
    };
    await Deno.writeTextFile(`${folder}/map.json`, JSON.stringify({ imports }));
    const permissions = ["run", "net", "env", "read", "write"].map((name) => `--allow-${name}`);
    const install = ["install", "--quiet", "--global", "--root", folder, "--name", "cave"];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...install, "--no-check", "--import-map", `${folder}/map.json`, ...permissions, main],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    const commands = [
      [Deno.execPath(), "task", "--quiet", "--config", config, "agent"],
      [`${folder}/bin/cave`],
    ];
    for (const [program, ...args] of commands) {
      const { server, env } = serve(cell("here.length"), "Two");
      await using _ = server;
      // Another `deno task` around this one would have named another folder.
      const { INIT_CWD: _folder, ...outer } = Deno.env.toObject();
      const result = await new Deno.Command(program!, {
        args: [...args, "--file", "here.csv", "Count the rows"],
        cwd: folder,
        clearEnv: true,
        env: { ...outer, ...env, NO_COLOR: "1" },
        stdin: "null",
      }).output();
      const text = new TextDecoder().decode(result.stdout);
      assertStringIncludes(text, "= 2", new TextDecoder().decode(result.stderr));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Answers of servers that beginners meet, with the lines that say what is wrong and what to do. */
const FIRST_ERRORS: readonly (readonly [answer: () => Response, what: RegExp, advice: RegExp])[] = [
  [
    () => Response.json({ error: { message: "Incorrect API key" } }, { status: 401 }),
    /401 Incorrect API key/,
    /Check the key in OPENAI_API_KEY/,
  ],
  [
    () => Response.json({ error: { message: "The model does not exist" } }, { status: 404 }),
    /404 The model does not exist/,
    /Check the name of the model, and the address/,
  ],
  [
    () => new Response("<html>Hello</html>", { headers: { "content-type": "text/html" } }),
    /the answer is a web page/,
    /often ends in \/v1/,
  ],
];

Deno.test("cli says what is wrong with a server, and what to do, without trying again", async () => {
  for (const [answer, what, advice] of FIRST_ERRORS) {
    let requests = 0;
    await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
      requests++;
      return answer();
    });
    const env = { OPENAI_BASE_URL: `http://127.0.0.1:${server.addr.port}` };
    const { code, stderr } = await runCli(["Hi"], { env });
    assertEquals([code, requests], [1, 1], stderr);
    assertMatch(stderr, what);
    assertMatch(stderr, advice);
  }
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  const env = { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` };
  const closed = await runCli(["Hi"], { env });
  assertEquals(closed.code, 2);
  assertMatch(closed.stderr, /^Cannot reach http:.*refused.*Check the address/);
  const mistyped = await runCli(["--modle", "x", "Hi"]);
  assertEquals([mistyped.code, mistyped.stderr], [
    2,
    "Unknown option '--modle'. Did you mean --model?\n",
  ]);
});

Deno.test("cli loads folders, patterns and addresses, and says what it leaves out", async () => {
  const { server, env } = serve(
    cell("[a.length, b.n, b_2, rain[0].mm, rain_2[0].x]"),
    "Done",
  );
  await using _ = server;
  let asked = 0;
  await using files = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    asked++;
    const { pathname } = new URL(request.url);
    if (pathname === "/old") return Response.redirect(new URL("/rain.csv?x=1", request.url));
    if (pathname === "/away") return Response.redirect("http://localhost:1/rain.csv");
    if (pathname === "/rain.csv") return new Response("mm\n5");
    if (pathname === "/data/rain") {
      return new Response("x\n7", { headers: { "content-type": "text/csv; charset=utf-8" } });
    }
    return new Response("no", { status: 404 });
  });
  const { port } = files.addr;
  const at = `http://127.0.0.1:${port}`;
  const tree = {
    "data/a.csv": "n\n1\n2",
    "data/b.json": '{"n":1}',
    "data/deep/b.txt": "text",
    "data/paper.pdf": "%PDF-1.7",
    "data/.hidden.csv": "n\n1",
    "data/node_modules/c.csv": "n\n1",
  };
  const result = await withFiles(tree, async (cwd) => {
    const flags = ["--file", "data", "--file", `${at}/old`, "--file", `${at}/data/rain`];
    const allowed = `--allow-net=127.0.0.1:${port}`;
    for (const [path, reason] of [["/away", "add --allow-net=localhost:1"], ["/none", "404"]]) {
      const { code, stderr } = await runCli(["--file", `${at}${path}`, allowed, "Go"], {
        env,
        cwd,
      });
      assertEquals(code, 2);
      assertStringIncludes(stderr, reason!);
    }
    return await runCli([...flags, allowed, "Go"], { env, cwd });
  });
  assertEquals(result.code, 0, result.stderr);
  assertStringIncludes(result.stdout, '= [ 2, 1, "text", 5, 7 ]');
  assertEquals(
    result.stderr,
    "data/deep/b.txt is the variable b_2\n" +
      "left out data/paper.pdf: paper.pdf is a PDF: extract its text first\n" +
      `${at}/data/rain is the variable rain_2\n`,
  );
  assertEquals(asked, 5);
});

Deno.test("cli shows pictures to the model, once, and hands their bytes to cells", async () => {
  const { server, env } = serve(cell("photo.length"), "Done");
  await using _ = server;
  const png = "\x89PNG\r\n\x1a\n";
  const result = await withFiles({ "photo.png": png }, async (cwd) => {
    await Deno.writeFile(`${cwd}/photo.png`, Uint8Array.from(png, (c) => c.charCodeAt(0)));
    return await runCli(["--file", "photo.png", "Go"], { env, cwd });
  });
  assertEquals(result.code, 0, result.stderr);
  assertStringIncludes(result.stdout, "= 8");
  const asked = server.requests[0]!.body.messages as { content: unknown }[];
  assertStringIncludes(JSON.stringify(asked.at(-1)), "data:image/png;base64,iVBORw0KGgo=");
});

Deno.test("cli refuses files that are too large for the kernel before it asks the model", async () => {
  const { server, env } = serve("never");
  await using _ = server;
  await withFiles({}, async (cwd) => {
    // A hole takes no room on the disk.
    using file = await Deno.open(`${cwd}/huge.txt`, { write: true, create: true });
    await file.truncate(600 * 2 ** 20);
    await file.write(new TextEncoder().encode("x".repeat(10_000)));
    const { code, stderr } = await runCli(["--file", "huge.txt", "Go"], { env, cwd });
    assertEquals([code, server.requests.length], [2, 0]);
    assertMatch(stderr, /^Cannot load files of 629 MB: .*--memory/);
  });
});
