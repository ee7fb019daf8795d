import type { Chart } from './page/chart.ts'

/** What a program of `bench/parts` prints as its JSON line, beside raw numbers of its own. */
export interface PartResult {
  readonly measured: string
  /** What must hold did hold; figures of time are never part of it. */
  readonly right: boolean
  /** Heading on the page. */
  readonly title: string
  /** Markdown under it: what is measured, and how to read it. */
  readonly text?: string
  readonly tables?: readonly {
    readonly caption?: string
    readonly columns: readonly string[]
    readonly rows: readonly (readonly (string | number)[])[]
  }[]
  readonly charts?: readonly Chart[]
}
