import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findDeploymentTools, HOW_TO_GET_THEM } from '../support/deployment-tools.ts'
import { findKubernetesApi, HOW_TO_GET_IT } from '../support/kubernetes-api/find-kubernetes-api.ts'
import { type KubernetesApi, startKubernetesApi } from '../support/kubernetes-api/kubernetes-api.ts'
import { CASES, CHART, type KubernetesManifest, render, valuesFlags } from './chart.ts'

const run = promisify(execFile)

const tools = await findDeploymentTools()
const installation = await findKubernetesApi()

if (!tools || !installation) {
  const reason = tools ? HOW_TO_GET_IT : HOW_TO_GET_THEM
  console.warn(`SKIPPED: the Helm chart was tried on no real Kubernetes API server: ${reason}`)
  test.skip(`SKIPPED, the chart on a real Kubernetes API server: ${reason}`)
} else {
  describe('the chart on a real Kubernetes API server', () => {
    let api: KubernetesApi

    beforeAll(async () => {
      api = await startKubernetesApi(installation)
      await api.apply([SERVICE_MONITOR, ...CASES.map(({ file }) => namespace(nameOf(file)))])
      await api.kubectl(['wait', '--for=condition=Established', 'crd', SERVICE_MONITOR.metadata.name])
    }, 60_000)
    afterAll(() => api?.close())

    test.each(CASES)('$values: helm installs it, and upgrades it to the same', async ({ file }) => {
      const flags = ['--kubeconfig', api.kubeconfig, '--namespace', nameOf(file), ...valuesFlags(file)]
      const { stdout } = await run(tools.helm, ['install', 'v', CHART, ...flags])
      expect(stdout).toContain('vicinity bootstrap --id ID')
      await run(tools.helm, ['upgrade', 'v', CHART, ...flags])
    })

    test.each(CASES)('$values: the server takes every object, and knows every field', async ({ file }) => {
      const objects = await render(tools, ['--namespace', nameOf(file), ...valuesFlags(file)])
      const said = await applyStrictly(objects)
      expect(said.trimEnd().split('\n')).toHaveLength(objects.length)
    })

    test.each(CASES)('$values: its Pods are admitted where only restricted ones are', async ({ file }) => {
      const objects = await render(tools, ['--namespace', nameOf(file), ...valuesFlags(file)])
      const account = objects.find(({ kind }) => kind === 'ServiceAccount')
      if (account) await applyStrictly([account])
      expect(await applyStrictly([podOf(objects, nameOf(file))])).toMatch(/^pod\/one serverside-applied/)
    })

    test('a Pod that may become root is not admitted there: the namespaces do judge', async () => {
      const { metadata, spec, ...pod } = podOf(
        await render(tools, ['--namespace', nameOf(undefined)]),
        'sqlite',
      )
      const loose = {
        ...pod,
        metadata: { ...metadata, name: 'loose' },
        spec: { ...spec, securityContext: {} },
      }
      await expect(applyStrictly([loose])).rejects.toThrow('violates PodSecurity "restricted:latest"')
    })

    const applyStrictly = (objects: readonly object[]) =>
      api.kubectl(
        ['apply', '--server-side', '--force-conflicts', '--validate=strict', '-f', '-'],
        JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
      )
  })
}

function nameOf(file: string | undefined): string {
  return file ?? 'sqlite'
}

function namespace(name: string): object {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }
}

/** As a controller would make it of the workload's template: nothing else asks whether a Pod is admitted. */
function podOf(objects: readonly KubernetesManifest[], namespace: string): KubernetesManifest {
  const template = objects.find(({ spec }) => spec?.template)?.spec.template
  const metadata = { ...template.metadata, name: 'one', namespace }
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: template.spec }
}

/** As much of the Prometheus operator's CRD as strict validation of what the chart says needs. */
const SERVICE_MONITOR = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'servicemonitors.monitoring.coreos.com' },
  spec: {
    group: 'monitoring.coreos.com',
    scope: 'Namespaced',
    names: { kind: 'ServiceMonitor', plural: 'servicemonitors', singular: 'servicemonitor' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: serviceMonitorSpec() } } },
      },
    ],
  },
}

function serviceMonitorSpec(): object {
  const string = { type: 'string' }
  const object = (properties: object) => ({ type: 'object', properties })
  const list = (items: object) => ({ type: 'array', items })
  const relabelings = list(
    object({ action: string, regex: string, sourceLabels: list(string), targetLabel: string }),
  )
  const credentials = object({ name: string, key: string })
  const endpoint = object({
    port: string,
    path: string,
    interval: string,
    scrapeTimeout: string,
    authorization: object({ type: string, credentials }),
    relabelings,
    metricRelabelings: relabelings,
  })
  const matchLabels = { type: 'object', additionalProperties: string }
  return object({ selector: object({ matchLabels }), endpoints: list(endpoint) })
}
