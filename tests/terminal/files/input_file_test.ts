import { Buffer } from "node:buffer";
import { brotliCompressSync, crc32, gzipSync, zstdCompressSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { assertEquals, assertRejects } from "@std/assert";
import { readInputFile, variableName } from "../../../src/terminal/files/input_file.ts";
import { parseTable, TableReader } from "../../../src/terminal/files/table.ts";

async function read(name: string, content: string | Uint8Array) {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/${name}`;
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
    const { size, ...rest } = await readInputFile(path);
    assertEquals(size, (await Deno.stat(path)).size);
    return rest;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("parseTable() makes objects of rows", () => {
  const table: [string, string, Record<string, unknown>[]][] = [
    ["nothing", "", []],
    ["a header alone", "a,b\n", []],
    ["rows", "a,b\n1,x\n2,y\n", [{ a: 1, b: "x" }, { a: 2, b: "y" }]],
    ["no line end at the end", "a,b\n1,x", [{ a: 1, b: "x" }]],
    ["CRLF", "a,b\r\n1,x\r\n2,y\r\n", [{ a: 1, b: "x" }, { a: 2, b: "y" }]],
    ["CR", "a,b\r1,x\r2,y", [{ a: 1, b: "x" }, { a: 2, b: "y" }]],
    ["quotes", 'a,b\n"x, y","say ""hi"""', [{ a: "x, y", b: 'say "hi"' }]],
    ["a quoted header", '"a,b","c"\n1,2', [{ "a,b": 1, c: 2 }]],
    ["line ends inside quotes", 'a,b\n"x\ny","\r\n"\n1,2', [
      { a: "x\ny", b: "\r\n" },
      { a: 1, b: 2 },
    ]],
    ["empty cells", 'a,b,c\n,"",\n', [{ a: null, b: "", c: null }]],
    ["a separator at the end", "a,b\n1,", [{ a: 1, b: null }]],
    ["a short row", "a,b\n1\n2,3", [{ a: 1, b: null }, { a: 2, b: 3 }]],
    ["a long row", "a\n1,2\n3", [{ a: 1, column_2: 2 }, { a: 3 }]],
    ["equal names", "id,amount,amount\n1,10,20", [{ id: 1, amount: 10, amount_2: 20 }]],
    ["names in white space", "name, price , qty\na,1,2", [{ name: "a", price: 1, qty: 2 }]],
    ["a column without a name", ",a\n1,2", [{ column_1: 1, a: 2 }]],
    ["blank lines", "a\n\n1\n\n\n2\n\n", [{ a: 1 }, { a: 2 }]],
    ["a quoted empty cell alone", 'a\n""\n1', [{ a: "" }, { a: 1 }]],
    ["text behind a quote", 'a,b,c\n"x"y,"z" ,3', [{ a: "xy", b: "z", c: 3 }]],
    ["a quote inside a cell", 'a,b\n5" pipe,1', [{ a: '5" pipe', b: 1 }]],
    ["a quote that stays open", 'a,b\n"x,1\n2,3', [{ a: '"x', b: 1 }, { a: 2, b: 3 }]],
  ];
  for (const [name, text, rows] of table) {
    assertEquals(parseTable(text, ","), rows, name);
    for (let size = 1; size < 9; size++) {
      const reader = new TableReader(",");
      const pieces = Array.from(
        { length: Math.ceil(text.length / size) },
        (_, i) => reader.push(text.slice(i * size, (i + 1) * size)),
      );
      assertEquals([...pieces.flat(), ...reader.end()], rows, `${name}, in pieces of ${size}`);
    }
  }
  assertEquals(parseTable("a\tb\n1,5\tx y", "\t"), [{ a: "1,5", b: "x y" }]);
});

Deno.test("parseTable() turns a cell into a number or boolean when it is written as one", () => {
  const table: [string, unknown][] = [
    ["0", 0],
    ["-1.5", -1.5],
    [" 12 ", 12],
    ["1e3", 1000],
    ["2.5E-3", 0.0025],
    ["123456789012345", 123456789012345],
    ["true", true],
    ["false", false],
    ["", null],
    ["  ", null],
    ["007", "007"],
    ["+1", "+1"],
    ["1.", "1."],
    [".5", ".5"],
    ["0x10", "0x10"],
    ["1e999", "1e999"],
    ["12345678901234567890", "12345678901234567890"],
    ["1,5", 1.5],
    ["-1.234.567,89", -1234567.89],
    ["0,5", 0.5],
    ["1.234", 1.234],
    ["1,2,3", "1,2,3"],
    [",5", ",5"],
    ["12.34,5", "12.34,5"],
    ["2024-01-01", "2024-01-01"],
    ["NaN", "NaN"],
    ["Infinity", "Infinity"],
    ["TRUE", "TRUE"],
    ["null", "null"],
    [" x ", " x "],
  ];
  for (const [cell, value] of table) {
    assertEquals(parseTable(`a;b\n${cell};`, ";"), [{ a: value, b: null }], cell);
  }
  for (const cell of ["1", "true", " "]) {
    assertEquals(parseTable(`a\n"${cell}"`, ","), [{ a: cell }], cell);
  }
});

Deno.test("parseTable() keeps a column as data when it is named like a member of objects", () => {
  const [row] = parseTable("__proto__,constructor\n1,2", ",");
  assertEquals(Object.entries(row!), [["__proto__", 1], ["constructor", 2]]);
});

Deno.test("parseTable() reads large tables and large cells", () => {
  const cell = 'x""\n,'.repeat(300_000);
  assertEquals(parseTable(`a,b\n"${cell}",1`, ","), [{ a: cell.replaceAll('""', '"'), b: 1 }]);
  const rows = parseTable("n\n" + Array.from({ length: 300_000 }, (_, i) => i).join("\n"), ",");
  assertEquals(rows.length, 300_000);
  assertEquals(rows.at(-1), { n: 299_999 });
});

Deno.test("variableName() makes an identifier of the name of a file", () => {
  const table: [string, string][] = [
    ["seattle-weather.csv", "seattle_weather"],
    ["a.b.csv", "a_b"],
    ["Sales 2024 (final).JSON", "Sales_2024_final"],
    ["2024.csv", "_2024"],
    ["données.csv", "données"],
    ["表.csv", "表"],
    ["$x.txt", "$x"],
    ["class.json", "_class"],
    ["undefined.txt", "_undefined"],
    ["console.csv", "console_file"],
    ["display.csv", "display_file"],
    ["Math.json", "Math_file"],
    ["finish.txt", "finish_file"],
    ["---.txt", "file"],
    [".env", "file"],
    ["README", "README"],
  ];
  for (const [file, name] of table) assertEquals(variableName(file), name, file);
});

Deno.test("readInputFile() reads a file by its extension", async () => {
  const table: [string, string | Uint8Array, unknown, string][] = [
    ["a.csv", "\uFEFFn,m\n1,2", [{ n: 1, m: 2 }], "The 1 row of a.csv"],
    ["a.TSV", "n\tm\n1\t2", [{ n: 1, m: 2 }], "The 1 row of a.TSV"],
    ["a.json", '\uFEFF{"n": [1, null]}', { n: [1, null] }, "The content of a.json"],
    ["a.md", "# n\r\n", "# n\r\n", "The text of a.md"],
    ["a", "", "", "The text of a"],
    [
      "a.bin",
      new Uint8Array([0x41, 0xff]),
      "A\u00ff",
      "The text of a.bin; it was decoded as windows-1252",
    ],
    [
      "a.csv",
      new Uint8Array([0x6e, 0x0a, 0xe7]),
      [{ n: "\u00e7" }],
      "The 1 row of a.csv; it was decoded as windows-1252",
    ],
    [
      "a.txt",
      new Uint8Array([0xff, 0xfe, 0x41, 0]),
      "A",
      "The text of a.txt; it was decoded as utf-16le",
    ],
    [
      "a.csv",
      "n;m\n1,5;2\n",
      [{ n: 1.5, m: 2 }],
      'The 1 row of a.csv; its cells are separated by ";"; commas in its numbers were read as decimal commas',
    ],
    [
      "a.csv",
      "sep=|\nn|m\n1|2",
      [{ n: 1, m: 2 }],
      'The 1 row of a.csv; its cells are separated by "|"',
    ],
    ["a.csv", "sep=,\r\nn,m\r\n1,2\x1a", [{ n: 1, m: 2 }], "The 1 row of a.csv"],
    [
      "a.json",
      "[12345678901234567890, 9007199254740993, 1e999, 0.5, 42]",
      ["12345678901234567890", "9007199254740993", "1e999", 0.5, 42],
      "The content of a.json",
    ],
  ];
  for (const [file, content, value, description] of table) {
    assertEquals(await read(file, content), { name: "a", value, description });
  }
});

Deno.test("readInputFile() rejects when a file cannot be read", async () => {
  await assertRejects(() => read("a.json", "{n: 1}"), SyntaxError);
  await assertRejects(() => read("a.json", ""), SyntaxError);
  const folder = await Deno.makeTempDir();
  await assertRejects(() => readInputFile(`${folder}/none.csv`), Deno.errors.NotFound);
  await assertRejects(() => readInputFile(folder), Error);
  await Deno.remove(folder);
});

/** Files of further formats, with their values. */
const FORMATS: readonly (readonly [name: string, content: string, value: unknown])[] = [
  ["a.jsonl", `{"a":1}\n\n[2]\r\n"x"\n`, [{ a: 1 }, [2], "x"]],
  ["a.ndjson", `12345678901234567890`, ["12345678901234567890"]],
  ["a.yaml", `a: 1\nb:\n  - x\n  - 2.5\n`, { a: 1, b: ["x", 2.5] }],
  ["a.yml", ``, null],
  ["a.log", `{"a":1}`, `{"a":1}`],
];

Deno.test("readInputFile() reads lines of JSON, and YAML", async () => {
  for (const [name, content, value] of FORMATS) {
    assertEquals((await read(name, content)).value, value, name);
  }
  await assertRejects(() => read("a.jsonl", "{}\n{"), SyntaxError, "line 2 is not JSON");
  await assertRejects(() => read("a.yaml", "a: [1"), SyntaxError);
});

/** Beginnings of files that are no text, with the advice. */
const BINARY: readonly (readonly [bytes: string, advice: string])[] = [
  ["PK\x03\x04rest", "it is cut off, or no ZIP archive"],
  ["%PDF-1.7", "extract its text"],
  ["PAR1", "data.csv: it is no Parquet file that can be read"],
  ["\x1f\x8b\x08", "unpack it first"],
  ["text\0text", "is not text"],
];

Deno.test("readInputFile() refuses files that are no text, with advice", async () => {
  for (const [text, advice] of BINARY) {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    await assertRejects(() => read("data.csv", bytes), TypeError, advice);
  }
});

Deno.test("TableReader hands rows over while a table arrives, and finds its separator in any pieces", () => {
  const text = 'sep=;\r\na;b\r\n1,5;x\r\n2;"y\r\nz"\r\n3;w;v';
  for (let size = 1; size < 12; size++) {
    const reader = new TableReader();
    const rows: unknown[] = [];
    for (let at = 0; at < text.length; at += size) {
      rows.push(...reader.push(text.slice(at, at + size)));
    }
    assertEquals(rows.length, 2);
    rows.push(...reader.end());
    assertEquals(rows, [{ a: 1.5, b: "x" }, { a: 2, b: "y\r\nz" }, {
      a: 3,
      b: "w",
      column_3: "v",
    }]);
    assertEquals(reader.notes, [
      'its cells are separated by ";"',
      "some rows have more cells than the header, named column_N",
      "commas in its numbers were read as decimal commas",
    ]);
  }
});

/** Makes a workbook of sheets, each with its rows as XML. */
function workbook(sheets: Readonly<Record<string, string>>): Uint8Array {
  const names = Object.keys(sheets);
  const ns = "http://schemas.openxmlformats.org";
  const main = `xmlns="${ns}/spreadsheetml/2006/main"`;
  const relations = (list: string) =>
    `<Relationships xmlns="${ns}/package/2006/relationships">${list}</Relationships>`;
  const type = `${ns}/officeDocument/2006/relationships`;
  return archive({
    "[Content_Types].xml": `<Types xmlns="${ns}/package/2006/content-types"/>`,
    "_rels/.rels": relations(
      `<Relationship Id="r" Type="${type}/officeDocument" Target="xl/workbook.xml"/>`,
    ),
    "xl/workbook.xml": `<workbook ${main} xmlns:r="${type}"><sheets>${
      names.map((name, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join(
        "",
      )
    }</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": relations(
      names.map((_, i) =>
        `<Relationship Id="rId${i + 1}" Type="${type}/worksheet" Target="worksheets/sheet${
          i + 1
        }.xml"/>`
      ).join(""),
    ),
    ...Object.fromEntries(names.map((name, i) => [
      `xl/worksheets/sheet${i + 1}.xml`,
      `<worksheet ${main}><sheetData>${sheets[name]}</sheetData></worksheet>`,
    ])),
  });
}

