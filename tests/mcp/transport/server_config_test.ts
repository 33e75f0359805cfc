import { assertEquals, assertThrows } from "@std/assert";
import { parseServerConfig } from "../../../src/mcp/transport/server_config.ts";

const variables: Record<string, string> = { TOKEN: "t0ken", HOME: "/home/ada" };
function variable(name: string): string | undefined {
  return variables[name];
}

Deno.test("parseServerConfig() reads entries of the usual clients", () => {
  const process = { type: "stdio", args: [], env: {}, cwd: undefined };
  const cases: [entry: unknown, expected: unknown][] = [
    [{ command: "npx" }, { ...process, command: "npx" }],
    [{ command: "npx", args: ["-y", "${HOME}/x"], env: { T: "${TOKEN}", N: 7 }, disabled: false }, {
      ...process,
      command: "npx",
      args: ["-y", "/home/ada/x"],
      env: { T: "t0ken", N: "7" },
    }],
    [{ type: "stdio", command: "${NONE:-deno}", cwd: "/tmp", alwaysAllow: [] }, {
      ...process,
      command: "deno",
      cwd: "/tmp",
    }],
    [{ url: "https://x.test/mcp", headers: { Authorization: "Bearer ${env:TOKEN}" } }, {
      type: "http",
      url: new URL("https://x.test/mcp"),
      headers: { Authorization: "Bearer t0ken" },
    }],
    [{ serverUrl: "http://x.test" }, { type: "http", url: new URL("http://x.test"), headers: {} }],
    [{ type: "streamable-http", url: "http://x.test" }, {
      type: "http",
      url: new URL("http://x.test"),
      headers: {},
    }],
    [{ type: "sse", url: "http://x.test" }, {
      type: "sse",
      url: new URL("http://x.test"),
      headers: {},
    }],
    [{ command: "npx", disabled: true }, undefined],
  ];
  for (const [entry, expected] of cases) {
    assertEquals(parseServerConfig("files", entry, { variable }) as unknown, expected);
  }
});

Deno.test("parseServerConfig() names the server and the fault", () => {
  const cases: [entry: unknown, message: string][] = [
    [7, "the MCP server files: its entry is 7"],
    [{}, "neither a command nor a url"],
    [{ command: "a", url: "http://x.test" }, "both a command and a url"],
    [{ comand: "a" }, 'did you mean "command"?'],
    [{ command: 7 }, "command is 7 and not text"],
    [{ command: "a", args: "b" }, 'args is "b" and not a list'],
    [{ command: "a", env: { A: {} } }, "env.A is {} and not text"],
    [
      { command: "a", env: { A: "${SECRET}" } },
      "env.A has ${SECRET}, and the host has no readable",
    ],
    [{ url: "ftp://x.test" }, "no address of HTTP"],
    [{ url: "nowhere" }, "no address of HTTP"],
    [{ type: "pigeon", url: "http://x.test" }, 'type is "pigeon"; it may be stdio, http'],
    [{ type: "http", command: "a" }, "there is a command in place of a url"],
    [{ type: "stdio", url: "http://x.test" }, "there is a url in place of a command"],
  ];
  for (const [entry, message] of cases) {
    assertThrows(() => parseServerConfig("files", entry, { variable }), TypeError, message);
  }
});
