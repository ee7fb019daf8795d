import { RE2JS, RE2JSException } from 're2js'
import { bytesProblem } from './byte-expression.ts'
import { expressionSize } from './expression-size.ts'

/** Envoy's RE2 takes time and memory by the length of an expression; so does checking one. */
const MAX_BYTES = 1024
/** A route table with one expression that Envoy finds too large is refused as a whole, with everybody's routes in it. */
const MAX_SIZE = 1000

/**
 * Why Envoy would refuse the expression; undefined when it is good. Judged as RE2, never by JavaScript's RegExp,
 * whose backtracking a pushed expression could keep busy for ever.
 */
export function expressionProblem(expression: string): string | undefined {
  if (Buffer.byteLength(expression) > MAX_BYTES) {
    return `must be a regular expression of at most ${MAX_BYTES} bytes`
  }
  if (expressionSize(expression) > MAX_SIZE) {
    return `must be a simpler regular expression: its repetitions make it larger than ${MAX_SIZE} steps`
  }
  try {
    RE2JS.compile(expression)
    return bytesProblem(expression)
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    return `must be a regular expression of RE2 (no look-around, no back-references): ${error.message}`
  }
}
