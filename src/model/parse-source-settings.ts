import { ContentDraft } from './content-draft.ts'
import { DEFAULT_GROUP, DEFAULT_WHEN_STALE, type SourceSettings, sourceSettings } from './control.ts'
import { canonicalAddress } from './names.ts'
import { compare } from './order.ts'
import type { Parsed } from './problem.ts'
import { withoutDefaults } from './without-defaults.ts'

/** Settings of a source, without what is so anyway; or all that is wrong with them. `value` comes from `parseJson`. */
export function parseSourceSettings(value: unknown): Parsed<SourceSettings> {
  const draft = new ContentDraft()
  const given = draft.parse('sourceSettings', sourceSettings, value, []) ?? {}
  if (given.whenStale !== undefined && given.staleAfter === undefined) {
    draft.warn(['whenStale'], 'says nothing without staleAfter: nobody waits for this source')
  }
  return draft.finish(normalSourceSettings(given))
}

function normalSourceSettings({
  staleAfter,
  whenStale,
  group,
  network,
  gateways = [],
}: SourceSettings): SourceSettings {
  const reached = gateways
    .map(({ address, port, region, zone }) =>
      withoutDefaults({ address: canonicalAddress(address), port, region, zone }),
    )
    .sort((a, b) => compare(a.address, b.address) || a.port - b.port)
  const settings = {
    staleAfter,
    whenStale,
    group,
    network,
    gateways: reached.length > 0 ? reached : undefined,
  }
  return withoutDefaults(settings, { whenStale: DEFAULT_WHEN_STALE, group: DEFAULT_GROUP })
}
