/** Schemas in the shapes in which servers, zod, Pydantic and OpenAPI write them. */

const string = { type: "string" };

/** The schemas by name, each with values that its type accepts and values that it refuses, as TypeScript. */
export const CORPUS: Readonly<
  Record<string, { schema: unknown; accepts?: string[]; refuses?: string[] }>
> = {
  listPullRequests: {
    schema: {
      type: "object",
      properties: {
        owner: { ...string, description: "Repository owner" },
        repo: { ...string, description: "Repository name" },
        state: { ...string, enum: ["open", "closed", "all"], description: "Filter by state" },
        perPage: { type: "number", minimum: 1, maximum: 100, description: "Results per page" },
        labels: { type: "array", items: string },
      },
      required: ["owner", "repo"],
    },
    accepts: [
      '{ owner: "a", repo: "b" }',
      '{ owner: "a", repo: "b", state: "all", labels: ["x"] }',
    ],
    refuses: ['{ owner: "a" }', '{ owner: "a", repo: "b", state: "new" }'],
  },
  editFile: {
    schema: {
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object",
      properties: {
        path: string,
        edits: {
          type: "array",
          items: {
            type: "object",
            properties: {
              oldText: { ...string, description: "Text */ to search" },
              newText: string,
            },
            required: ["oldText", "newText"],
            additionalProperties: false,
          },
        },
        dryRun: { type: "boolean", default: false },
      },
      required: ["path", "edits"],
      additionalProperties: false,
    },
    accepts: ['{ path: "/a", edits: [{ oldText: "a", newText: "b" }] }'],
    refuses: ['{ path: "/a", edits: [{ oldText: "a" }] }', '{ path: "/a", edits: [], other: 1 }'],
  },
  createEntities: {
    schema: {
      type: "object",
      properties: {
        entities: {
          type: "array",
          items: {
            type: "object",
            properties: {
              name: string,
              "entity-type": string,
              observations: { type: "array", items: string },
            },
            required: ["name", "entity-type"],
          },
        },
      },
      required: ["entities"],
    },
    accepts: ['{ entities: [{ name: "a", "entity-type": "b" }] }'],
    refuses: ['{ entities: [{ name: "a" }] }'],
  },
  pydanticOptional: {
    schema: {
      $defs: {
        Color: { enum: ["red", "green"], title: "Color", type: "string" },
        Point: {
          properties: { x: { type: "number" }, y: { type: "number" } },
          required: ["x", "y"],
          title: "Point",
          type: "object",
        },
      },
      properties: {
        color: { anyOf: [{ $ref: "#/$defs/Color" }, { type: "null" }], default: null },
        points: { additionalProperties: { $ref: "#/$defs/Point" }, type: "object" },
        pair: {
          maxItems: 2,
          minItems: 2,
          prefixItems: [{ type: "integer" }, string],
          type: "array",
        },
      },
      required: ["points"],
      type: "object",
    },
    accepts: ['{ points: { a: { x: 1, y: 2 } }, color: null, pair: [1, "a"] }'],
    refuses: [
      "{ points: { a: { x: 1 } } }",
      "{ points: {}, pair: [1] }",
      '{ points: {}, color: "blue" }',
    ],
  },
  recursiveTree: {
    schema: {
      type: "object",
      properties: { root: { $ref: "#/$defs/node" } },
      required: ["root"],
      $defs: {
        node: {
          type: "object",
          properties: {
            name: string,
            children: { type: "array", items: { $ref: "#/$defs/node" } },
            parent: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] },
          },
          required: ["name", "children"],
        },
      },
    },
    accepts: ['{ root: { name: "a", children: [{ name: "b", children: [], parent: null }] } }'],
    refuses: ['{ root: { name: "a", children: [{ name: "b" }] } }'],
  },
  recursiveRoot: {
    schema: {
      type: "object",
      properties: { next: { $ref: "#" }, value: { type: "integer" } },
      required: ["value"],
    },
    accepts: ["{ value: 1, next: { value: 2 } }"],
    refuses: ["{ value: 1, next: {} }"],
  },
  json: {
    schema: {
      $defs: {
        json: {
          anyOf: [
            string,
            { type: "number" },
            { type: "boolean" },
            { type: "null" },
            { type: "array", items: { $ref: "#/$defs/json" } },
            { type: "object", additionalProperties: { $ref: "#/$defs/json" } },
          ],
        },
      },
      $ref: "#/$defs/json",
    },
    accepts: ['{ a: [1, "b", null, { c: true }] }'],
    refuses: ["{ a: () => 1 }"],
  },
  selfReference: { schema: { $defs: { a: { $ref: "#/$defs/a" } }, $ref: "#/$defs/a" } },
  mutualReference: {
    schema: {
      $defs: { a: { anyOf: [{ $ref: "#/$defs/b" }, string] }, b: { $ref: "#/$defs/a" } },
      $ref: "#/$defs/a",
    },
  },
  anchors: {
    schema: {
      type: "object",
      properties: { p: { $ref: "#point" }, far: { $ref: "https://example.com/schema" } },
      $defs: { x: { $anchor: "point", type: "object", properties: { x: { type: "number" } } } },
    },
    accepts: ["{ p: { x: 1 }, far: 7 }"],
    refuses: ['{ p: { x: "1" } }'],
  },
  draft07Tuple: {
    schema: {
      type: "object",
      properties: {
        range: {
          type: "array",
          items: [{ type: "number" }, { type: "number" }],
          additionalItems: string,
        },
        optional: { type: "array", prefixItems: [string, { type: "number" }], minItems: 1 },
      },
    },
    accepts: ['{ range: [1, 2, "a", "b"], optional: ["a"] }'],
    refuses: ['{ range: [1, "a"] }'],
  },
  openApiNullable: {
    schema: {
      type: "object",
      properties: {
        a: { type: "string", nullable: true },
        b: { type: ["string", "null"] },
        c: { type: ["integer", "array"], items: string },
      },
      required: ["a", "b", "c"],
    },
    accepts: ['{ a: null, b: null, c: ["x"] }', '{ a: "a", b: "b", c: 1 }'],
    refuses: ["{ a: 1, b: null, c: 1 }"],
  },
  discriminated: {
    schema: {
      oneOf: [
        {
          type: "object",
          properties: { kind: { const: "a" }, n: { type: "number" } },
          required: ["kind", "n"],
        },
        { type: "object", properties: { kind: { const: "b" } }, required: ["kind"] },
      ],
    },
    accepts: ['{ kind: "a", n: 1 }', '{ kind: "b" }'],
    refuses: ['{ kind: "a" }', '{ kind: "c" }'],
  },
  requiredAlternatives: {
    schema: {
      type: "object",
      properties: { id: string, name: string },
      anyOf: [{ required: ["id"] }, { required: ["name"] }],
    },
    accepts: ['{ id: "a" }', "{}"],
    refuses: ["{ id: 1 }"],
  },
  intersection: {
    schema: {
      allOf: [
        { type: "object", properties: { a: string }, required: ["a"] },
        { type: "object", properties: { b: string }, required: ["b"] },
      ],
    },
    accepts: ['{ a: "a", b: "b" }'],
    refuses: ['{ a: "a" }'],
  },
  open: {
    schema: {
      type: "object",
      properties: { known: { type: "number" } },
      required: ["known"],
      additionalProperties: string,
    },
    accepts: ['{ known: 1, other: "x" }'],
    refuses: ['{ other: "x" }'],
  },
  patterns: {
    schema: {
      type: "object",
      patternProperties: { "^x-": { type: "number" } },
      additionalProperties: false,
    },
    accepts: ['{ "x-a": 1 }'],
    refuses: ['{ "x-a": "1" }'],
  },
  mixedEnum: {
    schema: { enum: ["a", 1, -2, null, true, 'quote " and \n line', "</variables>"] },
    accepts: ['"a"', "-2", "null", "true", '"</variables>"'],
    refuses: ['"b"', "2"],
  },
  strangeKeys: {
    schema: {
      type: "object",
      properties: {
        new: string,
        "a b": string,
        constructor: string,
        __proto__: string,
        "": string,
        "*/ }": string,
        "ünï": string,
        0: string,
      },
      required: ["new", "missing"],
    },
    accepts: ['{ new: "a", missing: 1, "a b": "c", constructor: "d" }'],
    refuses: ['{ new: "a" }'],
  },
  empty: {
    schema: { type: "object", properties: {}, additionalProperties: false },
    accepts: ["{}"],
  },
  anything: { schema: {}, accepts: ["1"] },
  booleans: {
    schema: { type: "object", properties: { all: true, none: false } },
    accepts: ["{ all: 1 }"],
  },
  never: { schema: { not: {} }, refuses: ["1"] },
  nonsense: {
    schema: {
      type: "thing",
      properties: 7,
      required: "all",
      items: null,
      enum: "x",
      $ref: 3,
      anyOf: {},
      description: ["no", "text"],
    },
  },
  nonsenseObject: {
    schema: { type: "object", properties: { a: null, b: 7, c: "text" }, required: [1, null, {}] },
  },
  pointerEscapes: {
    schema: {
      type: "object",
      properties: { a: { $ref: "#/$defs/a~1b%20c" }, lost: { $ref: "#/$defs/nothing/here" } },
      $defs: { "a/b c": { type: "number" } },
    },
    accepts: ["{ a: 1 }"],
    refuses: ['{ a: "1" }'],
  },
};
