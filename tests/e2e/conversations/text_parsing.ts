import type { Conversation } from "../_conversation.ts";

/** Reading a log. */
export const TEXT_PARSING: Conversation = {
  title: "Reading a log",
  variables: {
    log: "2024-05-01T10:00:00Z INFO  [api] GET /users 200 12ms\n" +
      "2024-05-01T10:00:01Z ERROR [db] connection lost: timeout\n" +
      "2024-05-01T10:00:05Z INFO  [api] GET /orders?id=7 500 230ms\n" +
      "garbage line\n" +
      "2024-05-01T10:01:00Z WARN  [api] POST /orders 201 99ms\n",
  },
  cells: [
    {
      source:
        `const pattern = /^(?<time>\\S+)\\s+(?<level>INFO|WARN|ERROR)\\s+\\[(?<source>\\w+)\\]\\s+(?<text>.*)$/;
const entries = log.trim().split("\\n").map((line) => line.match(pattern)?.groups);
entries.filter(Boolean).length`,
      value: "4",
      changed: "pattern entries",
    },
    {
      source: `entries.map((e) => e.level)`,
      error: {
        name: "TypeError",
        message: "Cannot read properties of undefined (reading 'level')",
        at: "cell-2.ts:1:22 cell-2.ts:1:9",
      },
    },
    {
      source: `type Entry = { time: string; level: string; source: string; text: string };
const isEntry = (e: unknown): e is Entry => e !== undefined;
const good = entries.filter(isEntry);
const counts: Record<string, number> = {};
for (const { level } of good) counts[level] = (counts[level] ?? 0) + 1;
counts`,
      value: "{ INFO: 2, ERROR: 1, WARN: 1 }",
      changed: "isEntry good counts",
    },
    {
      source: `const requests = good.flatMap((e) => {
  const m = /^(GET|POST) (\\S+) (\\d{3}) (\\d+)ms$/.exec(e.text);
  return m ? [{ method: m[1], path: m[2], status: +m[3]!, ms: parseInt(m[4]!, 10) }] : [];
});
console.table(requests);`,
      output: `┌───────┬────────┬────────────────┬────────┬─────┐
│ (idx) │ method │ path           │ status │ ms  │
├───────┼────────┼────────────────┼────────┼─────┤
│     0 │ "GET"  │ "/users"       │    200 │  12 │
│     1 │ "GET"  │ "/orders?id=7" │    500 │ 230 │
│     2 │ "POST" │ "/orders"      │    201 │  99 │
└───────┴────────┴────────────────┴────────┴─────┘
`,
      changed: "requests",
    },
    {
      source: `// Every number in the log
const numbers = [...log.matchAll(/\\b(\\d+)ms/g)].map((m) => Number(m[1]));
const redacted = log.replaceAll(/\\?id=\\d+/g, "?id=***").replace(/timeout/, (s) => s.toUpperCase());
console.log(redacted.split("\\n")[1]);
console.log(redacted.split("\\n")[2]);
numbers`,
      value: "[ 12, 230, 99 ]",
      output: `2024-05-01T10:00:01Z ERROR [db] connection lost: TIMEOUT
2024-05-01T10:00:05Z INFO  [api] GET /orders?id=*** 500 230ms
`,
      changed: "numbers redacted",
    },
    {
      source: `const words = "the quick brown fox jumps over the lazy dog the end".split(" ");
const frequency = words.reduce((map, w) => map.set(w, (map.get(w) || 0) + 1), new Map<string, number>());
const top = [...frequency].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, 3);
top`,
      value: '[ [ "the", 3 ], [ "brown", 1 ], [ "dog", 1 ] ]',
      changed: "words frequency top",
    },
    {
      source: `const slug = (s: string) =>
  s.normalize("NFD").replace(/\\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
[slug("Crème Brûlée!"), slug(" Ünïcode  42 "), "ß".toUpperCase(), [..."👍🏽é"].length]`,
      value: '[ "creme-brulee", "unicode-42", "SS", 3 ]',
      changed: "slug",
    },
  ],
};
