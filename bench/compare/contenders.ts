import { COMPARED } from './columns.ts'
import type { ServerFigures } from './figures.ts'
import { OURS } from './ratios.ts'

/**
 * Of the servers those that are worth another run: without peers that were best in no column of the first one. What has no
 * figures yet may still be.
 */
export function contenders<Name extends string>(
  servers: readonly Name[],
  figures: readonly ServerFigures[],
): Name[] {
  const peers = figures.filter(one => one.run === 1 && one.server !== OURS)
  const best = new Set(
    COMPARED.flatMap(column => {
      const shown = peers.flatMap(peer => {
        const value = column.of(peer)
        return value === undefined ? [] : [{ server: peer.server, value }]
      })
      const least = Math.min(...shown.map(({ value }) => value))
      return shown.filter(({ value }) => value === least).map(({ server }) => server)
    }),
  )
  const isMeasured = (name: string) => peers.some(({ server }) => server === name)
  return servers.filter(name => best.has(name) || !isMeasured(name))
}
