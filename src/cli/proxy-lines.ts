import type { ProxyStatus, ProxyTypeStatus } from '../model/proxies.ts'
import { RESOURCE_TYPE_NAMES, RESOURCE_TYPES, resourceTypeName } from '../model/resource-types.ts'
import { ageText } from './age.ts'
import { printable, type Terminal, table } from './terminal.ts'

/** One row for each proxy, with what is wrong with it below. */
export function proxiesLines(
  proxies: readonly ProxyStatus[],
  { tone }: Pick<Terminal, 'tone'>,
  now = Date.now(),
): string[] {
  if (proxies.length === 0) return ['no proxy is connected']
  const types = RESOURCE_TYPE_NAMES.map(name => name.toUpperCase())
  const [header = '', ...rows] = table(
    ['NODE', 'GATEWAY', 'ZONE', ...types, 'REVISION', 'BEHIND', 'FORM', 'REPLICA', 'ID'],
    proxies.map(proxy => [
      proxy.node,
      proxy.gateway,
      [proxy.viewpoint.region, proxy.viewpoint.zone].filter(Boolean).join('/') || '-',
      ...RESOURCE_TYPE_NAMES.map(name => statusText(proxy, RESOURCE_TYPES[name], now)),
      String(proxy.revision),
      behindText(proxy, now),
      proxy.form,
      proxy.replica,
      proxy.id,
    ]),
  )
  const body = rows.flatMap((row, index) => [
    row,
    ...remarks(proxies[index] as ProxyStatus).map(text => tone('warning', printable(`    ${text}`))),
  ])
  return [tone('faint', header), ...body]
}

/** What the table has no room for. */
export function proxyLines(proxy: ProxyStatus): string[] {
  const { peer, userAgent, connectedAt, viewpoint, types } = proxy
  const place = Object.entries(viewpoint).flatMap(([field, value]) =>
    value === '' ? [] : `${field} ${value}`,
  )
  return [
    `connected from ${peer} since ${connectedAt}${userAgent === '' ? '' : `, ${userAgent}`}`,
    place.length === 0 ? 'says nothing of where it stands' : `stands in ${place.join(', ')}`,
    ...types.map(countsText),
  ].map(line => printable(`    ${line}`))
}

/** As `istioctl proxy-status` has it: IGNORED is not subscribed. */
function statusText({ types }: ProxyStatus, typeUrl: string, now: number): string {
  const type = types.find(one => one.typeUrl === typeUrl)
  if (type === undefined) return 'IGNORED'
  const { status, unansweredSince } = type
  if (status === 'STALE' && unansweredSince !== undefined) return `STALE ${ageText(unansweredSince, now)}`
  return status.replace('_', ' ')
}

function behindText({ behind }: ProxyStatus, now: number): string {
  return behind === undefined ? '-' : `${behind.revisions} in ${ageText(behind.since, now)}`
}

function countsText({ typeUrl, wildcard, names, sent, acked, held }: ProxyTypeStatus): string {
  const asked = [...(wildcard ? ['all'] : []), ...(names > 0 ? [`${names} by name`] : [])]
  const waiting = held > 0 ? `, ${held} held back until what they need is acknowledged` : ''
  return `${typeName(typeUrl)}: asks for ${asked.join(' and ') || 'none'}; ${sent} sent, ${acked} acknowledged${waiting}`
}

function remarks({ warnings, types }: ProxyStatus): string[] {
  const rejections = types.flatMap(({ typeUrl, rejected }) =>
    rejected ? [`NACK of ${typeName(typeUrl)}: ${rejected.detail}`] : [],
  )
  const quarantines = types.flatMap(({ typeUrl, quarantined = [] }) =>
    quarantined.map(name => `${typeName(typeUrl)} ${name} is under quarantine: it has what was good before`),
  )
  return [...warnings, ...rejections, ...quarantines]
}

function typeName(typeUrl: string): string {
  return resourceTypeName(typeUrl).toUpperCase()
}
