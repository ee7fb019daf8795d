import type { Viewpoint } from '../model/viewpoint.ts'

/** Where addresses are reached directly; from elsewhere through its gateways. */
export interface Network {
  readonly name: string
  /** At least one. */
  readonly gateways: readonly NetworkGateway[]
}

/** An address that leads into a network; '' is an unknown region or zone: then it stands where what is behind it does. */
export interface NetworkGateway {
  readonly address: string
  readonly port: number
  readonly region: string
  readonly zone: string
}

/** The network through whose gateways an endpoint is reached from a viewpoint; undefined: by its own address. */
export function networkBetween(
  { network }: { readonly network: Network | undefined },
  viewpoint: Viewpoint,
): Network | undefined {
  return network?.name === viewpoint.network ? undefined : network
}
