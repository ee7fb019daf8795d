import { createHash } from 'node:crypto'
import { ASSIGNMENTS, CLUSTERS, LISTENERS, type Response, ROUTES } from '../acceptance/delta-protocol.ts'
import { SimulatedProxy } from '../acceptance/simulated-proxy.ts'
import { isStill, MESH, REGION, STILL_ADDRESS } from './documents.ts'
import type { Findings } from './findings.ts'

/** A simulated proxy that looks at what it is sent, and knows what it has byte by byte. */
export class WatchedProxy {
  readonly zone: string
  readonly id: string
  readonly #findings: Findings
  readonly #proxy: SimulatedProxy
  /** By type and name: a hash of the bytes that came last. */
  readonly #hashes = new Map<string, string>()
  #stream = 0
  #revision = 0

  constructor(id: string, zone: string, address: () => string, findings: Findings) {
    this.zone = zone
    this.id = id
    this.#findings = findings
    const standpoint = { id, gateway: MESH, region: REGION, zone }
    this.#proxy = new SimulatedProxy(address, standpoint, response => this.#look(response))
  }

  get received(): SimulatedProxy['received'] {
    return this.#proxy.received
  }

  connect(): void {
    this.#proxy.connect()
  }

  close(): void {
    this.#proxy.close()
  }

  /** It has what all that it has refers to. */
  isComplete(): boolean {
    const size = (type: string) => this.#proxy.versions.get(type)?.size ?? 0
    const isServing = size(CLUSTERS) > 0 && size(LISTENERS) > 0
    return isServing && size(CLUSTERS) === size(ASSIGNMENTS) && size(LISTENERS) === size(ROUTES)
  }

  /** All resources with their versions and bytes, in one order. */
  has(): string[] {
    const lines: string[] = []
    for (const [type, versions] of this.#proxy.versions) {
      for (const [name, version] of versions) {
        lines.push(`${type} ${name} ${version} ${this.#hashes.get(`${type} ${name}`)}`)
      }
    }
    return lines.sort()
  }

  #look(response: Response): void {
    this.#lookAtRevision(response)
    const { typeUrl, resources, removedResources } = response
    for (const { name, resource } of resources) {
      const bytes = Buffer.from(resource.value)
      this.#hashes.set(`${typeUrl} ${name}`, createHash('sha256').update(bytes).digest('hex'))
      if (typeUrl === ASSIGNMENTS && isStill(name) && !bytes.includes(STILL_ADDRESS))
        this.#lost(name, 'empty')
    }
    for (const name of removedResources) {
      const isOfService = typeUrl === CLUSTERS || typeUrl === ASSIGNMENTS
      if (!isOfService || isStill(name)) this.#lost(`${typeUrl} ${name}`, 'removed')
    }
  }

  /** Another replica may lag behind; one and the same goes forward. */
  #lookAtRevision({ systemVersionInfo }: Response): void {
    const revision = Number(systemVersionInfo)
    const { streams } = this.#proxy.received
    const before = streams === this.#stream ? this.#revision : 0
    if (!Number.isInteger(revision) || revision < before)
      this.#findings.add(
        'revision went back',
        `${this.id} was told "${systemVersionInfo}" after ${before} on stream ${streams}`,
      )
    this.#stream = streams
    this.#revision = revision
  }

  #lost(name: string, how: string): void {
    const { streams } = this.#proxy.received
    this.#findings.add('sent as gone, and still there', `${this.id}: ${name} ${how} on stream ${streams}`)
  }
}

/** What one has and the other has not; empty where they are equal. */
export function differences(one: readonly string[], other: readonly string[]): string[] {
  const [left, right] = [new Set(one), new Set(other)]
  return [
    ...one.filter(line => !right.has(line)).map(line => `- ${line}`),
    ...other.filter(line => !left.has(line)).map(line => `+ ${line}`),
  ]
}
