import type { Conversation } from "../_conversation.ts";

/** Errors and their repair. */
export const REPAIR: Conversation = {
  title: "Errors and their repair",
  cells: [
    {
      source: `function parseConfig(text: string) {
  const config = JSON.parse(text);
  return config.server.port;
}
parseConfig('{"server": {"port": 8080}}')`,
      value: "8080",
      changed: "parseConfig",
    },
    {
      source: `const ports = ['{"server": {}}', "{}"].map((text) =>
  parseConfig(text)
);`,
      error: {
        name: "TypeError",
        message: "Cannot read properties of undefined (reading 'port')",
        at: "cell-1.ts:3:24 cell-2.ts:2:3 cell-2.ts:1:40",
      },
    },
    {
      source: `parseConfg("{}")`,
      error: { name: "ReferenceError", message: "parseConfg is not defined", at: "cell-3.ts:1:1" },
    },
    {
      source: `class ConfigError extends Error {
  override name = "ConfigError";
  constructor(message: string, readonly key: string, options?: ErrorOptions) {
    super(message, options);
  }
}
const read = (text: string): number => {
  try {
    return parseConfig(text) ?? 80;
  } catch (cause) {
    throw new ConfigError("Cannot read the port", "server.port", { cause });
  }
};
read("{}")`,
      error: {
        name: "ConfigError",
        message: "Cannot read the port",
        at: "cell-4.ts:11:11 cell-4.ts:14:1",
      },
      changed: "ConfigError read",
    },
    {
      source: `const outcome = (() => {
  try {
    return read("nonsense");
  } catch (e) {
    if (!(e instanceof ConfigError)) throw e;
    return \`\${e.name} at \${e.key}: \${(e.cause as Error).name}\`;
  } finally {
    console.log("tried");
  }
})();
outcome`,
      value: '"ConfigError at server.port: SyntaxError"',
      output: "tried\n",
      changed: "outcome",
    },
    {
      source: `const total = [1, 2, 3.reduce((a, b) => a + b);`,
      error: {
        name: "SyntaxError",
        message: "Identifier directly after number",
        at: "cell-6.ts:1:24",
      },
    },
    {
      source: `throw "just a text";`,
      error: { name: "Uncaught", message: '"just a text"', at: "" },
    },
    {
      source: `if (!outcome.startsWith("ConfigError")) {
  throw new Error("unexpected");
} else {
  console.log("before");
  undefinedFunction(1);
}`,
      output: "before\n",
      error: {
        name: "ReferenceError",
        message: "undefinedFunction is not defined",
        at: "cell-8.ts:5:3",
      },
    },
    {
      source: `let attempts = 0;
async function retry<T>(fn: () => Promise<T>, times = 3): Promise<T> {
  for (let i = 1; ; i++) {
    try {
      return await fn();
    } catch (e) {
      if (i === times) throw new AggregateError([e], \`failed \${times} times\`);
    }
  }
}
const flaky = async () => {
  if (++attempts < 3) throw new Error("not yet");
  return "at last";
};
await retry(flaky)`,
      value: '"at last"',
      changed: "retry attempts flaky",
    },
    {
      source: `await retry(async () => { throw new URIError("never"); }, 2);`,
      error: {
        name: "AggregateError",
        message: "failed 2 times",
        at: "cell-9.ts:7:30 cell-10.ts:1:1",
      },
    },
  ],
};
