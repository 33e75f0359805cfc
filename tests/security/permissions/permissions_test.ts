import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { checkPackages } from "../../../src/security/permissions/packages.ts";
import {
  type DangerousPermissions,
  grantedPermissions,
  importPatterns,
  type Permissions,
  toPermissionFlags,
} from "../../../src/security/permissions/permissions.ts";

const FLAGS: [permissions: Permissions, flags: string[]][] = [
  [{}, []],
  [{ net: false, read: [], write: { allow: false }, env: { deny: ["A"] }, sys: { allow: [] } }, []],
  [{ net: true, read: { allow: true } }, ["--allow-net", "--allow-read"]],
  [{ read: ["/a", "/b"] }, ["--allow-read=/a,/b"]],
  [{ read: { allow: ["/a"], deny: ["/a/b", "/c"] } }, ["--allow-read=/a", "--deny-read=/a/b,/c"]],
  [{ write: { allow: true, deny: ["/a"] } }, ["--allow-write", "--deny-write=/a"]],
  // Denials take precedence.
  [{ net: { allow: true, deny: true }, env: { allow: ["A"], deny: true } }, []],
  [{ env: ["HOME", "APP_*"] }, ["--allow-env=HOME,APP_*"]],
  [
    { net: ["example.com", "*.example.com", "127.0.0.1:80", "[::1]:8080", "10.0.0.0/8"] },
    ["--allow-net=example.com,*.example.com,127.0.0.1:80,[::1]:8080,10.0.0.0/8"],
  ],
  [{ import: ["example.com"] }, ["--allow-import=example.com"]],
  // Only the part that Deno's own API offers; the rest exists for Node.js modules.
  [
    { sys: true },
    ["--allow-sys=gid,hostname,loadavg,networkInterfaces,osRelease,osUptime,systemMemoryInfo,uid"],
  ],
  [{ sys: { allow: true, deny: ["uid"] } }, [
    "--allow-sys=gid,hostname,loadavg,networkInterfaces,osRelease,osUptime,systemMemoryInfo,uid",
    "--deny-sys=uid",
  ]],
];

const LOCAL =
  "127.0.0.0/8 localhost localhost. 0.0.0.0 [::1] [::] [::ffff:127.0.0.1] [::ffff:0.0.0.0]"
    .split(" ");

for (const kind of ["net", "import"] as const) {
  for (
    const entry of [
      "127.0.0.1",
      "127.9.9.9",
      "127.0.0.0/8",
      "126.0.0.0/7",
      "0.0.0.0/0",
      "0.0.0.0",
      "localhost",
      "LOCALHOST.",
      "*.localhost",
      "[::1]",
      "[0:0:0:0:0:0:0:1]",
      "[::]",
      "[::ffff:127.0.0.1]",
      "[::FFFF:7f00:2]",
    ]
  ) {
    Deno.test(`toPermissionFlags() denies the local machine for ${kind} deny ${entry}`, () => {
      for (const port of entry.includes("/") ? [""] : ["", ":8080"]) {
        const deny = [`${entry}${port}`, "example.com"];
        const [, flag] = toPermissionFlags(grantedPermissions({ [kind]: { allow: true, deny } }));
        const denied = flag!.replace(`--deny-${kind}=`, "").split(",");
        const wanted = [...deny, ...LOCAL.map((host) => `${host}${port}`)];
        assertEquals(denied.toSorted(), [...new Set(wanted)].toSorted());
      }
    });
  }
}

Deno.test("toPermissionFlags() adds nothing to other denied hosts", () => {
  const deny = [
    "10.0.0.0/8",
    "128.0.0.0/1",
    "example.com:80",
    "[fe80::1]",
    "12.7.0.1",
    "1.0.0.0/8",
  ];
  const flags = toPermissionFlags(grantedPermissions({ net: { allow: true, deny } }));
  assertEquals(flags, ["--allow-net", `--deny-net=${deny.join(",")}`]);
});

const OPEN_DENIALS: [permissions: Permissions, folder: string][] = [
  [{ write: { allow: ["/a"], deny: ["/a/b/c"] } }, "/a/b"],
  [{ write: { allow: ["/a"], deny: ["/a/b/../b/c/"] } }, "/a/b"],
  [{ write: { allow: ["/"], deny: ["/a/b"] } }, "/a"],
  [{ write: ["/a"], read: { allow: ["/a"], deny: ["/a/b/c"] } }, "/a/b"],
  [{ write: ["/a/"], read: { allow: true, deny: ["/a/b/c/d"] } }, "/a/b/c"],
  [{ write: true, read: { allow: ["/a"], deny: ["/a/b"] } }, "/a"],
  // The writable folder itself can be moved into the other one.
  [{ write: { allow: ["/a", "/z"], deny: ["/a/b"] } }, "/a"],
  [{ write: ["a"], read: { allow: ["a"], deny: ["a/b/c"] } }, "a/b"],
];

for (const [permissions, folder] of OPEN_DENIALS) {
  Deno.test(`grantedPermissions() refuses a denial that can be renamed: ${JSON.stringify(permissions)}`, () => {
    const { message } = assertThrows(() => grantedPermissions(permissions), TypeError);
    assertStringIncludes(message, `${folder}" above it, and could rename it`);
  });
}