/** Makes a ZIP archive whose files are stored as they are (APPNOTE.TXT of PKWARE, 4.3). */
function archive(files: Readonly<Record<string, string>>, claim?: number): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const data = new TextEncoder().encode(text);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(claim ?? data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    directory.push(
      Buffer.concat([Buffer.from("PK\x01\x02\x14\0"), common, tail, Buffer.from(name)]),
    );
    parts.push(local);
    at += local.length;
  }
  const end = Buffer.alloc(18);
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(at, 12);
  return new Uint8Array(Buffer.concat([...parts, ...directory, Buffer.from("PK\x05\x06"), end]));
}

function row(number: number, ...cells: (string | number | boolean)[]): string {
  return `<row r="${number}">${
    cells.map((cell, i) => {
      const at = `r="${"ABC"[i]}${number}"`;
      if (typeof cell === "string") return `<c ${at} t="inlineStr"><is><t>${cell}</t></is></c>`;
      return `<c ${at} t="${typeof cell === "boolean" ? "b" : "n"}"><v>${Number(cell)}</v></c>`;
    }).join("")
  }</row>`;
}

Deno.test("readInputFile() reads workbooks of Excel, one sheet or several", async () => {
  const one = workbook({
    Sales: row(1, "city", "mm", "mm") + row(2, "Oslo", 12.5, true) + row(3, "Rome"),
  });
  assertEquals(await read("sales.xlsx", one), {
    name: "sales",
    value: [{ city: "Oslo", mm: 12.5, mm_2: true }, { city: "Rome", mm: null, mm_2: null }],
    description:
      'The 2 rows of sales.xlsx; its column 3 has a name that another one has, and is "mm_2" here',
  });
  const two = workbook({ A: row(1, "n") + row(2, 1), B: "" });
  assertEquals(await read("both.xlsx", two), {
    name: "both",
    value: { A: [{ n: 1 }], B: [] },
    description: "The rows of the 2 sheets of both.xlsx, by sheet",
  });
});

