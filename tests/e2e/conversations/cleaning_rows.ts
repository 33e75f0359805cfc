import type { Conversation } from "../_conversation.ts";

/** Cleaning rows. */
export const CLEANING_ROWS: Conversation = {
  title: "Cleaning rows",
  variables: {
    rawRows: [
      { id: "1", name: "  Ada Lovelace ", age: "36", joined: "2021-03-04", score: "9.5" },
      { id: "2", name: "Grace Hopper", age: "", joined: "2020/11/30", score: "8,7" },
      { id: "2", name: "grace hopper", age: "85", joined: "2020-11-30", score: "8.7" },
      { id: "4", name: "Alan Turing", age: "forty", joined: "not known", score: "n/a" },
      { id: "5", name: "", age: "41", joined: "2022-01-15", score: "7" },
    ],
  },
  cells: [
    {
      source: `// Let me look at the data first
console.log(rawRows.length);
rawRows[0]`,
      value: `{
  id: "1",
  name: "  Ada Lovelace ",
  age: "36",
  joined: "2021-03-04",
  score: "9.5"
}`,
      output: "5\n",
    },
    {
      source: `interface Row {
  id: number;
  name: string;
  age: number | null;
  joined: Date | null;
  score: number;
}

const toNumber = (text: string): number | null => {
  const n = Number(text.trim().replace(",", "."));
  return text.trim() === "" || Number.isNaN(n) ? null : n;
};

function parseDate(text: string): Date | null {
  const match = text.match(/^(\\d{4})[-\\/](\\d{2})[-\\/](\\d{2})$/);
  if (!match) return null;
  const [, y, m, d] = match.map(Number);
  return new Date(Date.UTC(y!, m! - 1, d!));
}

const rows: Row[] = rawRows.map((raw) => ({
  id: Number(raw.id),
  name: raw.name.trim(),
  age: toNumber(raw.age),
  joined: parseDate(raw.joined),
  score: toNumber(raw.score) ?? 0,
}));
console.table(rows.map(({ name, age, score }) => ({ name, age, score })));`,
      output: `┌───────┬────────────────┬──────┬───────┐
│ (idx) │ name           │ age  │ score │
├───────┼────────────────┼──────┼───────┤
│     0 │ "Ada Lovelace" │ 36   │ 9.5   │
│     1 │ "Grace Hopper" │ null │ 8.7   │
│     2 │ "grace hopper" │ 85   │ 8.7   │
│     3 │ "Alan Turing"  │ null │ 0     │
│     4 │ ""             │ 41   │ 7     │
└───────┴────────────────┴──────┴───────┘
`,
      changed: "parseDate toNumber rows",
    },
    {
      source: `// Remove duplicates by id, keep the row with the most fields
const byId = new Map<number, Row>();
for (const row of rows) {
  const seen = byId.get(row.id);
  const filled = (r: Row) => Object.values(r).filter((v) => v !== null && v !== "").length;
  if (!seen || filled(row) > filled(seen)) byId.set(row.id, row);
}
const clean = [...byId.values()].filter((r) => r.name !== "");
clean.map((r) => r.name)`,
      value: '[ "Ada Lovelace", "grace hopper", "Alan Turing" ]',
      changed: "byId clean",
    },
    {
      source: `const oldest = clean.reduce((a, b) => (a.age > b.age ? a : b));
const invalid = clean.filter((r) => r.joined.getFullYear() < 2021);`,
      error: {
        name: "TypeError",
        message: "Cannot read properties of null (reading 'getFullYear')",
        at: "cell-4.ts:2:46 cell-4.ts:2:23",
      },
      changed: "oldest",
    },
    {
      source: `const invalid = clean.filter((r) => r.joined === null);
console.log(\`oldest: \${oldest.name}\`);
invalid.length;`,
      value: "1",
      output: "oldest: grace hopper\n",
      changed: "invalid",
    },
    {
      source: `const summary = {
  kept: clean.length,
  dropped: rawRows.length - clean.length,
  meanScore: +(clean.reduce((s, r) => s + r.score, 0) / clean.length).toFixed(2),
  byYear: Object.groupBy(clean, (r) => r.joined?.getUTCFullYear() ?? "unknown"),
};
Object.entries(summary.byYear).map(([year, list]) => \`\${year}: \${list!.length}\`).join("; ")`,
      value: '"2020: 1; 2021: 1; unknown: 1"',
      changed: "summary",
    },
    {
      source: `clean.toSorted((a, b) => b.score - a.score || a.name.localeCompare(b.name))
  .forEach(({ name, score }, i) => console.log(\`\${i + 1}. \${name.padEnd(15, ".")}\${score.toFixed(1).padStart(5)}\`));
summary`,
      value: `{
  kept: 3,
  dropped: 2,
  meanScore: 6.07,
  byYear: [Object: null prototype] {
    "2020": [
      {
        id: 2,
        name: "grace hopper",
        age: 85,
        joined: 2020-11-30T00:00:00.000Z,
        score: 8.7
      }
    ],
    "2021": [
      {
        id: 1,
        name: "Ada Lovelace",
        age: 36,
        joined: 2021-03-04T00:00:00.000Z,
        score: 9.5
      }
    ],
    unknown: [
      { id: 4, name: "Alan Turing", age: null, joined: null, score: 0 }
    ]
  }
}`,
      output: `1. Ada Lovelace...  9.5
2. grace hopper...  8.7
3. Alan Turing....  0.0
`,
    },
  ],
};
