import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import type { DeploymentTools } from '../support/deployment-tools.ts'

export const CHART = fileURLToPath(new URL('../../deploy/helm/vicinity', import.meta.url))
const RELEASE = 'v'
/** Helm is built without a version of Kubernetes in it, and would take it for 1.20. */
const KUBERNETES = '1.37.0'

/** The values that the chart is tried with: a file of `values/`, undefined: its defaults. */
export const CASES = [
  { values: 'SQLite, as it is', file: undefined },
  { values: 'PostgreSQL', file: 'postgresql' },
  { values: 'everything', file: 'everything' },
] as const

const run = promisify(execFile)

export interface KubernetesManifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> }
  // biome-ignore lint/suspicious/noExplicitAny: as it is written; a test reads what it is about
  readonly spec: any
}

export function valuesFlags(file: string | undefined): string[] {
  if (file === undefined) return []
  return ['--values', fileURLToPath(new URL(`values/${file}.yaml`, import.meta.url))]
}

const rendered = new Map<string, Promise<KubernetesManifest[]>>()

/** `helm template` of the chart with these flags: what it renders, once; rejects with what helm says. */
export function render(tools: DeploymentTools, flags: readonly string[]): Promise<KubernetesManifest[]> {
  const args = ['template', RELEASE, CHART, '--kube-version', KUBERNETES, ...flags]
  const key = args.join(' ')
  const objects = rendered.get(key) ?? run(tools.helm, args).then(({ stdout }) => manifests(stdout))
  rendered.set(key, objects)
  return objects
}

function manifests(text: string): KubernetesManifest[] {
  return parseAllDocuments(text).map(document => document.toJS() as KubernetesManifest)
}

/** `helm lint --strict`. Rejects with what it says, warnings too. */
export async function lint(tools: DeploymentTools, flags: readonly string[]): Promise<string> {
  return (await run(tools.helm, ['lint', '--strict', CHART, '--kube-version', KUBERNETES, ...flags])).stdout
}
