import { z } from 'zod'
import { ContentDraft } from './content-draft.ts'
import { isObject } from './json.ts'
import { label, plainText, zoneReference } from './names.ts'
import type { Parsed } from './problem.ts'

const MAX_LOST = 1_000
/** Each is parsed beside what stands. */
const MAX_SERVICES = 100
const MAX_ZONES = 1_000

/** `namespace/name`, or `name` of one in the namespace default. */
const serviceReference = z
  .string()
  .max(127)
  .regex(
    /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\/)?[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'must be the name of a service: "web", or "team/web" for one of another namespace than default',
  )
  .transform(name => (name.includes('/') ? name : `default/${name}`))

/** What fails or goes. Zones and endpoints fail: Envoys go on knowing them. What a lost source has pushed is gone. */
const losses = z.strictObject({
  zones: z.array(zoneReference).max(MAX_LOST).optional(),
  sources: z.array(label).max(MAX_LOST).optional(),
  endpoints: z
    .array(
      z.strictObject({
        service: serviceReference,
        name: plainText.max(253),
        /** Where several sources have one of that name; without it all of them fail. */
        source: label.optional(),
      }),
    )
    .max(MAX_LOST)
    .optional(),
})

/** What if: changes of the state as it is, or was, of which nothing is stored. */
export const simulation = z.strictObject({
  /** Of the state that is changed; default: now. */
  revision: z.int().min(1).optional(),
  lose: losses.optional(),
  /** Zones whose endpoints become the last that anybody is sent to; one that is drained stays so. */
  drain: z.array(zoneReference).max(MAX_ZONES).optional(),
  /** Zones that are no longer drained. */
  undrain: z.array(zoneReference).max(MAX_ZONES).optional(),
  /** Sources of whose pushers nothing is heard for too long: what their `whenStale` says happens. */
  silent: z.array(label).max(MAX_LOST).optional(),
  /** How much each of these zones asks: any numbers, as they are to each other and to what the others ask. */
  demand: z
    .record(zoneReference, z.number().min(0).max(1e9))
    .refine(demand => Object.keys(demand).length <= MAX_ZONES, `must name at most ${MAX_ZONES} zones`)
    .optional(),
  /** Only this one; default: all. */
  service: serviceReference.optional(),
})

export interface Simulation extends z.output<typeof simulation> {
  /**
   * Settings and endpoints in place of those that stand, as they came: fields of a pushed service, of which those that are
   * left out stay and null takes one away; `source` says whose, where several sources have the service.
   */
  readonly services: readonly unknown[]
}

/** `value` comes from `parseJson`. Services are judged later, together with what stands. */
export function parseSimulation(value: unknown): Parsed<Simulation> {
  const draft = new ContentDraft()
  const { services, ...rest } = isObject(value) ? value : {}
  const parsed = draft.parse('simulation', simulation, isObject(value) ? rest : value, [])
  const items: unknown[] = []
  if (Array.isArray(services) && services.length > MAX_SERVICES)
    draft.refuse(['services'], `must have at most ${MAX_SERVICES} items`)
  else draft.each(services, ['services'], item => items.push(item))
  return draft.finish({ ...parsed, services: items })
}