Deno.test("readInputFile() refuses archives that are no workbook, or unpack to too much", async () => {
  await assertRejects(
    () => read("a.xlsx", archive({ "a.txt": "x" })),
    TypeError,
    "is no workbook of Excel",
  );
  const bomb = archive({ "xl/workbook.xml": "x" }, 2 ** 31);
  await assertRejects(
    () => read("a.xlsx", bomb),
    TypeError,
    "unpacks to more than 536870912 bytes",
  );
  // Cells from which the library would make tables of a billion others.
  for (
    const cell of [
      `<c r="XFD1048576">`,
      `<c s="1"\n r='XFD1048576' t="n">`,
      `<c r = "xfd1048576">`,
      `<c r="&#88;FD1048576">`,
      `<x:c r="XFD1048576">`,
      `<c r="ZZZ9999999">`,
      `<c r="A99999999">`,
    ]
  ) {
    const far = workbook({ A: `${row(1, 1)}<row r="1048576">${cell}<v>1</v></c></row>` });
    await assertRejects(
      () => read("a.xlsx", far),
      TypeError,
      "no workbook of Excel that can",
      cell,
    );
  }
  const cut = workbook({ A: row(1, 1) }).subarray(0, 300);
  await assertRejects(() => read("a.xlsx", cut), TypeError, "cut off");
});

