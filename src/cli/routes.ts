import type { Command } from 'commander'
import type { RouteParent, RouteSummary } from '../operations/routes.ts'
import { type ConnectionOptions, connect, withConnection } from './connection.ts'
import { printable, type Terminal, table } from './terminal.ts'

interface RoutesFlags extends ConnectionOptions {
  readonly source?: string
  readonly gateway?: string
  readonly json?: boolean
}

/** `vicinity routes`: which routes are served where, and why others are not. */
export function addRoutes(program: Command, terminal: Terminal): void {
  const command = program
    .command('routes')
    .description('list the routes, and what keeps those from working that do not')
    .option('--source <source>', 'only those of this source')
    .option('--gateway <gateway>', 'only those that name this gateway (namespace/name)')
    .option('--json', 'print them as a JSON list')
  withConnection(command).action(async ({ source, gateway, json, ...connection }: RoutesFlags) => {
    const routes = await connect(connection).routes({ source, gateway })
    if (json) terminal.out(JSON.stringify(routes, undefined, 2))
    else for (const line of routesLines(routes, terminal)) terminal.out(line)
  })
}

function routesLines(routes: readonly RouteSummary[], terminal: Pick<Terminal, 'tone'>): string[] {
  if (routes.length === 0) return ['there is no route']
  const [header = '', ...rows] = table(
    ['ROUTE', 'KIND', 'SOURCE', 'GATEWAYS', 'HOSTNAMES', 'STATE'],
    routes.map(route => [
      `${route.namespace}/${route.name}`,
      route.kind,
      route.source,
      route.parents.map(referenceText).join(','),
      route.hostnames.join(','),
      stateOf(route),
    ]),
  )
  return [
    terminal.tone('faint', header),
    ...rows.flatMap((row, index) => [row, ...remarks(routes[index], terminal)]),
  ]
}

/** Gateway, listener and port, as far as a route names them. */
function referenceText({ gateway, sectionName, port }: RouteParent): string {
  return [gateway, sectionName, port].filter(part => part !== undefined).join(':')
}

function stateOf({ parents, unresolved }: RouteSummary): string {
  const accepted = parents.filter(isAccepted).length
  if (accepted === 0) return 'not accepted'
  if (accepted < parents.length) return 'partly accepted'
  return unresolved.length > 0 ? 'backends unresolved' : 'accepted'
}

function isAccepted({ conditions }: RouteParent): boolean {
  return conditions.some(({ type, status }) => type === 'Accepted' && status === 'True')
}

function remarks(route: RouteSummary | undefined, terminal: Pick<Terminal, 'tone'>): string[] {
  if (route === undefined) return []
  const refusals = route.parents.flatMap(parent =>
    parent.conditions
      .filter(({ type, status }) => type === 'Accepted' && status === 'False')
      .map(({ reason, message }) => `${referenceText(parent)}: ${reason}: ${message}`),
  )
  const unresolved = route.unresolved.map(
    ({ pointer, reason, message }) => `${pointer}: ${reason}: ${message}`,
  )
  return [...refusals, ...unresolved].map(text => terminal.tone('warning', printable(`    ${text}`)))
}
