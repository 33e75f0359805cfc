/**
 * The demonstration: `deno task demo`. A model analyses four years of weather that it never sees as text: the rows are
 * injected as objects, cells work on them, and the program retrieves the result as objects.
 *
 * Without OPENAI_API_KEY and OPENAI_BASE_URL the model is a script that a server on this machine replays over the same
 * protocol; everything else is real.
 */

import {
  CaveAgent,
  defineFunction,
  defineVariable,
  DenoRuntime,
  type MimeBundle,
  OpenAIModel,
} from "../mod.ts";
import { ScriptedServer } from "../src/model/testing/scripted_server.ts";
import { displayLines } from "../src/terminal/view/display_view.ts";
import type { RichText } from "../src/terminal/view/rich_text.ts";
import { RunView } from "../src/terminal/view/run_view.ts";
import { StatusLine } from "../src/terminal/view/status_line.ts";
import { createStyle } from "../src/terminal/view/style.ts";

/** A day of `data/seattle-weather.csv`. */
interface Day {
  date: string;
  precipitation: number;
  temp_max: number;
  temp_min: number;
  wind: number;
  weather: string;
}

/** The summary of a month that the model has to compute. */
interface Month {
  month: string;
  rain: number;
  warmest: number;
}

const QUESTION = "What is the weather in Seattle like over the year? Fill `months` with\n" +
  "twelve rows { month, rain, warmest }: the mean rain of a month in millimetres\n" +
  "and its highest temperature. Use `note` to tell me what you find on the way.";

/** The replies of the scripted model. The second cell takes the dates for objects; the third one repairs that. */
const REPLIES = [
  `I look at the data first.

\`\`\`ts
console.log(days.length, "days, from", days[0].date, "to", days.at(-1)!.date);
display(days.slice(0, 3));
\`\`\``,
  `Now the days of each month.

\`\`\`ts
interface Sum { rain: number; warmest: number; years: Set<number> }
const sums: Sum[] = Array.from({ length: 12 }, () => ({ rain: 0, warmest: -Infinity, years: new Set() }));
for (const day of days) {
  const sum = sums[day.date.getMonth()];
  sum.rain += day.precipitation;
}
\`\`\``,
  `The dates are strings. \`sums\` is still there, so I only do the loop again.

\`\`\`ts
for (const day of days) {
  const [year, month] = day.date.split("-").map(Number);
  const sum = sums[month - 1];
  sum.rain += day.precipitation;
  sum.warmest = Math.max(sum.warmest, day.temp_max);
  sum.years.add(year);
}
console.log(sums.map(({ rain, years }) => Math.round(rain / years.size)));
\`\`\``,
  `That looks right. I fill the table and tell the user.

\`\`\`ts
const names = new Intl.DateTimeFormat("en", { month: "short", timeZone: "UTC" });
months = sums.map(({ rain, warmest, years }, i) => ({
  month: names.format(new Date(Date.UTC(2000, i))),
  rain: Math.round(rain / years.size * 10) / 10,
  warmest,
}));
const byRain = months.toSorted((a, b) => a.rain - b.rain);
await Promise.all([
  note(\`The wettest month is \${byRain.at(-1)!.month}, with \${byRain.at(-1)!.rain} mm\`),
  note(\`The driest month is \${byRain[0].month}, with \${byRain[0].rain} mm\`),
]);
display({
  $schema: "https://vega.github.io/schema/vega-lite/v5.json",
  title: "Rain in Seattle",
  mark: "bar",
  data: { values: months },
  encoding: {
    x: { field: "month", type: "ordinal" },
    y: { field: "rain", type: "quantitative" },
  },
});
\`\`\``,
  "Seattle has **wet winters and dry summers**: from October to March more than 100 mm of rain fall in a " +
  "month, most in November, and in July hardly any. The table is in `months`.",
];

const isTerminal = Deno.stdout.isTerminal();
const style = createStyle({ enabled: isTerminal && !Deno.noColor });
const scripted = !Deno.env.get("OPENAI_API_KEY") && !Deno.env.get("OPENAI_BASE_URL");
await using server = scripted ? new ScriptedServer({ replies: REPLIES }) : undefined;
const model = server?.model() ??
  new OpenAIModel({ model: Deno.env.get("OPENAI_MODEL") ?? "gpt-5-mini" });

console.log(style.bold("CaveAgent: objects in, objects out"));
console.log(
  scripted
    ? "The model's replies are scripted: set OPENAI_API_KEY or OPENAI_BASE_URL to ask one.\n" +
      "Everything else is real: the kernel, the cells, the error and its repair.\n"
    : "Asking the model that the environment names.\n",
);

const notes: string[] = [];
await using runtime = new DenoRuntime({
  variables: {
    days: defineVariable(await readDays(), { description: "The days, in order" }),
    months: defineVariable<Month[]>([], { description: "Put the rows here" }),
  },
  functions: {
    note: defineFunction((text: string) => notes.push(text), {
      description: "Tells the user something; gives the number of notes so far",
    }),
  },
});
const agent = new CaveAgent({ model, runtime });

const encoder = new TextEncoder();
using status = isTerminal ? new StatusLine({ write, style }) : undefined;
const view = new RunView({
  style,
  columns,
  write: (text) => status === undefined ? write(text) : status.write(text),
  ...(status === undefined
    ? {}
    : { rich: await loadRichText(), preview: (lines) => status.preview(lines) }),
});
console.log(`${style.bold("Question:")} ${QUESTION}\n`);
const run = agent.stream(QUESTION);
for await (const event of run) view.show(event);
view.close(await run.result);

const months = await runtime.retrieve("months");
console.log(`\n${style.bold("The notes, from a function of the host:")}`);
for (const text of notes) console.log(`  ${text}`);
console.log(`\n${style.bold("`months`, retrieved as objects:")}`);
for (const line of displayLines(tableOf(months), { style })) console.log(`  ${line}`);

function write(text: string): void {
  Deno.stdout.writeSync(encoder.encode(text));
}

function columns(): number {
  return (isTerminal ? Deno.consoleSize().columns : 0) || 80;
}

/** Loads what formats text, which only a terminal needs. */
async function loadRichText(): Promise<RichText> {
  const { createRichText } = await import("../src/terminal/view/rich/create_rich_text.ts");
  return createRichText({ style });
}

async function readDays(): Promise<Day[]> {
  const text = await Deno.readTextFile(new URL("./data/seattle-weather.csv", import.meta.url));
  return text.trim().split("\n").slice(1).map((line) => {
    const [date, precipitation, temp_max, temp_min, wind, weather] = line.split(",");
    return {
      date: date!,
      precipitation: Number(precipitation),
      temp_max: Number(temp_max),
      temp_min: Number(temp_min),
      wind: Number(wind),
      weather: weather!.trim(),
    };
  });
}

/** Returns objects as cells display them, for a terminal. */
function tableOf(rows: readonly Month[]): MimeBundle {
  const columns = Object.keys(rows[0] ?? {}) as (keyof Month)[];
  const table = {
    columns,
    rows: rows.map((row) => columns.map((name) => row[name])),
    length: rows.length,
  };
  return { "application/vnd.cave.table+json": table };
}
