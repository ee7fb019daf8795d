import type { ContentDraft } from './content-draft.ts'
import type { LocalitySettings } from './locality-settings.ts'
import type { Path } from './problem.ts'

/**
 * Refuses a zone without its region where the document itself has zones of that name in several regions. Of zones that
 * only stand in the database it is not known here; a rule that names one of several is passed over, and explain says so.
 */
export function checkZoneReferences(
  draft: ContentDraft,
  { distribute = [] }: LocalitySettings = {},
  path: Path,
): void {
  distribute.forEach(({ from, to }, index) => {
    const at = [...path, 'distribute', index]
    checkReference(draft, from, [...at, 'from'])
    for (const zone of Object.keys(to)) checkReference(draft, zone, [...at, 'to', zone])
  })
}

function checkReference(draft: ContentDraft, zone: string, path: Path): void {
  const regions = draft.regionsOf(zone)
  // A zone without a region is meant before all others.
  if (regions.length < 2 || regions.includes('')) return
  const names = regions.map(region => `${region}/${zone}`)
  draft.refuse(path, `is a zone of several regions: say which of ${names.join(', ')}`)
}
