/**
 * The terminal view of a run: the reply as it arrives, code, output, and a closing line.
 *
 * @module
 */

import type { AgentEvent, RunResult } from "../../agent/record/event.ts";
import { mainType } from "../../agent/record/display.ts";
import type { MimeBundle } from "../../runtime/runtime.ts";
import { displayLines } from "./display_view.ts";
import { OutputView } from "./output_view.ts";
import { printable } from "../../text/printable.ts";
import { truncate } from "../../text/truncate.ts";
import { toolText } from "./tool_view.ts";
import type { MarkdownWriter, RichText } from "./rich_text.ts";
import type { Style } from "./style.ts";

/** Characters of a value that are shown. */
const MAX_VALUE_CHARS = 400;

/** The space before what belongs to a cell. */
const INDENT = "    ";

/** Options of {@linkcode RunView}. */
export interface RunViewOptions {
  /** Receives the text. */
  readonly write: (text: string) => void;
  /** Colours. */
  readonly style: Style;
  /**
   * Whether to show everything: all output, observations as the model sees them, tokens of each call. @default false
   */
  readonly verbose?: boolean;
  /** Returns the width of the terminal in columns. @default 80 */
  readonly columns?: (() => number) | undefined;
  /** Formats Markdown, code and pictures. @default they are shown as they are */
  readonly rich?: RichText | undefined;
  /** Shows lines that the next ones replace; needed with `rich`. @default they are not shown */
  readonly preview?: ((lines: readonly string[]) => void) | undefined;
}

/** Shows the events of one run. */
export class RunView {
  readonly #options: RunViewOptions;
  #output: OutputView | undefined;
  /** Formats the present reply. */
  #markdown: MarkdownWriter | undefined;
  /** The text of the present reply. */
  #text = "";
  /** Whether the last piece was reasoning. */
  #reasoning = false;
  /** The first half of a surrogate pair. */
  #half = "";
  /** Whether the cursor is at the start of a line. */
  #fresh = true;

  /**
   * Makes a view.
   *
   * @param options The writer of the text, and its style.
   */
  constructor(options: RunViewOptions) {
    this.#options = options;
  }

  /** Shows an event. */
  show(event: AgentEvent): void {
    const { style, verbose } = this.#options;
    if (event.type !== "text") this.#endText(event.type);
    switch (event.type) {
      case "text":
        if (this.#reasoning) this.#newline();
        this.#reasoning = false;
        this.#text += event.text;
        return this.#prose(this.#pair(event.text));
      case "reasoning":
        this.#reasoning = true;
        return verbose ? this.#write(style.dim(this.#pair(event.text))) : undefined;
      case "code":
        this.#text = "";
        return this.#code(event.code);
      case "output":
        return this.#output?.push(event.text);
      case "display":
        this.#output?.end();
        return this.#display(event.bundle);
      case "execution_output":
      case "execution_output_exceeded":
      case "execution_error":
      case "security_error":
        return this.#observation(event);
      case "compacting":
        return this.#note(`compacting the history (about ${event.tokens} tokens)`);
      case "compacted":
        return this.#note(`compacted to ${event.messages} messages`);
      case "usage":
        return verbose ? this.#note(tokensOf(event.usage)) : undefined;
      case "final_response":
        return this.#answer(event.content);
      case "max_steps_reached":
        this.#newline();
        return this.#write(style.yellow("No steps are left; the task may not be done.\n"));
      default:
        return this.#notice(event);
    }
  }

  /** Shows an answer that a cell has handed over; any other one was shown as it arrived. */
  #answer(content: string): void {
    this.#newline();
    if (content.trim() !== this.#text.trim() && content.trim() !== "") {
      this.#prose(`${printable(content)}\n`);
      this.#endText("final_response");
    }
  }