const FIRM_DENIALS: Permissions[] = [
  { write: { allow: ["/a"], deny: ["/a/b", "/a", "/b/c/d"] } },
  { write: { allow: ["/a"], deny: ["/a/b"] }, read: { allow: ["/a"], deny: ["/a/b/c"] } },
  { write: { allow: ["/a", "/a/x"], deny: ["/a/b"] } },
  { write: ["/ab"], read: { allow: true, deny: ["/a/b/c"] } },
  { read: { allow: true, deny: ["/a/b/c"] } },
  { write: { deny: ["/a/b/c"] } },
];

for (const permissions of FIRM_DENIALS) {
  Deno.test(`grantedPermissions() takes denials that hold: ${JSON.stringify(permissions)}`, () => {
    grantedPermissions(permissions);
  });
}

for (const [permissions, flags] of FLAGS) {
  Deno.test(`toPermissionFlags() translates ${JSON.stringify(permissions)}`, () => {
    assertEquals(toPermissionFlags(grantedPermissions(permissions)), flags);
  });
}

const WRONG: [permissions: object, message: string][] = [
  [
    { run: true },
    `Cannot grant "run": it voids all other permissions; to grant it all the same, use dangerouslyAllow`,
  ],
  [{ ffi: ["/a.so"] }, `Cannot grant "ffi"`],
  [{ hrtime: true }, `Cannot grant "hrtime": a kernel can have net, read, write, env, sys, import`],
  [{ net: "example.com" }, `Cannot grant net: expected true, false or a list, not "example.com"`],
  [{ net: null }, "Cannot grant net: expected true, false or a list, not null"],
  [{ net: { allow: "a" } }, `Cannot grant net: expected true, false or a list, not "a"`],
  [
    { net: { allowed: ["a"] } },
    `Cannot grant net: expected the lists allow and deny, not "allowed"`,
  ],
  [{ net: ["a", "https://b.com"] }, `Cannot grant net: "https://b.com" is not one net entry`],
  [{ net: ["a.com/x"] }, `"a.com/x" is not one net entry`],
  [{ net: ["a.com:99999"] }, `"a.com:99999" is not one net entry`],
  [{ net: ["::1"] }, `"::1" is not one net entry`],
  [{ net: ["a,b"] }, `"a,b" is not one net entry`],
  [{ net: { deny: [" a"] } }, `" a" is not one net entry`],
  [{ import: ["https://deno.land"] }, `"https://deno.land" is not one import entry`],
  [{ read: ["/a,/b"] }, `"/a,/b" is not one read entry, which is a path without commas`],
  [{ read: ["/a\0"] }, `is not one read entry`],
  [{ read: [""] }, `"" is not one read entry`],
  [{ read: [1] }, "1 is not one read entry"],
  [{ env: ["A=B"] }, `"A=B" is not one env entry`],
  [{ env: ["A*B"] }, `"A*B" is not one env entry`],
  [{ env: ["NODE_OPTIONS"] }, "NODE_OPTIONS is for the process of the kernel itself"],
  [{ env: ["DENO_V8_FLAGS"] }, "DENO_V8_FLAGS is for the process"],
  [{ env: ["LD_PRELOAD"] }, "LD_PRELOAD is for the process"],
  [{ sys: ["host name"] }, `"host name" is not one sys entry`],
];

for (const [permissions, message] of WRONG) {
  Deno.test(`grantedPermissions() refuses ${JSON.stringify(permissions)}`, () => {
    const error = assertThrows(() => grantedPermissions(permissions as Permissions), TypeError);
    assertStringIncludes((error as Error).message, message);
  });
}

Deno.test("grantedPermissions() takes ways out of the sandbox where they are called so", () => {
  const exits: DangerousPermissions = { run: ["/usr/bin/git"], ffi: true };
  const flags = toPermissionFlags(grantedPermissions({}, exits));
  assertEquals(flags, ["--allow-run=/usr/bin/git", "--allow-ffi"]);
  for (const wrong of [{ run: ["git"] }, { read: true }]) {
    assertThrows(
      () => grantedPermissions({}, wrong as DangerousPermissions),
      TypeError,
      "Cannot grant",
    );
  }
});

Deno.test("importPatterns() opens the gate for hosts, without encryption only for a port", () => {
  const patterns = (given: Permissions) => importPatterns(grantedPermissions(given));
  assertEquals(patterns({}), []);
  assertEquals(patterns({ import: true }), ["https://*"]);
  assertEquals(patterns({ import: ["a.com"] }), ["https://a.com/"]);
  assertEquals(patterns({ import: ["a.com:8000"] }), ["https://a.com:8000/", "http://a.com:8000/"]);
});

Deno.test("checkPackages() takes exact versions only", () => {
  const good = ["npm:lodash-es@4.17.21", "npm:@scope/a.b-c@1.0.0-rc.1"];
  assertEquals(checkPackages(good), good);
  const bad = [
    "npm:lodash-es",
    "npm:lodash-es@^4.17.21",
    "npm:lodash-es@4",
    "npm:lodash-es@latest",
    "npm:lodash-es@4.17.21/map",
    "lodash-es@4.17.21",
    "jsr:@std/path@1.0.0",
    "npm:../a@1.0.0",
    "--allow-all",
    "npm:a@1.0.0 --allow-all",
  ];
  for (const one of bad) assertThrows(() => checkPackages([one]), TypeError, "its exact version");
  assertThrows(() => checkPackages(["npm:a@1.0.0", "npm:a@2.0.0"]), TypeError, "listed already");
});
