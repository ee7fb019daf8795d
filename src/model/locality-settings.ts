import { z } from 'zod'
import { zoneReference } from './names.ts'
import { compare } from './order.ts'
import { refuseRepeated } from './refusals.ts'
import { unlessEmpty, withoutDefaults } from './without-defaults.ts'

/** How a service's endpoints are shared out between zones, beside `trafficDistribution` and `topologyMode`. */

const MAX_ZONES = 200

const distribution = z.strictObject({
  /** The zone of the proxies that it is for. */
  from: zoneReference,
  /** What share of their requests each zone gets: per cent, or any weights. Zones that are not named stand by. */
  to: z
    .record(zoneReference, z.int().min(0).max(1_000_000))
    .refine(to => Object.keys(to).length <= MAX_ZONES, `must name at most ${MAX_ZONES} zones`)
    .refine(to => Object.values(to).some(share => share > 0), 'must give some zone more than 0'),
})

export const localitySettings = z.strictObject({
  /** `Balanced`: a zone keeps as many of its requests as its endpoints may be loaded with; the others go to the nearest with room. */
  mode: z.literal('Balanced').optional(),
  /** Per cent: how far above the mean of all zones a balanced one may be loaded. */
  headroom: z.int().min(0).max(1000).optional(),
  /** With fewer endpoints for a proxy's zone the zone is left as if it had none; 1 is off. */
  minEndpoints: z.int().min(1).max(100_000).optional(),
  /** Per cent: when fewer of the chosen endpoints are healthy, requests begin to go to those that stand by; 0 is off. */
  spillover: z.int().min(0).max(100).optional(),
  /** `none`: no endpoint stands by. */
  failover: z.enum(['nearest', 'none']).optional(),
  /** At each distance a proxy's own source comes before the others. */
  preferSource: z.boolean().optional(),
  distribute: z
    .array(distribution)
    .max(MAX_ZONES)
    .superRefine((list, context) =>
      refuseRepeated(
        list.map(one => one.from),
        ['from'],
        context,
      ),
    )
    .optional(),
})

/** What a source sets for all of its services; a service's own settings win, field by field. */
export const sourceDefaults = z.strictObject({ locality: localitySettings.optional() })

export type LocalitySettings = z.infer<typeof localitySettings>
export type SourceDefaults = z.infer<typeof sourceDefaults>
type Distribution = z.infer<typeof distribution>

/** What holds where neither a service nor its source says anything. */
export const LOCALITY_DEFAULTS = {
  headroom: 10,
  minEndpoints: 1,
  spillover: 0,
  failover: 'nearest',
  preferSource: false,
  distribute: [],
} as const satisfies LocalitySettings

/** A value that is the default stays: it wins over what the source sets for all of its services. */
export function normalLocality({ distribute, ...others }: LocalitySettings): LocalitySettings | undefined {
  return unlessEmpty(
    withoutDefaults<LocalitySettings>({ ...others, distribute: distribute && normalDistribute(distribute) }),
  )
}

/** undefined where nothing is set that does not hold anyway. */
export function normalDefaults({ locality = {} }: SourceDefaults): SourceDefaults | undefined {
  const { distribute = [], ...others } = locality
  const set = unlessEmpty(
    withoutDefaults<LocalitySettings>(
      { ...others, distribute: distribute.length > 0 ? normalDistribute(distribute) : undefined },
      LOCALITY_DEFAULTS,
    ),
  )
  return set && { locality: set }
}

/** A share of nothing is the same as not being named. */
function normalDistribute(distribute: readonly Distribution[]): Distribution[] {
  const normal = ({ from, to }: Distribution) => ({
    from,
    to: Object.fromEntries(
      Object.entries(to)
        .filter(([, share]) => share > 0)
        .sort(([a], [b]) => compare(a, b)),
    ),
  })
  return distribute.map(normal).sort((a, b) => compare(a.from, b.from))
}