  /** Shows text of the model. */
  #prose(text: string): void {
    const { rich, columns = () => 80, preview = () => {} } = this.#options;
    if (rich === undefined) return this.#write(text);
    this.#markdown ??= rich.markdown({ write: (lines) => this.#write(lines), preview, columns });
    this.#markdown.push(text);
  }

  /** Writes the rest of a text that was formatted while it came. */
  #endText(next: AgentEvent["type"]): void {
    // Counts of tokens come in the middle of a text.
    if (next === "usage" && !this.#options.verbose) return;
    this.#markdown?.end();
    this.#markdown = undefined;
  }

  #display(bundle: MimeBundle): void {
    const { style, columns = () => 80, rich } = this.#options;
    const type = mainType(bundle);
    const value = bundle[type];
    const picture = value instanceof Uint8Array ? rich?.image(type, value) : undefined;
    if (picture !== undefined) return this.#write(picture);
    this.#indented(displayLines(bundle, { style, columns: columns() - INDENT.length }).join("\n"));
  }

  /** Shows in a line what happens beside the work. */
  #notice(event: AgentEvent): void {
    const { verbose } = this.#options;
    switch (event.type) {
      case "reasoning_reset":
        return this.#note("(the text so far was reasoning)");
      case "retry": {
        const seconds = (event.delayMs / 1000).toFixed(1);
        const of = event.attempts === undefined ? "" : ` of ${event.attempts}`;
        return this.#note(
          `${printable(event.reason)}; attempt ${event.attempt}${of} in ${seconds} s`,
        );
      }
      case "correction":
        return this.#note(
          verbose
            ? printable(event.content)
            : "the reply was not understood; the model is asked again",
        );
      case "tool_call":
        return this.#note(
          `calls ${printable(event.name)} ${printable(truncate(event.arguments, MAX_VALUE_CHARS))}`,
        );
      case "tool_result":
        return this.#note(printable(truncate(event.content, MAX_VALUE_CHARS)));
      case "ask_user":
        return this.#note(
          `asks: ${printable(event.question)}${
            event.options.length === 0 ? "" : ` [${printable(event.options.join(" | "))}]`
          }`,
        );
      case "approval_request":
        return this.#note(
          `needs an approval: ${printable(event.name)} ${
            printable(truncate(JSON.stringify(event.args), MAX_VALUE_CHARS))
          }`,
        );
      case "approval_decision":
        return this.#note(event.allow ? "approved" : "refused");
      case "steered":
        return this.#note(`added: ${printable(event.text)}`);
      case "skills_lost":
        return this.#note(printable(event.content));
      case "file_change":
      case "command_start":
      case "command_output":
      case "command_end":
      case "todos":
        this.#newline();
        return this.#write(toolText(event, this.#options.style));
      case "limit_reached":
        return event.limit === "steps"
          ? undefined
          : this.#note(`the limit on ${event.limit} is reached`);
      case "run_failed":
        this.#newline();
        return this.#write(`${this.#options.style.red(printable(event.reason))}\n`);
      case "child_event":
        return verbose ? this.#note(`sub-agent: ${event.event.type}`) : undefined;
    }
  }

  /** Shows the closing line. */
  close(result: RunResult): void {
    const { style } = this.#options;
    const mark = result.status === "completed" ? style.green("✓") : style.yellow("!");
    const steps = result.steps === 1 ? "1 step" : `${result.steps} steps`;
    const seconds = (result.durationMs / 1000).toFixed(1);
    const parts = [steps, `${seconds} s`, tokensOf(result.usage), ...moneyOf(result.cost)];
    this.#endText("final_response");
    this.#newline();
    this.#write(`${mark} ${style.dim(parts.join(", "))}\n`);
  }

  #code(code: string): void {
    const { style } = this.#options;
    this.#newline();
    const text = printable(code);
    const plain = text.split("\n");
    const width = `${plain.length}`.length;
    const { rich, columns = () => 80 } = this.#options;
    const lines = rich?.highlight(text, columns() - width - 3) ??
      plain.map((line) => [style.cyan(line)]);
    for (const [i, parts] of lines.entries()) {
      for (const [j, part] of parts.entries()) {
        const number = j === 0 ? `${i + 1}` : "";
        this.#write(`${style.dim(`  ${number.padStart(width)} `)}${part}\n`);
      }
    }
    const write = (text: string) => this.#write(text);
    this.#output = new OutputView({ write, style, all: this.#options.verbose ?? false });
  }

  #observation(event: Extract<AgentEvent, { content: string }>): void {
    const { style, verbose } = this.#options;
    this.#output?.end();
    this.#output = undefined;
    if (event.type === "execution_error") {
      const text = event.result?.status === "error"
        ? event.result.error.text
        : `${event.error.name}: ${event.error.message}`;
      this.#indented(style.red(printable(text)));
    } else if ("result" in event && event.result !== undefined) {
      const { result } = event;
      if (result.status === "ok" && result.value !== undefined) {
        const text = printable(result.value.text);
        const cut = verbose ? text : truncate(text, MAX_VALUE_CHARS, { mark: " ..." });
        this.#indented(`${style.dim("=")} ${cut}`);
      } else if (result.status === "timeout" || result.status === "interrupted") {
        const state = result.stateKept ? "the state is kept" : "the state is lost";
        this.#indented(style.yellow(`stopped (${result.status}); ${state}`));
      } else if (result.status === "refused") {
        this.#indented(style.red(printable(result.text)));
      }
    }
    if (verbose) this.#indented(style.dim(printable(event.content)));
    this.#write("\n");
  }

  #indented(text: string): void {
    for (const line of text.split("\n")) this.#write(`${INDENT}${line}\n`);
  }

  #note(text: string): void {
    this.#newline();
    this.#write(`${this.#options.style.dim(`· ${text}`)}\n`);
  }

  #newline(): void {
    if (!this.#fresh) this.#write("\n");
  }

  /** Makes text printable. The first half of a surrogate pair waits for the second, which comes with the next piece. */
  #pair(text: string): string {
    const whole = this.#half + text;
    this.#half = /[\ud800-\udbff]$/.test(whole) ? whole.slice(-1) : "";
    return printable(this.#half === "" ? whole : whole.slice(0, -1));
  }

  #write(text: string): void {
    if (text === "") return;
    this.#options.write(text);
    this.#fresh = text.endsWith("\n");
  }
}

function tokensOf(usage: RunResult["usage"]): string {
  const tokens = `${usage.totalTokens.toLocaleString("en-US")} tokens`;
  return usage.estimated ? `about ${tokens}` : tokens;
}

/** Returns the cost in US dollars; nothing if no prices are known. */
function moneyOf(cost: number): string[] {
  if (!(cost > 0)) return [];
  return [cost < 0.01 ? `$${cost.toPrecision(2)}` : `$${cost.toFixed(2)}`];
}
