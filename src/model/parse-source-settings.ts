import { ContentDraft } from './content-draft.ts'
import {
  DEFAULT_GROUP,
  DEFAULT_MAX_REMOVED,
  DEFAULT_WHEN_STALE,
  type SourceSettings,
  sourceSettings,
} from './control.ts'
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
  checkGateways(draft, given)
  return draft.finish(normalSourceSettings(given))
}

function checkGateways(draft: ContentDraft, { network, gateways = [] }: SourceSettings): void {
  if (gateways.length > 0 && network === undefined) {
    draft.warn(['gateways'], 'say nothing without network: its endpoints are reached by their own addresses')
  }
  if (network !== undefined && gateways.length === 0) {
    draft.warn(
      ['network'],
      'has no gateways here: unless another source of this network names some, other networks are sent its addresses as they are',
    )
  }
  const seen = new Set<string>()
  gateways.forEach(({ address, port }, index) => {
    const place = `${canonicalAddress(address)} port ${port}`
    if (seen.has(place)) draft.refuse(['gateways', index, 'address'], `is given twice: ${place}`)
    seen.add(place)
  })
}

function normalSourceSettings({
  staleAfter,
  whenStale,
  group,
  network,
  gateways = [],
  maxRemoved,
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
    maxRemoved,
  }
  return withoutDefaults(settings, {
    whenStale: DEFAULT_WHEN_STALE,
    group: DEFAULT_GROUP,
    maxRemoved: DEFAULT_MAX_REMOVED,
  })
}
