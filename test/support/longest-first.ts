import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Folders and files in which tests wait for processes that start, end, or give up. */
const LONGEST = [
  'test/chaos/',
  'test/kubernetes-api/',
  'test/cli/serve.test.ts',
  'test/deploy/chart-on-kubernetes.test.ts',
  'test/grpc-clients/',
  'test/replica/join-replicas.test.ts',
  'test/store/postgres.test.ts',
  'test/store/sqlite.test.ts',
  'test/envoy/make-before-break.test.ts',
  'test/faults/',
  'test/envoy/rest.test.ts',
  'test/conformance/',
]

/**
 * Without results of an earlier run, as in CI, vitest starts large files first; with them it relies on times that other
 * work, or a run of one test alone, has made. Those that take longest are known: one that began last would be waited for
 * alone.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.sort((a, b) => this.#place(a) - this.#place(b))
  }

  #place({ moduleId }: TestSpecification): number {
    const path = relative(this.ctx.config.root, moduleId)
    const index = LONGEST.findIndex(one => path.startsWith(one))
    return index < 0 ? LONGEST.length : index
  }
}
