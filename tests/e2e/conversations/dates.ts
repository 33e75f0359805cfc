import type { Conversation } from "../_conversation.ts";

/** Dates and times. */
export const DATES: Conversation = {
  title: "Dates and times",
  cells: [
    {
      source: `const start = new Date("2024-01-31T00:00:00Z");
const addMonths = (d: Date, n: number) => {
  const result = new Date(d);
  const day = result.getUTCDate();
  result.setUTCDate(1);
  result.setUTCMonth(result.getUTCMonth() + n);
  const last = new Date(Date.UTC(result.getUTCFullYear(), result.getUTCMonth() + 1, 0)).getUTCDate();
  result.setUTCDate(Math.min(day, last));
  return result;
};
[1, 2, 13].map((n) => addMonths(start, n).toISOString().slice(0, 10))`,
      value: '[ "2024-02-29", "2024-03-31", "2025-02-28" ]',
      changed: "start addMonths",
    },
    {
      source: `const days = (a: Date, b: Date) => Math.round((+b - +a) / 86_400_000);
console.log(days(start, new Date("2024-12-31T00:00:00Z")));
start`,
      value: "2024-01-31T00:00:00.000Z",
      output: "335\n",
      changed: "days",
    },
    {
      source: `new Date("never").toISOString()`,
      error: { name: "RangeError", message: "Invalid time value", at: "cell-3.ts:1:19" },
    },
    {
      source: `const safe = (s: string): string | null => {
  try {
    return new Date(s).toISOString();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
};
[safe("never"), safe("1999-12-31")]`,
      value: '[ null, "1999-12-31T00:00:00.000Z" ]',
      changed: "safe",
    },
    {
      source: `const fmt = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeZone: "UTC" });
const money = new Intl.NumberFormat("de-DE", { style: "currency", currency: "EUR" });
console.log(fmt.format(start));
console.log(money.format(1234.5).replace(/\\s/u, " "));
new Intl.PluralRules("en", { type: "ordinal" }).select(22)`,
      value: '"two"',
      output: `Wednesday, 31 January 2024
1.234,50 €
`,
      changed: "fmt money",
    },
    {
      source: `const birthday = Temporal.PlainDate.from("2000-02-29");
const next = birthday.add({ years: 1 });
const age = birthday.until("2024-03-01", { largestUnit: "years" }).years;
console.log(next.toString(), age);
birthday`,
      value: "2000-02-29",
      output: "2001-02-28 24\n",
      changed: "birthday next age",
    },
    {
      source: `var schedule = [];
for (let d = Temporal.PlainDate.from("2024-02-26"); schedule.length < 3; d = d.add({ days: 1 })) {
  if (d.dayOfWeek <= 5 && d.day % 2 === 0) schedule.push(d.toString());
}
schedule`,
      value: '[ "2024-02-26", "2024-02-28", "2024-03-04" ]',
      changed: "schedule",
    },
  ],
};
