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
    const routes = await connect(connection, terminal).routes({ source, gateway })
    if (json) terminal.out(JSON.stringify(routes, undefined, 2))
    else for (const line of routesLines(routes, terminal)) terminal.out(line)
  })
}

/** The most characters of a list in a cell; its first item is shown whatever its length. */
const LIST_LENGTH = 24

const COLUMNS: readonly [title: string, cell: (route: RouteSummary) => string][] = [
  ['ROUTE', ({ namespace, name }) => `${namespace}/${name}`],
  ['KIND', ({ kind }) => kind],
  ['SOURCE', ({ source }) => source],
  ['GATEWAYS', ({ parents }) => shortened(parents.map(referenceText))],
  ['HOSTNAMES', ({ hostnames }) => shortened(hostnames)],
  ['STATE', stateOf],
]
/** Of many routes they are often all alike: then one line says it of all. */
const OFTEN_ALIKE = ['KIND', 'SOURCE', 'GATEWAYS']

function routesLines(routes: readonly RouteSummary[], terminal: Pick<Terminal, 'tone'>): string[] {
  const [first, second] = routes
  if (first === undefined) return ['there is no route']
  const alike = COLUMNS.filter(
    ([title, cell]) =>
      second !== undefined && OFTEN_ALIKE.includes(title) && routes.every(one => cell(one) === cell(first)),
  )
  const columns = COLUMNS.filter(one => !alike.includes(one))
  const [header = '', ...rows] = table(
    columns.map(([title]) => title),
    routes.map(route => columns.map(([, cell]) => cell(route))),
  )
  const ofAll = alike.map(([title, cell]) => `${title} ${cell(first)}`).join(', ')
  return [
    ...(ofAll === '' ? [] : [terminal.tone('faint', printable(`all of ${ofAll}`))]),
    terminal.tone('faint', header),
    ...rows.flatMap((row, index) => [row, ...remarks(routes[index], terminal)]),
  ]
}

/** As many as there is room for, and how many more there are. */
function shortened([first = '', ...others]: readonly string[]): string {
  let text = first
  let left = others.length
  for (const other of others) {
    if (text.length + 1 + other.length > LIST_LENGTH) break
    text += `,${other}`
    left -= 1
  }
  return left === 0 ? text : `${text} +${left}`
}

/** Gateway, listener and port, as far as a route names them. */
function referenceText({ gateway, sectionName, port }: RouteParent): string {
  return [gateway, sectionName, port].filter(part => part !== undefined).join(':')
}

function stateOf({ parents, unresolved }: RouteSummary): string {
  const accepted = parents.filter(isAccepted).length
  if (accepted === 0) return 'not accepted'
  if (accepted < parents.length) return 'partly accepted'
  return unresolved.length > 0 ? 'unresolved' : 'accepted'
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
