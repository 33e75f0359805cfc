/**
 * The parts of the output of `deno doc --json` that are used here. It comes from another program, so anything may be
 * missing.
 */

/** A type. The shape of `value` depends on the kind. */
export interface DocType {
  readonly kind: string;
  readonly repr?: string;
  readonly value?: unknown;
}

/** A parameter of a function: a name, a pattern, or either with a default. */
export interface DocParameter {
  readonly kind: string;
  readonly name?: string;
  readonly optional?: boolean;
  readonly tsType?: DocType | null;
  readonly accessibility?: string | null;
  readonly readonly?: boolean;
  /** The parameter that has a default. */
  readonly left?: DocParameter;
  /** The parameter that takes the rest. */
  readonly arg?: DocParameter;
}

/** A parameter of a type. */
export interface DocTypeParameter {
  readonly name: string;
  readonly constraint?: DocType;
  readonly default?: DocType;
}

/** A function, a method, or a signature in a type. */
export interface DocFunction {
  readonly params?: readonly DocParameter[];
  readonly returnType?: DocType | null;
  /** The result of a signature in a type. */
  readonly tsType?: DocType | null;
  readonly typeParams?: readonly DocTypeParameter[];
  readonly hasBody?: boolean;
}

/** A member of a class, an interface or a type. */
export interface DocMember extends DocFunction {
  readonly name: string;
  readonly kind?: string;
  readonly computed?: boolean;
  readonly optional?: boolean;
  readonly readonly?: boolean;
  readonly isStatic?: boolean;
  readonly accessibility?: string | null;
  readonly functionDef?: DocFunction;
  readonly jsDoc?: DocComment;
}

/** The members of an interface, a class or a type literal. */
export interface DocMembers {
  readonly methods?: readonly DocMember[];
  readonly properties?: readonly DocMember[];
  readonly constructors?: readonly DocFunction[];
  readonly callSignatures?: readonly DocFunction[];
  readonly indexSignatures?: readonly DocMember[];
  readonly typeParams?: readonly DocTypeParameter[];
  /** A name for a class, types for an interface. */
  readonly extends?: string | readonly DocType[] | null;
  readonly superTypeParams?: readonly DocType[];
}

/** A comment, and its tags. */
export interface DocComment {
  readonly doc?: string;
  readonly tags?: readonly {
    readonly kind: string;
    readonly name?: string;
    readonly doc?: string;
  }[];
}

/** One declaration of a name. */
export interface DocDeclaration {
  readonly kind: string;
  readonly declarationKind: string;
  readonly location: { readonly filename: string };
  readonly jsDoc?: DocComment;
  readonly def: unknown;
}

/** A name with its declarations: a function has one for each overload. */
export interface DocSymbol {
  readonly name: string;
  readonly declarations?: readonly DocDeclaration[];
}

/** A module. */
export interface DocModule {
  readonly symbols?: readonly DocSymbol[];
  readonly imports?: readonly {
    readonly importedName: string;
    /** The name of the module; absent for the module as a whole. */
    readonly originalName?: string;
    readonly src: string;
  }[];
}
