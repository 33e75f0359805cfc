/** The screen of a terminal while the command line answers, as tmux sees it. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { hindranceOf, unless } from "../programs.ts";
import { agentCommand } from "./setup.ts";

/** A terminal of 60 columns, in a server of tmux of its own. */
class Screen implements AsyncDisposable {
  readonly #socket = `cave-${crypto.randomUUID()}`;
  readonly #folder = Deno.makeTempDirSync({ prefix: "cave-screen-" });
  #output: ReadableStreamDefaultReader<Uint8Array> | undefined;

  async start(words: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
    const variables = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    // The output comes through a pipe as well, which tells when to look again.
    const pipe = `${this.#folder}/output`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    const opened = Deno.open(pipe);
    const session = ["new-session", "-d", "-x", "60", "-y", "50", ...variables, quoted];
    await this.#tmux(...session, ";", "pipe-pane", `cat > ${pipe}`);
    this.#output = (await opened).readable.getReader();
  }

  async type(...keys: string[]): Promise<void> {
    await this.#tmux("send-keys", "-t", "0", ...keys);
  }

  /** Waits until the screen has a text, and returns it. */
  async shows(text: string): Promise<string> {
    while (true) {
      const screen = await this.#tmux("capture-pane", "-p", "-t", "0");
      if (screen.includes(text)) return screen;
      const { done } = await this.#output!.read();
      if (done) throw new Error(`It ended without ${text}: ${screen}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server").catch(() => {});
    await this.#output?.cancel();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #tmux(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-L", this.#socket, "-f", "/dev/null", ...args],
      env: { LC_ALL: "C.UTF-8" },
    }).output();
    if (!success) throw new Error(`tmux ${args[0]}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  }
}

const CELL = `I look first.

~~~ts
const rows = [{ city: "Oslo", mm: 12 }, { city: "Rome", mm: 3 }];
display(rows);
display({
  $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "bar", data: { values: rows },
  encoding: { x: { field: "city", type: "nominal" }, y: { field: "mm", type: "quantitative" } },
});
~~~`;

const ANSWER = `# Rain

It rains **most** in \`Oslo\`, which is a sentence that does not fit into a line.

| city | rain |
|------|-----:|
| Oslo | 12 |
| Rome | 3 |

- [x] done
`;

const SCREEN = `
> Where does it rain?
I look first.

  1 const rows = [{ city: "Oslo", mm: 12 }, { city: "Rome",
    mm: 3 }];
  2 display(rows);
  3 display({
  4   $schema:
    "https://vega.github.io/schema/vega-lite/v5.json", mark:
     "bar", data: { values: rows },
  5   encoding: { x: { field: "city", type: "nominal" }, y:
    { field: "mm", type: "quantitative" } },
  6 });
    city  mm
    Oslo  12
    Rome   3
    mm
    Oslo 12 ███████████████████████████████████████████████
    Rome  3 ███████████▊

Rain

It rains most in Oslo, which is a sentence that does not
fit into a line.

city  rain
────  ────
Oslo    12
Rome     3

• [x] done
✓ 2 steps`;

Deno.test(unless(Deno.build.os === "linux" ? hindranceOf("tmux", ["-V"]) : "it needs Linux", {
  name: "cli formats what it shows at a terminal, and leaves nothing behind of what was not final",
  async fn() {
    const data = await Deno.makeTempDir({ prefix: "cave-cli-" });
    await using server = new ScriptedServer({ replies: [CELL, ANSWER] });
    await using screen = new Screen();
    await screen.start(agentCommand(), {
      OPENAI_BASE_URL: server.url,
      OPENAI_API_KEY: "sk-scripted",
      XDG_DATA_HOME: data,
    });
    await screen.shows("\n>");
    await screen.type("Where does it rain?", "Enter");
    const shown = await screen.shows("tokens");
    assertEquals(shown.slice(0, SCREEN.length), SCREEN);
    await screen.type("/output", "Enter");
    assertStringIncludes(
      await screen.shows("printed nothing"),
      "The last cell has printed nothing",
    );
    await screen.type("C-d");
    await Deno.remove(data, { recursive: true });
  },
}));
