import type { Closing } from '../../demo/closing.ts'
import { type Envoy, type EnvoyOptions, startEnvoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { type Address, parseAddress } from '../../src/address.ts'
import { envoyBootstrap } from '../../src/cli/envoy-bootstrap.ts'
import { GATEWAY, REGION, ZONES } from './fleet.ts'

const TIMEOUT = 180_000

/** An Envoy of the fleet's gateway in its first zone, at any control plane: all have the same bootstrap. */
export async function startEdge(closing: Closing, xds: string, options: EnvoyOptions = {}): Promise<Envoy> {
  const admin = `127.0.0.1:${await freePort()}`
  const bootstrap = envoyBootstrap({
    id: 'envoy-bench',
    gateway: GATEWAY,
    region: REGION,
    zone: ZONES[0],
    xds: addressOf(xds),
    admin: addressOf(admin),
  })
  return closing.add(await startEnvoy(JSON.stringify(bootstrap), admin, { timeout: TIMEOUT, ...options }))
}

function addressOf(text: string): Address {
  const address = parseAddress(text)
  if (typeof address === 'string') throw new Error(address)
  return address
}
