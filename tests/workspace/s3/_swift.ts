/** A node of OpenStack Swift with the protocol of Amazon S3, in a folder of its own. */

import { S3mini } from "s3mini";
import { hindranceOf } from "../../programs.ts";

const KEY = "cave:tester";
const SECRET = "testing";

/** A server that runs. */
export interface SwiftServer extends AsyncDisposable {
  /** Its address, and a key. */
  readonly options: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly region: string;
  };
}

/** Returns ports that are free now. */
function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}

/**
 * Starts the servers of one node. Their configuration is in /etc/swift, as they see it: bubblewrap puts the folder there.
 *
 * @param folder A folder for files and settings.
 */
export async function startSwift(folder: string): Promise<SwiftServer> {
  const [proxy, account, container, object, memcached] = freePorts(5);
  const etc = `${folder}/etc`;
  Deno.mkdirSync(`${folder}/devices/d1`, { recursive: true });
  Deno.mkdirSync(`${folder}/run`, { recursive: true });
  Deno.mkdirSync(etc);
  const write = (name: string, text: string) => Deno.writeTextFileSync(`${etc}/${name}`, text);
  write("swift.conf", "[swift-hash]\nswift_hash_path_suffix = a\nswift_hash_path_prefix = b\n");
  const common = `bind_ip = 127.0.0.1\nworkers = 0\n${Deno.uid() === 0 ? "user = root\n" : ""}` +
    `devices = ${folder}/devices\nmount_check = false\nlog_level = CRITICAL\nswift_dir = /etc/swift\n`;
  const parts = { account, container, object };
  for (const [name, port] of Object.entries(parts)) {
    write(
      `${name}-server.conf`,
      `[DEFAULT]\nbind_port = ${port}\n${common}[pipeline:main]\npipeline = ${name}-server\n` +
        `[app:${name}-server]\nuse = egg:swift#${name}\n`,
    );
    for (
      const args of [["create", "4", "1", "0"], ["add", `r1z1-127.0.0.1:${port}/d1`, "1"], [
        "rebalance",
      ]]
    ) {
      const { code, stderr } = new Deno.Command("swift-ring-builder", {
        args: [`${etc}/${name}.builder`, ...args],
        stdout: "null",
      }).outputSync();
      // 1 is a warning: one device is no ring for real.
      if (code > 1) throw new Error(new TextDecoder().decode(stderr));
    }
  }
  const filters = [
    ...["catch_errors", "gatekeeper", "healthcheck", "cache", "listing_formats", "bulk", "s3api"],
    ...["tempauth", "copy", "slo", "dlo", "versioned_writes", "symlink"],
  ];
  const names: Record<string, string> = { cache: "memcache" };
  const settings: Record<string, string> = {
    cache: `memcache_servers = 127.0.0.1:${memcached}\n`,
    tempauth: `user_cave_tester = ${SECRET} .admin\n`,
    s3api: "location = us-east-1\n",
    versioned_writes: "allow_versioned_writes = true\n",
  };
  write(
    "proxy-server.conf",
    `[DEFAULT]\nbind_port = ${proxy}\n${common}[pipeline:main]\npipeline = ${
      filters.join(" ")
    } proxy-server\n[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\n` +
      filters.map((name) =>
        `[filter:${name}]\nuse = egg:swift#${names[name] ?? name}\n${settings[name] ?? ""}`
      ).join(""),
  );
  const start = (program: string, ...args: string[]) =>
    new Deno.Command("bwrap", {
      args: [
        ...[
          "--dev-bind",
          "/",
          "/",
          "--bind",
          etc,
          "/etc/swift",
          "--die-with-parent",
          "--",
          program,
        ],
        ...args,
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  const children = [
    start(
      "memcached",
      "-p",
      `${memcached}`,
      "-l",
      "127.0.0.1",
      ...(Deno.uid() === 0 ? ["-u", "root"] : []),
    ),
    ...["account", "container", "object", "proxy"].map((name) =>
      start(`swift-${name}-server`, `/etc/swift/${name}-server.conf`)
    ),
  ];
  const endpoint = `http://127.0.0.1:${proxy}`;
  const keys = { accessKeyId: KEY, secretAccessKey: SECRET, region: "us-east-1" };
  const client = new S3mini({
    ...keys,
    endpoint: `${endpoint}/bucket`,
    // The client does not read answers to this request.
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      const response = await fetch(input, init);
      await response.body?.cancel();
      return new Response(null, response);
    },
  });
  while (true) {
    try {
      await client.createBucket();
      break;
    } catch {
      // They do not listen yet.
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return {
    options: { ...keys, endpoint, bucket: "bucket" },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill("SIGKILL");
      await Promise.all(children.map(({ status }) => status));
    },
  };
}

/** Returns the reason to skip tests that need the servers; `undefined` if they are there. */
export function swiftHindrance(): string | undefined {
  if (Deno.build.os !== "linux") return "swift runs on Linux";
  const names = ["proxy", "account", "container", "object"];
  for (const [program, name] of names.map((name) => [`swift-${name}-server`, `swift-${name}`])) {
    // The programs themselves take a second to say anything.
    const { success } = new Deno.Command("sh", {
      args: ["-c", 'command -v "$0"', program!],
      stdout: "null",
    }).outputSync();
    if (!success) return `${program} is missing: run \`apt-get install ${name}\``;
  }
  return hindranceOf("memcached") ?? hindranceOf("bwrap");
}
