import { isUtf8 } from 'node:buffer'
import { Composer, type CST, type Document, LineCounter, Parser } from 'yaml'
import { KUBERNETES_LIMITS, MAX_DEPTH, MAX_VALUES } from '../../model/json-limits.ts'
import { KUBECTL_YAML } from '../../model/kubectl-yaml.ts'
import { type Parsed, type Path, type Problem, pointer } from '../../model/problem.ts'

const OPTIONS = { ...KUBECTL_YAML, prettyErrors: false, logLevel: 'error' } as const
/** Times that aliases may stand for what they name: a few lines could otherwise come to gigabytes. */
const MAX_ALIASES = 100
const MAX_PROBLEMS = 100
const MAX_FIELDS = KUBERNETES_LIMITS.fields

/**
 * What a YAML stream stands for, as JSON has it: the value of its one document, or a list of all of them, null where
 * one is empty.
 */
export function parseYaml(bytes: Uint8Array): Parsed<unknown> {
  if (!isUtf8(bytes)) return malformed([{ pointer: '', detail: 'is not UTF-8' }])
  const { values, problems } = readStream(new TextDecoder().decode(bytes))
  while (values.at(-1) === null) values.pop()
  if (problems.length > 0) return malformed(problems)
  if (values.length === 0)
    return malformed([{ pointer: '', detail: 'is empty; a YAML document was expected' }])
  const value = values.length === 1 ? values[0] : values
  const foreign = foreignValue(value, [], { values: MAX_VALUES })
  return foreign === undefined ? { ok: true, value, warnings: [] } : malformed([foreign])
}

function readStream(text: string): { values: unknown[]; problems: Problem[] } {
  const values: unknown[] = []
  const problems: Problem[] = []
  const lines = new LineCounter()
  const refuse = (detail: string) => problems.push({ pointer: '', detail: `is not YAML: ${detail}` })
  try {
    const tokens = new Parser(lines.addNewLine).parse(text)
    // Each document's nodes take many times its size: they go before those of the next one come.
    for (const document of new Composer(OPTIONS).compose(bounded(tokens, lines))) {
      for (const { message, pos } of document.errors) refuse(`${message} at ${position(lines, pos[0])}`)
      if (problems.length > MAX_PROBLEMS) break
      if (document.errors.length === 0) values.push(plainValue(document))
    }
  } catch (error) {
    // Aliases and merge keys that lead nowhere are found late: whatever is thrown, the document is at fault.
    refuse((error as Error).message)
  }
  return { values, problems: problems.slice(0, MAX_PROBLEMS) }
}

/**
 * Documents that the composer can take: it recurses, and V8 ends the whole process when one of its expressions meets
 * the end of the stack; and it holds each key of a map against all others.
 */
function* bounded(tokens: Iterable<CST.Token>, lines: LineCounter): Generator<CST.Token> {
  for (const token of tokens) {
    const excess = token.type === 'document' ? excessOf(token) : undefined
    if (excess !== undefined) throw new Error(`${excess.detail} at ${position(lines, excess.offset)}`)
    yield token
  }
}

function excessOf(document: CST.Document): { offset: number; detail: string } | undefined {
  const open = [{ token: document.value, depth: 0 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next
    if (token === undefined || token === null || !('items' in token)) continue
    const { offset, items } = token
    if (depth >= MAX_DEPTH) return { offset, detail: `nested deeper than ${MAX_DEPTH} levels` }
    if (isMap(token) && items.length > MAX_FIELDS) return { offset, detail: `more than ${MAX_FIELDS} fields` }
    for (const { key, value } of items) {
      open.push({ token: key ?? undefined, depth: depth + 1 }, { token: value, depth: depth + 1 })
    }
  }
  return undefined
}

function isMap(token: CST.BlockMap | CST.BlockSequence | CST.FlowCollection): boolean {
  if (token.type === 'flow-collection') return token.start.type === 'flow-map-start'
  return token.type === 'block-map'
}

function plainValue(document: Document.Parsed): unknown {
  return document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown
}

function position(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset)
  return `line ${line}, column ${col}`
}

/** The first thing that JSON has not, or not as much of; what aliases name counts each time. */
function foreignValue(value: unknown, path: Path, budget: { values: number }): Problem | undefined {
  const refuse = (detail: string) => ({ pointer: pointer(path), detail })
  budget.values--
  if (budget.values < 0) return { pointer: '', detail: `has more than ${MAX_VALUES} values` }
  if (typeof value === 'number' && !Number.isFinite(value)) return refuse('must be a number that JSON has')
  if (typeof value !== 'object' || value === null) return undefined
  if (path.length >= MAX_DEPTH) return refuse(`is nested deeper than ${MAX_DEPTH} levels`)
  for (const [key, item] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    const at = [...path, key]
    if (key === '__proto__') return { pointer: pointer(at), detail: 'is not a field' }
    const problem = foreignValue(item, at, budget)
    if (problem !== undefined) return problem
  }
  return undefined
}

function malformed(problems: readonly Problem[]): Parsed<never> {
  return { ok: false, problems, malformed: true }
}
