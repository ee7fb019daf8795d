import { Map as ImmutableMap } from 'immutable'
import type { Network, NetworkGateway } from '../locality/network.ts'
import type { SourceSettings } from '../model/control.ts'
import { compare } from '../model/order.ts'
import type { Regions } from './regions.ts'

/**
 * Networks by name: those that some source names gateways of. Sources of one network share its gateways. An address leads
 * into one network: of several that name it into that of the first source by name, for no assignment may have it twice.
 */
export type Networks = ImmutableMap<string, Network>

export function networksOf(sourceSettings: ImmutableMap<string, SourceSettings>, regions: Regions): Networks {
  const taken = new Set<string>()
  const gateways = new Map<string, NetworkGateway[]>()
  for (const [source, settings] of [...sourceSettings].sort(([a], [b]) => compare(a, b))) {
    if (settings.network === undefined) continue
    for (const { address, port, zone = '', region } of settings.gateways ?? []) {
      if (taken.has(`${address} ${port}`)) continue
      taken.add(`${address} ${port}`)
      const place = { region: region ?? (zone === '' ? '' : regions.ofEndpoint(source, zone)), zone }
      const known = gateways.get(settings.network) ?? []
      gateways.set(settings.network, [...known, { address, port, ...place }])
    }
  }
  return ImmutableMap([...gateways].map(([name, known]) => [name, { name, gateways: inOrder(known) }]))
}

function inOrder(gateways: readonly NetworkGateway[]): NetworkGateway[] {
  return [...gateways].sort((a, b) => compare(a.address, b.address) || a.port - b.port)
}
