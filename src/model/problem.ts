/** One thing that is wrong with (or odd about) a pushed document. */
export interface Problem {
  /** RFC 6901 JSON pointer into the document that was pushed; '' is the document itself. */
  readonly pointer: string
  /** What is wrong and what would be right, in a sentence without its subject. */
  readonly detail: string
}

/** Bad input is a value: either what was meant, or everything that is wrong with it at once. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Problem[] }
  | {
      readonly ok: false
      readonly problems: readonly Problem[]
      /** The document could not even be read: it is no JSON of ours. */
      readonly malformed?: true
    }

/** The way to a place in a document, step by step. */
export type Path = readonly PropertyKey[]

export function problemAt(path: Path, detail: string): Problem {
  return { pointer: pointer(path), detail }
}

/** Joins path steps to a JSON pointer, escaped as RFC 6901, section 3 says. */
export function pointer(path: Path): string {
  return path.map(step => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
