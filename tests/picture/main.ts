/**
 * Makes docs/demo.svg, the picture in the README, from the demonstration at a real terminal: `deno task picture`. It needs tmux.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { terminalSvg } from "./terminal_svg.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The picture. */
export const PICTURE: string = `${ROOT}docs/demo.svg`;

const COLUMNS = 88;

if (import.meta.main) await Deno.writeTextFile(PICTURE, await demoPicture());

/** Runs the demonstration in a terminal, and draws what is there at its end. */
export async function demoPicture(): Promise<string> {
  const socket = `cave-${crypto.randomUUID()}`;
  const tmux = async (...args: string[]) => {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-L", socket, "-f", "/dev/null", ...args],
      env: { LC_ALL: "C.UTF-8", NO_COLOR: "", OPENAI_API_KEY: "", OPENAI_BASE_URL: "" },
    }).output();
    if (!success) throw new Error(`tmux ${args[0]}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  };
  const quote = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;
  const words = [
    ...[Deno.execPath(), "run", "--quiet", "--no-check", "-A", `--config=${ROOT}deno.json`],
    `${ROOT}examples/demo.ts`,
  ];
  try {
    // The pane stays when the program has ended, which tmux tells.
    const stay = ["set", "-g", "remain-on-exit", "on", ";"];
    const size = ["-x", `${COLUMNS}`, "-y", "120"];
    const command = words.map(quote).join(" ");
    await tmux("start-server", ";", ...stay, "new-session", "-d", ...size, command);
    while ((await tmux("display-message", "-p", "-t", "0", "#{pane_dead}")).trim() !== "1") {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    // With what has scrolled away: tmux moves the lines up for its note that the program has ended.
    const screen = await tmux("capture-pane", "-e", "-p", "-S", "-", "-t", "0");
    const lines = screen.split("\n").filter((line) => !line.includes("Pane is dead"));
    // Time and tokens are others each day: the prompt has the date.
    const text = lines.join("\n").replace(/\d+\.\d s, [\d,]+ tokens/, "0.2 s, 5,000 tokens");
    return terminalSvg(text, { title: "deno task demo", columns: COLUMNS });
  } finally {
    await tmux("kill-server").catch(() => {});
  }
}
