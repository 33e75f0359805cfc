/** Spellings of paths that could lead out of a root: `OUT` is the absolute path of a folder outside, `NAME` that of the root. */

/** Spellings on any platform. */
export const ESCAPES: readonly string[] = [
  // Up, in all lengths and with all kinds of detours.
  ...[
    "..",
    "../",
    "../..",
    "../../..",
    "../secret",
    "./../secret",
    ".//../secret",
    "../NAME/../secret",
  ],
  ...[
    "a/../../secret",
    "a/b/../../../secret",
    "a/./../../secret",
    "a//..//..//secret",
    "..//secret",
  ],
  ...[
    "../".repeat(8) + "etc/passwd",
    "../".repeat(200) + "etc/passwd",
    "a/" + "../".repeat(20) + "etc",
  ],
  ...["link/../../secret", "missing/../../secret", "file/../../secret", ".hidden/../../secret"],
  ...["../NAME", "../NAME/a.md", "../NAME-other/secret", ".. /secret", "../ secret", "..\t/secret"],
  ...["...", ".../secret", "..../secret", ". ./secret", ".\u200b./secret", "\u202e../secret"],
  // Absolute.
  ...["/", "//", "///", "/secret", "//secret", "/etc/passwd", "//etc/passwd", "/./etc/passwd"],
  ...[
    "OUT/secret",
    "/OUT/secret",
    "OUT/../etc/passwd",
    "/proc/self/environ",
    "/proc/self/root/etc/passwd",
  ],
  ...["/proc/self/cwd/secret", "/proc/1/root/etc/passwd", "/dev/stdin", "/dev/fd/0", "/dev/null"],
  ...[
    "proc/self/environ",
    "dev/fd/0",
    "~",
    "~/secret",
    "~root/secret",
    "~+/secret",
    "$HOME/secret",
  ],
  ...["${HOME}/secret", "%HOME%/secret", "`pwd`/../secret", "$(pwd)/secret"],
  // Other forms of a path.
  ...["file:///etc/passwd", "file:/etc/passwd", "FILE:///etc/passwd", "http://localhost/secret"],
  ...["data:text/plain,secret", "file://localhost/etc/passwd", "view-source:file:///etc/passwd"],
  // Encoded: a workspace does not decode.
  ...["%2e%2e/secret", "%2e%2e%2fsecret", "..%2fsecret", "..%5csecret", "%252e%252e%252fsecret"],
  ...[
    "..%c0%afsecret",
    "..%c1%9csecret",
    "%c0%ae%c0%ae/secret",
    "..%u2215secret",
    "&#46;&#46;/secret",
  ],
  ...[
    "\\u002e\\u002e/secret",
    "\\x2e\\x2e/secret",
    "..\u2215secret",
    "..\u2044secret",
    "..\uff0fsecret",
  ],
  ...[
    "\uff0e\uff0e/secret",
    "\u2024\u2024/secret",
    "\u2025/secret",
    "..\u29f8secret",
    ".\u0307./secret",
  ],
  // Cut off, or joined.
  ...["../secret\0", "../secret\0.md", "a.md\0/../../secret", "\0../secret", "a\0"],
  ...[
    "../secret\n",
    "\n../secret",
    "..\n/secret",
    "../secret\r",
    " ../secret",
    "../secret ",
    "\t../secret",
  ],
  // Those of Windows.
  ...[
    "..\\secret",
    "..\\..\\secret",
    "a\\..\\..\\secret",
    "..\\/secret",
    "../\\secret",
    "\\secret",
  ],
  ...[
    "\\\\server\\share\\secret",
    "//server/share/secret",
    "\\\\?\\C:\\secret",
    "\\\\.\\C:\\secret",
  ],
  ...[
    "//?/C:/secret",
    "C:\\secret",
    "C:/secret",
    "C:secret",
    "c:",
    "C:..\\secret",
    "\\??\\C:\\secret",
  ],
  ...["secret::$DATA", "a.md:stream", "\\\\localhost\\c$\\secret", "//./pipe/secret"],
  // Over links and odd files, which the tests make.
  ...["link/secret", "link", "deep/link/secret", "chain/secret", "self", "self/self", "filelink"],
  ...["dangling", "dangling/secret", "uplink/secret", "prolink/environ", "abslink/etc/passwd"],
];

/** Names that Windows cannot hold, or that mean something else there. */
export const WINDOWS_NAMES: readonly string[] = [
  ...[
    "con",
    "CON",
    "con.txt",
    "a/NUL",
    "aux.c",
    "PRN .txt",
    "com1",
    "COM9.log",
    "lpt1",
    "LPT\u00b9.txt",
  ],
  ...[
    "conin$",
    "CONOUT$",
    "clock$",
    "a.",
    "a ",
    "a/b. ",
    "dir./a",
    "a:b",
    "a.md::$DATA",
    "a?b",
    "a*b",
  ],
  ...['a"b', "a<b", "a>b", "a|b", "tab\tname", "bell\u0007", "PROGRA~1", "a/GIT~1/config"],
];

/** Names that Windows can hold. */
export const FINE_ON_WINDOWS: readonly string[] = [
  ...[
    "console.txt",
    "a/nullable.ts",
    "auxiliary",
    "com10",
    "comma.md",
    ".gitignore",
    "a b.md",
    "~tilde",
  ],
  ...["a.b.c", "ä.md", "lpt.txt"],
];
