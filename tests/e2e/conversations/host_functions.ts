import type { Conversation } from "../_conversation.ts";

/** Asynchronous host functions. */
export const HOST_FUNCTIONS: Conversation = {
  title: "Asynchronous host functions",
  variables: { cities: ["Oslo", "Rome", "Cairo"] },
  functions: {
    getWeather: async (city: string) => {
      const table = new Map([["Oslo", 4], ["Rome", 18], ["Cairo", 29]]);
      await Promise.resolve();
      const celsius = table.get(city);
      if (celsius === undefined) throw new TypeError(`No station in ${city}`);
      return { city, celsius, at: new Date(Date.UTC(2024, 0, 1)) };
    },
    sum: (...numbers: bigint[]) => numbers.reduce((a, b) => a + b, 0n),
    noop: () => {},
    frobnicate: () => {
      throw Object.assign(new Error("jammed"), { name: "MachineError" });
    },
  },
  cells: [
    {
      source: `const reports = await Promise.all(cities.map(async (city) => {
  const { celsius } = await getWeather(city);
  return { city, celsius };
}));
reports.filter((r) => r.celsius > 10)`,
      value: '[ { city: "Rome", celsius: 18 }, { city: "Cairo", celsius: 29 } ]',
      calls: ["getWeather:ok", "getWeather:ok", "getWeather:ok"],
      changed: "reports",
    },
    {
      source: `const weather = getWeather("Oslo");
console.log(weather instanceof Promise);
weather`,
      value: '{ city: "Oslo", celsius: 4, at: 2024-01-01T00:00:00.000Z }',
      output: "true\n",
      calls: ["getWeather:ok"],
      changed: "weather",
    },
    {
      source:
        `const results = await Promise.allSettled([getWeather("Oslo"), getWeather("Atlantis")]);
for (const r of results) {
  if (r.status === "rejected") console.log(r.reason.name, r.reason.message, r.reason instanceof TypeError);
  else console.log(r.value.at instanceof Date);
}`,
      output: `true
TypeError No station in Atlantis true
`,
      calls: ["getWeather:ok", "getWeather:error"],
      changed: "results",
    },
    {
      source: `// Forgot the await
const cairo = getWeather("Cairo");
cairo.celsius.toFixed(1)`,
      calls: ["getWeather:ok"],
      error: {
        name: "TypeError",
        message: "Cannot read properties of undefined (reading 'toFixed')",
        at: "cell-4.ts:3:15",
      },
      changed: "cairo",
    },
    {
      source: `const cairo = await getWeather("Cairo");
[cairo.celsius.toFixed(1), await sum(1n, 2n ** 70n), await noop()]`,
      value: '[ "29.0", 1180591620717411303425n, undefined ]',
      calls: ["getWeather:ok", "sum:ok", "noop:ok"],
      changed: "cairo",
    },
    {
      source: `async function warmest(): Promise<string> {
  let best: { city: string; celsius: number } | undefined;
  for (const city of cities) {
    const current = await getWeather(city);
    if (!best || current.celsius > best.celsius) best = current;
  }
  return best!.city;
}
await warmest()`,
      value: '"Cairo"',
      calls: ["getWeather:ok", "getWeather:ok", "getWeather:ok"],
      changed: "warmest",
    },
    {
      source: `try {
  await frobnicate();
} catch (error) {
  throw new Error("The machine failed", { cause: error });
}`,
      calls: ["frobnicate:error"],
      error: { name: "Error", message: "The machine failed", at: "cell-7.ts:4:9" },
    },
    {
      source: `for await (const { city, celsius } of cities.map((c) => getWeather(c))) {
  if (celsius < 10) continue;
  console.log(\`\${city}: \${celsius}°C\`);
}`,
      output: "Rome: 18°C\nCairo: 29°C\n",
      calls: ["getWeather:ok", "getWeather:ok", "getWeather:ok"],
    },
  ],
};
