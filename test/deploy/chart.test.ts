import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config.ts'
import { findDeploymentTools, HOW_TO_GET_THEM } from '../support/deployment-tools.ts'
import { CASES, type KubernetesManifest, lint, render, valuesFlags } from './chart.ts'
import { serveArguments } from './serve-arguments.ts'

const tools = await findDeploymentTools()

if (!tools) {
  console.warn(`SKIPPED: the tests of the Helm chart did not run: ${HOW_TO_GET_THEM}`)
  test.skip(`SKIPPED, all that needs helm: ${HOW_TO_GET_THEM}`)
} else {
  const set = (...values: string[]) => values.flatMap(value => ['--set', value])
  const POSTGRESQL = valuesFlags('postgresql')

  describe('the chart', () => {
    test.each(CASES)('has nothing that lint would say: $values', async ({ file }) => {
      expect(await lint(tools, valuesFlags(file))).toContain('0 chart(s) failed')
    })

    test.each([
      {
        values: 'SQLite, as it is',
        file: undefined,
        kinds: 'PersistentVolumeClaim Service Service ServiceAccount StatefulSet',
      },
      {
        values: 'PostgreSQL',
        file: 'postgresql',
        kinds: 'Deployment PodDisruptionBudget Service Service ServiceAccount',
      },
      {
        values: 'everything',
        file: 'everything',
        kinds: 'Deployment NetworkPolicy PodDisruptionBudget Service Service ServiceAccount ServiceMonitor',
      },
    ])('makes of $values: $kinds', async ({ file, kinds }) => {
      const objects = await render(tools, valuesFlags(file))
      expect(
        objects
          .map(({ kind }) => kind)
          .sort()
          .join(' '),
      ).toBe(kinds)
    })

    test.each(CASES)('selects with all its selectors exactly its Pods: $values', async ({ file }) => {
      const objects = await render(tools, valuesFlags(file))
      const { selector, template } = workload(objects).spec
      expect(template.metadata.labels).toMatchObject(selector.matchLabels)
      const selectors = objects.flatMap(({ kind, spec }) => {
        if (kind === 'Service') return [spec.selector]
        if (kind === 'PodDisruptionBudget') return [spec.selector.matchLabels]
        return kind === 'NetworkPolicy' ? [spec.podSelector.matchLabels] : []
      })
      for (const one of selectors) expect(one).toEqual(selector.matchLabels)
    })

    test.each(CASES)('tells the program nothing that it does not know: $values', async ({ file }) => {
      const { unknown, flags } = serveArguments(container(await render(tools, valuesFlags(file))).args)
      expect(unknown).toEqual([])
      const { adminTokenFile, ...given } = flags
      expect(adminTokenFile).toBe('/etc/vicinity/admin-token')
      expect(parseConfig(given, { VICINITY_ADMIN_TOKEN: 'secret' })).toMatchObject({ ok: true })
    })

    test('does not touch the Pods when only its own version changes', async () => {
      const { metadata } = workload(await render(tools, POSTGRESQL)).spec.template
      expect(Object.keys(metadata.labels)).toEqual(['app.kubernetes.io/name', 'app.kubernetes.io/instance'])
    })

    test('leaves every replica that has streams until the new ones are ready', async () => {
      const { spec } = workload(await render(tools, POSTGRESQL))
      expect(spec.strategy.rollingUpdate).toEqual({ maxSurge: '100%', maxUnavailable: 0 })
      expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(20)
      expect(spec.template.spec.containers[0].lifecycle.preStop.sleep.seconds).toBeGreaterThan(0)
    })

    test('has no budget of disruptions for one replica: it could only forbid to drain the node', async () => {
      const kinds = async (flags: string[]) => (await render(tools, flags)).map(({ kind }) => kind)
      expect(await kinds([...POSTGRESQL, ...set('replicas=1')])).not.toContain('PodDisruptionBudget')
      expect(await kinds([...POSTGRESQL, ...set('replicas=2')])).toContain('PodDisruptionBudget')
    })

    test('makes no claim where one is given, and uses that', async () => {
      const objects = await render(tools, set('database.sqlite.existingClaim=mine'))
      expect(objects.map(({ kind }) => kind)).not.toContain('PersistentVolumeClaim')
      const { volumes } = workload(objects).spec.template.spec
      expect(volumes).toContainEqual({ name: 'data', persistentVolumeClaim: { claimName: 'mine' } })
    })

    test('with SQLite lets no replica connect anywhere, where a NetworkPolicy is wanted', async () => {
      const objects = await render(tools, set('networkPolicy.enabled=true'))
      expect(objects.find(({ kind }) => kind === 'NetworkPolicy')?.spec.egress).toEqual([])
    })

    test.each([
      ['a value that it does not know', 'replica=3', "additional properties 'replica' not allowed"],
      ['no replica', 'replicas=0', 'minimum: got 0, want 1'],
      ['another database', 'database.type=mysql', "value must be one of 'sqlite', 'postgresql'"],
      [
        'PostgreSQL without a Secret for its URL',
        'database.type=postgresql',
        '/database/postgresql/secretName',
      ],
      ['an age that serve would refuse', 'serve.retainRoutes=90 days', '/serve/retainRoutes'],
      ['a volume that several nodes write', 'database.sqlite.accessModes={ReadWriteMany}', '/accessModes/0'],
      ['a name that no Secret can have', 'adminToken.secretName=Admin', '/adminToken/secretName'],
      [
        'a headless Service with a load balancer',
        'service.xds.headless=true,service.xds.type=LoadBalancer',
        '/service/xds/type',
      ],
      [
        'less time than the drain takes',
        'terminationGracePeriodSeconds=19',
        'must be at least preStopSleepSeconds + 15',
      ],
    ])('refuses %s (%s)', async (_what, values, says) => {
      await expect(render(tools, set(values))).rejects.toThrow(says)
    })
  })
}

function workload(objects: readonly KubernetesManifest[]): KubernetesManifest {
  const found = objects.find(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
  if (!found) throw new Error('there is neither a Deployment nor a StatefulSet')
  return found
}

function container(objects: readonly KubernetesManifest[]) {
  return workload(objects).spec.template.spec.containers[0]
}