Deno.test("readInputFile() reads Parquet, whatever it is compressed with", async () => {
  const columnData = [
    { name: "id", data: [1n, 9007199254740993n], type: "INT64" as const },
    { name: "city", data: ["Oslo", null], type: "STRING" as const, nullable: true },
    { name: "mm", data: [12.5, -1], type: "DOUBLE" as const },
  ];
  const compressors = { GZIP: gzipSync, ZSTD: zstdCompressSync, BROTLI: brotliCompressSync };
  for (const codec of ["UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "BROTLI"] as const) {
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData, codec, compressors }));
    assertEquals(await read("rain.parquet", bytes), {
      name: "rain",
      value: [{ id: 1, city: "Oslo", mm: 12.5 }, { id: 9007199254740993n, city: null, mm: -1 }],
      description: "The 2 rows of rain.parquet",
    }, codec);
    await assertRejects(() => read("rain.parquet", bytes.subarray(0, 90)), TypeError, "no Parquet");
  }
});

Deno.test("readInputFile() hands pictures over as bytes, and to models that see", async () => {
  const pictures: readonly (readonly [string, string])[] = [
    ["\x89PNG\r\n\x1a\nrest", "image/png"],
    ["\xff\xd8\xff\xe0", "image/jpeg"],
    ["GIF89a", "image/gif"],
    ["RIFF1234WEBPrest", "image/webp"],
  ];
  for (const [text, mediaType] of pictures) {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    assertEquals(await read("a photo.png", bytes), {
      name: "a_photo",
      value: bytes,
      description: "The bytes of the picture a photo.png",
      attachment: { mediaType, bytes, name: "a photo.png" },
    });
  }
});

Deno.test("readInputFile() reads no more than it may, of a file or of a device without an end", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/a.txt`, "x".repeat(1_001));
  const endless = Deno.build.os === "linux" ? ["/dev/zero"] : [];
  for (const path of [`${folder}/a.txt`, ...endless]) {
    await assertRejects(
      () => readInputFile(path, { maxBytes: 1_000 }),
      RangeError,
      "larger than 1000 bytes",
    );
  }
  assertEquals((await readInputFile(`${folder}/a.txt`, { maxBytes: 1_001 })).size, 1_001);
  await Deno.remove(folder, { recursive: true });
});
