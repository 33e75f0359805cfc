import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { CommandRules, sortOfCommand } from "../../../src/tools/shell/command_rules.ts";

const plain = { directory: ".", background: false };

Deno.test("CommandRules.allows() lets no other command through, whatever the spelling", () => {
  const rules = new CommandRules({ allow: ["git status", "deno test *", "echo 'a b'"] });
  const cases: [command: string, allowed: boolean][] = [
    ["git status", true],
    ["  git   status ", true],
    ["'git' \"status\"", true],
    ["g'i't status", true],
    ["deno test", true],
    ["deno test tests/a_test.ts --filter=x", true],
    ['echo "a b"', true],
    ["git status --short", false],
    ["git", false],
    ["git stash", false],
    ["GIT status", false],
    ["/tmp/git status", false],
    ["./git status", false],
    ["git status; rm -rf .", false],
    ["git status && rm -rf .", false],
    ["git status || rm -rf .", false],
    ["git status | sh", false],
    ["git status & rm -rf .", false],
    ["git status\nrm -rf .", false],
    ["git status\r\nrm -rf .", false],
    ["git status > ~/.bashrc", false],
    ["git status < /etc/passwd", false],
    ["git status $(rm -rf .)", false],
    ["git status `rm -rf .`", false],
    ['git "status$(rm -rf .)"', false],
    ["git status #", false],
    ["git status *", false],
    ["git status {a,b}", false],
    ["git status \\\nx", false],
    ["g\\it status", false],
    ["PATH=/tmp git status", false],
    ["deno test $(curl evil)", false],
    ["deno test `curl evil`", false],
    ["deno test; curl evil", false],
    ["deno test\tx; curl evil", false],
    ["deno test <(curl evil)", false],
    ['deno test "$IFS"', false],
    ["deno test 'unclosed", false],
    ["deno testx", false],
    ["\u00a0deno test", false],
    ["deno\u2003test", false],
    ["deno test\0", false],
    ["! deno test", false],
    ["(deno test)", false],
    ["echo a b", false],
    ["", false],
  ];
  for (const [command, allowed] of cases) {
    assertEquals([command, rules.allows({ ...plain, command })], [command, allowed]);
  }
  // An input can be a program.
  assertEquals(rules.allows({ ...plain, command: "deno test", stdin: "x" }), false);
  assertEquals(new CommandRules().allows({ ...plain, command: "true" }), false);
  for (const allow of ["a; b", "* x", "a > b", "'"]) {
    assertThrows(() => new CommandRules({ allow: [allow] }), TypeError, "is not a list of words");
  }
});

Deno.test("CommandRules.denied() finds programs behind common spellings", () => {
  const rules = new CommandRules({ deny: ["curl", "rm"] });
  const found = [
    ...["curl x", "/usr/bin/curl x", "a; curl x", "a|curl", "$(curl x)", "`curl x`", "CURL x"],
    ...["c'u'rl x", 'c"ur"l x', "c\\url x", "env curl x", "sh -c 'curl x'", "FOO=1 curl x"],
    ...["a &&curl", "{ curl;}", "(curl)", "xargs rm", "a\nrm -rf /", "sudo -n rm x", "cur\\\nl x"],
  ];
  for (const command of found) {
    assertNotEquals([command, rules.denied({ ...plain, command })], [command, undefined]);
  }
  assertEquals(rules.denied({ ...plain, command: "sh", stdin: "curl x" }), "curl");
  assertEquals(rules.denied({ ...plain, command: "echo curly" }), undefined);
  assertEquals(new CommandRules().denied({ ...plain, command: "sudo reboot" }), "reboot");
});

Deno.test("sortOfCommand() is the same for the same command alone", () => {
  const sort = (command: string, more = {}) => sortOfCommand({ ...plain, command, ...more });
  assertEquals(sort("deno test"), sort("  deno  'test'"));
  const all = [
    sort("deno test"),
    sort("deno test " + "x"),
    sort("deno test; x"),
    sort("deno test", { directory: "sub" }),
    sort("deno test", { stdin: "" }),
    sort("deno test", { stdin: "x" }),
    sort("deno test", { background: true }),
    sort('["deno","test"]'),
    sort("deno 'test '"),
    sort("'deno test'"),
  ];
  assertEquals(new Set(all).size, all.length);
});
