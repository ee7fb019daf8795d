import { createHash } from 'node:crypto'

/** A resource in one of its versions. */
export interface ResourceVersion {
  readonly name: string
  readonly version: string
}

/** What one proxy refused at one moment. */
export interface Refusal {
  /** The stream. */
  readonly proxy: string
  /** `node.id`. */
  readonly node: string
  /** As namespace/name. */
  readonly gateway: string
  readonly typeUrl: string
  /** Those that its words name; where they name none, all of the response. */
  readonly resources: readonly ResourceVersion[]
  /** What it was being served. */
  readonly revision: number
  /** Its words. */
  readonly detail: string
  /** RFC 3339, UTC. */
  readonly at: string
}

/** Equal NACKs of one node: the same resources of its gateway in the same versions, however often. */
export interface Nack extends Omit<Refusal, 'at'> {
  /** Tells it from all others. */
  readonly key: string
  readonly firstAt: string
  readonly lastAt: string
  readonly count: number
}

/** A NACK of ten thousand clusters is kept with some of them. */
const NAMED_RESOURCES = 20
/** Longest text of a client's that is kept, in characters: its words, and a name that it gives itself. */
const DETAIL_LIMIT = 2_048
const NAME_LIMIT = 256

/** As it is kept: words and names of clients are bounded, and nothing in them controls a terminal. */
export function nackOf(refusal: Refusal): Nack {
  const { gateway, node, proxy, typeUrl, resources, revision, detail, at } = refusal
  const key = createHash('sha256').update(JSON.stringify([gateway, node, typeUrl]))
  for (const { name, version } of resources) key.update(`\0${name}\0${version}`)
  return {
    key: key.digest('hex').slice(0, 32),
    gateway: kept(gateway, NAME_LIMIT),
    node: kept(node, NAME_LIMIT),
    proxy,
    typeUrl,
    resources: resources
      .slice(0, NAMED_RESOURCES)
      .map(({ name, version }) => ({ name: kept(name, NAME_LIMIT), version })),
    revision,
    detail: kept(detail, DETAIL_LIMIT),
    firstAt: at,
    lastAt: at,
    count: 1,
  }
}

/** Two that are equal, the later one last. */
export function together(before: Nack, after: Nack): Nack {
  return { ...after, revision: before.revision, firstAt: before.firstAt, count: before.count + after.count }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g

/** Half of a character that was cut in two is none, and no database takes it: its bytes say so. */
function kept(text: string, limit: number): string {
  return Buffer.from(text.slice(0, limit)).toString().replaceAll(CONTROL, ' ')
}
