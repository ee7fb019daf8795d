import type { Route } from './normal-routes.ts'
import type { HttpFilter } from './route-filters.ts'
import type { BackendObject } from './route-references.ts'

/** A backend that a route names. */
export interface NamedBackend {
  readonly ref: BackendObject & { readonly namespace: string }
  /** JSON pointer inside the route's `rules`: `/0/backendRefs/1`, `/0/filters/2/requestMirror/backendRef`. */
  readonly place: string
}

/** Every backend that a route names, mirrors too, in the order in which they stand there. */
export function namedBackends({ rules }: Route): NamedBackend[] {
  return rules.flatMap(({ filters = [], backendRefs = [] }, rule) => [
    ...mirrors(filters, `/${rule}/filters`),
    ...backendRefs.flatMap((ref, index) => {
      const place = `/${rule}/backendRefs/${index}`
      return [{ ref, place }, ...mirrors(ref.filters ?? [], `${place}/filters`)]
    }),
  ])
}

function mirrors(filters: readonly HttpFilter[], place: string): NamedBackend[] {
  return filters.flatMap((filter, index) =>
    filter.type === 'RequestMirror'
      ? [
          {
            ref: filter.requestMirror.backendRef as NamedBackend['ref'],
            place: `${place}/${index}/requestMirror/backendRef`,
          },
        ]
      : [],
  )
}
