import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { assign } from '../../src/locality/assign.ts'
import type { Viewpoint } from '../../src/model/viewpoint.ts'
import { decode } from '../../src/proto/message.ts'
import { grpcClusterResource, grpcRoutesResource } from '../../src/translate/grpc-resources.ts'
import { clusterName } from '../../src/translate/names.ts'
import { assignmentResource, clusterResource, type Resource } from '../../src/translate/resource.ts'
import type { World } from '../../src/translate/world.ts'
import { after, type Control, controlEntries, type Pushed, servedAt, worldOf } from '../support/world.ts'

/**
 * A case is a folder: `input.yaml` is what sources push, in order, what operators say, and the viewpoints to look from; the files beside it
 * are what Envoys are sent. `npx vitest run -u` writes them anew: review behaviour as a diff.
 */
interface Input {
  readonly sources: Record<string, Pushed>
  readonly control?: Control
  readonly viewpoints: readonly Partial<Viewpoint>[]
  /** The case is about gRPC clients: what they are sent stands beside it too. */
  readonly grpc?: boolean
}

const folder = new URL('../golden/translate/', import.meta.url)

describe.each(readdirSync(folder))('%s', name => {
  const directory = new URL(`${name}/`, folder)
  const input = parse(readFileSync(new URL('input.yaml', directory), 'utf8')) as Input
  const { world } = after(worldOf(input.sources), controlEntries(input.control ?? {}))
  const golden = (file: string) => new URL(file, directory).pathname

  test('listeners, routes and clusters are as reviewed', async () => {
    for (const gateway of [...world.gateways.keys()].sort()) {
      const made = servedAt(world, gateway)
      const file = gateway.replace('/', '.')
      const shown = {
        listeners: made.listeners.map(message),
        routeConfigurations: made.routeConfigurations.map(message),
        references: Object.fromEntries(made.routeConfigurations.map(one => [one.name, one.references])),
        conflicts: made.conflicts,
      }
      await expect(stringify(shown, YAML)).toMatchFileSnapshot(golden(`${file}.yaml`))
    }
    const clusters = portsOf(world).flatMap(({ service, name, port }) => {
      const seen = input.viewpoints.map(one => service.weighsZonesFrom({ ...NOWHERE, ...one }))
      return [...new Set([false, ...seen])].map(weighs => clusterResource(service, name, port, weighs))
    })
    await expect(stringify(clusters.map(message), YAML)).toMatchFileSnapshot(golden('clusters.yaml'))
  })

  test.runIf(input.grpc)("gRPC clients' routes and clusters are as reviewed", async () => {
    const shown = portsOf(world).map(({ service, name, port }) => ({
      routes: message(grpcRoutesResource(service, name, port)),
      cluster: message(grpcClusterResource(service, name, port)),
    }))
    await expect(stringify(shown, YAML)).toMatchFileSnapshot(golden('grpc.yaml'))
  })

  test('assignments are as reviewed', async () => {
    const seen = input.viewpoints.map(partial => {
      const viewpoint = world.locate({ ...NOWHERE, ...partial })
      return { viewpoint: partial, assignments: portsOf(world).map(one => assignmentFrom(viewpoint, one)) }
    })
    if (seen.length > 0) await expect(stringify(seen, YAML)).toMatchFileSnapshot(golden('assignments.yaml'))
  })
})

const NOWHERE: Viewpoint = { region: '', zone: '', subZone: '', node: '', source: '', network: '' }
const RESOURCE = 'envoy.service.discovery.v3.Resource'
const YAML = { lineWidth: 120, aliasDuplicateObjects: false } as const

function portsOf(world: World) {
  const services = [...world.allServices()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return services.flatMap(service =>
    service.ports.map(({ port }) => ({
      service,
      port,
      name: clusterName(service.namespace, service.name, port),
    })),
  )
}

function assignmentFrom(viewpoint: Viewpoint, { service, port, name }: ReturnType<typeof portsOf>[number]) {
  const decision = service.decision(port)
  if (decision === undefined) throw new Error(`${name} has no port ${port}`)
  const assignment = assign(decision, viewpoint)
  const { mode, rule, notes, endpoints } = assignment
  return {
    mode,
    rule,
    notes,
    reasons: endpoints.map(
      one => `${one.priority ?? '-'} ${one.candidate.source}/${one.candidate.name}: ${one.reason}`,
    ),
    message: message(assignmentResource(name, assignment)),
  }
}

function message(resource: Resource | undefined): unknown {
  if (resource === undefined) return undefined
  const { '@type': typeUrl, ...shown } = decode(RESOURCE, resource.encoded).resource as Record<
    string,
    unknown
  >
  expect(typeUrl).toBe(resource.typeUrl)
  return shown
}
