import type { Part } from '../../src/model/entry.ts'
import {
  type Edge,
  edgeRoutes,
  edgeTopology,
  type LiveBackend,
  meshRoutes,
  randomService,
  type ServiceDocument,
  type TopologyDocument,
  topologyOf,
} from './documents.ts'
import { contentOf } from './ledger.ts'
import { digestOf } from './part-model.ts'
import { Pusher, type PushHeaders, type Pushing } from './pusher.ts'

/** One push after the other, each begun when the last one is known to be done or not. */
export type Turn = () => Promise<void>

const SERVICES = 12

/**
 * Replaces all that it says, and sends the same bytes again where the answer is lost. Each push is of a newer epoch, so
 * that one that was held up somewhere is not done after the next.
 */
export function replacingPusher(pushing: Pushing): Turn {
  const { random } = pushing
  const pusher = new Pusher('west', pushing)
  const names = Array.from({ length: SERVICES }, (_, index) => `west-${index}`)
  let services: ServiceDocument[] = names.map((name, index) => randomService(random, name, index))
  let number = SERVICES
  return async () => {
    number += 1
    if (random() < 0.3) {
      const document = meshRoutes(random, names, number)
      await pusher.untilAnswered({ part: 'routes', form: 'replace', document }, { epoch: number })
      return
    }
    const kept = services.filter(() => random() > 0.1)
    const changed = names[Math.floor(random() * names.length)] as string
    services = [...kept.filter(({ name }) => name !== changed), randomService(random, changed, number)]
    const push = { part: 'topology', form: 'replace', document: topologyOf(services) } as const
    // Some give up, and never learn what became of it.
    if (random() < 0.3) await pusher.once(push, { epoch: number })
    else await pusher.untilAnswered(push, { epoch: number })
  }
}

/** Reads, changes and replaces what stands, if it still does; in between it patches what is its own. */
export function modifyingPusher(pushing: Pushing, worker: number): Turn {
  const { random } = pushing
  const pusher = new Pusher('south', pushing)
  let number = 0
  return async () => {
    number += 1
    const name = `south-${worker}-${Math.floor(random() * SERVICES)}`
    const service = randomService(random, name, number)
    const standing = await pusher.standing('topology')
    if (standing === undefined) {
      const document = topologyOf([service])
      await pusher.once({ part: 'topology', form: 'replace', document }, { isFirst: true })
    } else if (random() < 0.5) {
      const { services } = standing.document as TopologyDocument
      const document = topologyOf([...services.filter(other => other.name !== name), service])
      await pusher.once({ part: 'topology', form: 'replace', document, ifMatch: standing.digest })
    } else {
      const upsert = { services: [service] }
      const remove = [{ kind: 'Service', namespace: 'default', name: `south-${worker}-${number % SERVICES}` }]
      const isBoth = remove[0]?.name === name
      const document = { upsert, ...(!isBoth && random() < 0.3 && { remove }) }
      await pusher.untilAnswered({ part: 'topology', form: 'patch', document })
    }
  }
}

interface Fleet {
  readonly edges: readonly Edge[]
  readonly backends: readonly LiveBackend[]
}

/**
 * Moves the load between backends that stay up, the new before the old: knows what stands, pushes only on top of that,
 * and does not go on before it knows that it was done.
 */
export function carefulPusher(pushing: Pushing, { edges, backends }: Fleet): Turn {
  const { random, findings, signal } = pushing
  const pusher = new Pusher('edge', pushing)
  const known = new Map<Part, string>()
  let generation = 0
  let number = 0
  const some = () => {
    const chosen = backends.filter(() => random() < 0.5)
    return chosen.length > 0 ? chosen : backends.slice(0, 1)
  }
  const surely = async (part: Part, document: object) => {
    const wanted = digestOf(contentOf(part, 'replace', document).entries)
    const ifMatch = known.get(part)
    const headers: PushHeaders = { isFirst: ifMatch === undefined }
    for (;;) {
      const outcome = await pusher.untilAnswered({ part, form: 'replace', document, ifMatch }, headers)
      if (signal.aborted || outcome.is === 'acknowledged') break
      // A lost answer may have said that it was done.
      const digest = (await pusher.standing(part))?.digest
      if (digest === wanted) break
      if (digest === ifMatch) continue
      findings.add('somebody else wrote', `edge ${part} is ${digest}, not ${wanted} nor ${ifMatch}`)
      break
    }
    known.set(part, wanted)
  }
  const topology = (services: readonly string[]) => {
    number += 1
    return surely('topology', edgeTopology(Object.fromEntries(services.map(name => [name, some()])), number))
  }
  const current = () => `load-${generation}`
  return async () => {
    if (known.size > 0 && random() < 0.7) return topology([current()])
    const old = known.size > 0 ? [current()] : []
    generation += 1
    await topology([...old, current()])
    await surely('routes', edgeRoutes(edges, current()))
    if (old.length > 0) await topology([current()])
  }
}
