import type { Problem } from '../model/problem.ts'

/** Nobody reads more, and a hostile document could hold millions. */
const MAX_FINDINGS = 1000

/** What is wrong with a Kubernetes document, and what of it is left out, while it is being converted. */
export class Findings {
  readonly problems: Problem[] = []
  readonly warnings: Problem[] = []

  refuse(pointer: string, detail: string): void {
    if (this.problems.length < MAX_FINDINGS) this.problems.push({ pointer, detail })
  }

  warn(pointer: string, detail: string): void {
    if (this.warnings.length < MAX_FINDINGS) this.warnings.push({ pointer, detail })
  }
}
