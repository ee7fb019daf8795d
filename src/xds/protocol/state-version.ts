import { createHash } from 'node:crypto'
import { EMPTY_PART_DIGEST, nextPartDigest } from '../../model/part-digest.ts'
import type { Resource } from '../../translate/resource.ts'

type Versioned = Pick<Resource, 'name' | 'version'>

/** As many hex digits as the version of a resource has. */
const DIGITS = 24

/**
 * The `version_info` of a set of resources of one type: a digest of their names and versions, whatever the order or the
 * history, so that equal state has the equal version on every stream, in every form of the protocol, on every replica.
 */
export function stateVersion(resources: Iterable<Versioned>): string {
  return textOf(nextPartDigest(EMPTY_PART_DIGEST, digestsOf(resources)))
}

/** The version of a set that changes, kept up without looking at what stays. */
export class StateVersion {
  #digest = EMPTY_PART_DIGEST

  get text(): string {
    return textOf(this.#digest)
  }

  change(came: Iterable<Versioned>, went: Iterable<Versioned>): void {
    this.#digest = nextPartDigest(this.#digest, digestsOf(came), digestsOf(went))
  }
}

function* digestsOf(resources: Iterable<Versioned>): Iterable<string> {
  for (const { name, version } of resources)
    yield createHash('sha256').update(`${name}\0${version}`).digest('hex')
}

function textOf(digest: string): string {
  return digest.slice(-DIGITS)
}
