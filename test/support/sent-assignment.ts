import type { Lineup } from '../../src/locality/assignment.ts'
import { hostsOf } from '../../src/locality/hosts.ts'
import { decode } from '../../src/proto/message.ts'
import { clusterLoadAssignment } from '../../src/translate/cluster-load-assignment.ts'

export interface SentLocality {
  readonly locality: { readonly region?: string; readonly zone?: string; readonly subZone?: string }
  readonly priority: number
  readonly loadBalancingWeight: number
  readonly lbEndpoints: readonly {
    readonly endpoint: {
      readonly address: { readonly socketAddress: { readonly address: string; readonly portValue: number } }
    }
    readonly loadBalancingWeight: number
  }[]
}

/** What proxies are told of a service `web`. */
export function sentLocalities(lineup: Lineup): SentLocality[] {
  const bytes = clusterLoadAssignment('web', lineup, hostsOf(lineup))
  const { endpoints = [] } = decode('envoy.config.endpoint.v3.ClusterLoadAssignment', bytes) as {
    endpoints?: SentLocality[]
  }
  return endpoints.map(one => ({ ...one, priority: one.priority ?? 0 }))
}
