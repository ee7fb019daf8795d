import type { Refusal } from '../operations/refusal.ts'
import { printable } from './terminal.ts'

/** More are no help to a person. */
const SHOWN_SERVICES = 20

/** Of a push that was refused for the endpoints that it takes: the services that lose theirs, and what to do. */
export function removalLines({ services, changed }: NonNullable<Refusal['removal']>): string[] {
  const { added, updated, removed } = changed
  const shown = services.items.slice(0, SHOWN_SERVICES)
  const more = services.total - shown.length
  return [
    ...shown.map(one =>
      printable(`  ${one.service}: ${one.before} → ${one.after} endpoints, ${one.removed} removed`),
    ),
    ...(more > 0 ? [`  … and ${more} more services`] : []),
    `it would change entries: ${added} added, ${updated} updated, ${removed} removed`,
    'if a list that the files were made of is incomplete, mend that; if this is meant, push it with --force',
  ]
}
