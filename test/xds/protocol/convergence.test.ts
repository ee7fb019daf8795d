import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Resource } from '../../../src/translate/resource.ts'
import { DeltaStream } from '../../../src/xds/protocol/delta-stream.ts'
import { StateStream } from '../../../src/xds/protocol/state-stream.ts'
import { EnvoyModel, modelStream } from './envoy-model.ts'
import { NAMES, renewNames, sweepNames } from './resource-table.ts'
import { CDS, EDS, LDS, RDS, resource, Tables } from './session.ts'
import { StateClient } from './state-client.ts'

const CLUSTERS = ['n/c0', 'n/c1', 'n/c2', 'n/c3']
const ROUTES = ['n/r0', 'n/r1']

/** A world in which routes name only clusters that are there. */
const world = fc.record({
  clusters: fc.subarray(CLUSTERS),
  routes: fc.subarray(ROUTES),
  named: fc.array(fc.subarray(CLUSTERS), { minLength: 2, maxLength: 2 }),
  withoutEndpoints: fc.subarray(CLUSTERS),
  content: fc.array(fc.nat(2), { minLength: 12, maxLength: 12 }),
})
type World = typeof world extends fc.Arbitrary<infer T> ? T : never

const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('publish' as const), world }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('process' as const),
      count: fc.integer({ min: 1, max: 5 }),
      refused: fc.subarray([...CLUSTERS, ...ROUTES]),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pull' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reconnect' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('askAgain' as const), name: fc.constantFrom(...CLUSTERS) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), time: fc.integer({ min: 1, max: 4000 }) }),
  },
)
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never

function fill(
  tables: Tables,
  { clusters, routes, named, withoutEndpoints, content }: World,
  repair = '',
): void {
  const text = (index: number) => `${content[index]}${repair}`
  tables.table(CDS).replaceAll(clusters.map((name, i) => resource(CDS, name, text(i), [name])))
  tables
    .table(EDS)
    .replaceAll(
      clusters
        .filter(name => !withoutEndpoints.includes(name))
        .map((name, i) => resource(EDS, name, text(4 + i))),
    )
  tables.table(LDS).replaceAll(routes.map((name, i) => resource(LDS, name, text(8 + i), [name])))
  tables.table(RDS).replaceAll(
    routes.map((name, i) => {
      const there = (named[i] ?? []).filter(cluster => clusters.includes(cluster))
      return resource(RDS, name, `${text(10 + i)}${there}`, there)
    }),
  )
}

type Form = 'delta' | 'sotw'

class Run {
  readonly tables: Tables
  readonly envoy = new EnvoyModel()
  now = 0
  readonly form: Form
  readonly refusing: boolean
  readonly responseLimit: number
  readonly isSweeping: boolean
  #edition = 1
  #streams = 0
  #last: World = { clusters: [], routes: [], named: [], withoutEndpoints: [], content: [] }
  #stream: DeltaStream

  /** `isSweeping`: names that nobody has are given up with each edition. `tables`: those of another run, which fills them. */
  constructor(
    form: Form,
    refusing: boolean,
    responseLimit: number,
    isSweeping = false,
    tables = new Tables(),
  ) {
    this.tables = tables
    this.isSweeping = isSweeping
    this.form = form
    this.refusing = refusing
    this.responseLimit = responseLimit
    this.#stream = this.#connect()
  }

  do(action: Action): void {
    if (action.kind === 'publish') this.#publish(action.world)
    else if (action.kind === 'pull') this.envoy.pull(this.now)
    else if (action.kind === 'reconnect') this.#reconnect()
    else if (action.kind === 'askAgain') this.envoy.askAgain(EDS, action.name, this.now)
    // Gates give up after 5 s; what is refused later than that cannot be foreseen.
    else if (action.kind === 'pass') this.now += this.refusing ? 0 : action.time
    else this.#process(action.count, name => this.refusing && action.refused.includes(name))
  }

  /** Everything is taken from now on, and what was refused is published anew. */
  settle(): void {
    this.#drain()
    if (this.envoy.refused.size > 0) this.#publish(this.#last, ' repaired')
    this.#drain()
    this.now += 20_000
    this.#drain()
  }

  get settled(): boolean {
    return this.#stream.isSynced && this.#stream.settled === this.#edition
  }

  #drain(): void {
    for (let rounds = 0; ; rounds++) {
      expect(rounds, 'responses never end').toBeLessThan(300)
      this.envoy.pull(this.now)
      if (!this.#process(1, () => false)) return
    }
  }

  #process(count: number, refuses: (name: string) => boolean): boolean {
    for (let i = 0; i < count; i++) {
      if (!this.envoy.process(refuses, this.now)) return false
      expect(this.envoy.dangling).toEqual([])
    }
    return true
  }

  #publish(world: World, repair?: string): void {
    this.#last = world
    // Its only stream has looked at all that they log.
    if (this.isSweeping) for (const type of [CDS, EDS, LDS, RDS]) this.tables.table(type).forgetPassed()
    fill(this.tables, world, repair)
    if (this.isSweeping) sweepNames()
    this.tell()
  }

  /** The tables show something else. */
  tell(): void {
    this.#edition += 1
    this.#stream.onEdition(this.#edition)
  }

  /** A state of the world cannot say what its client has, so that nobody knows what routes there still name. */
  #reconnect(): void {
    if (this.form === 'delta') this.#stream = this.#connect()
  }

  #connect(): DeltaStream {
    this.#streams += 1
    const options = {
      id: String(this.#streams),
      names: NAMES,
      views: (typeUrl: string) => this.tables.table(typeUrl).view,
      edition: this.#edition,
      now: this.now,
      responseLimit: this.responseLimit,
    }
    if (this.form === 'delta') {
      const stream = new DeltaStream(options)
      this.envoy.connect(modelStream(stream), this.now)
      return stream
    }
    const states = new StateStream(options)
    this.envoy.connect(new StateClient(states), this.now)
    return states.stream
  }
}

const versions = (resources: Iterable<{ name: string; version: string }>) =>
  new Map([...resources].map(one => [one.name, one.version]))

const limits = fc.constantFrom(20, 1_000_000)

/** What the client has is what the views show, and nothing is left to send. */
function expectConverged(run: Run): void {
  for (const type of [CDS, LDS]) {
    const table = run.tables.table(type)
    const shown = [...table.names()].flatMap(name => table.get(name) ?? [])
    expect(versions(run.envoy.of(type).values())).toEqual(versions(shown))
  }
  for (const [parents, type] of [
    [CDS, EDS],
    [LDS, RDS],
  ] as const) {
    const table = run.tables.table(type)
    const wanted = [...run.envoy.of(parents).values()].flatMap(one => one.references)
    const shown = wanted.flatMap(name => table.get(name) ?? [])
    // A state of the world has no words for what is gone of these types.
    const isKnown = ({ name }: Resource) => run.form === 'delta' || table.get(name) !== undefined
    expect(versions([...run.envoy.of(type).values()].filter(isKnown))).toEqual(versions(shown))
  }
  expect(run.settled).toBe(true)
}

test.each([
  ['delta', true],
  ['delta', false],
  ['sotw', true],
  ['sotw', false],
] as const)(
  '[M68, M75, M94] any client ends with what the views show, routes never name a cluster that it does not know (%s, refusing: %s)',
  (form, refusing) => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60, size: 'max' }), limits, (actions, responseLimit) => {
        const run = new Run(form, refusing, responseLimit)
        for (const one of actions) run.do(one)
        run.settle()
        expectConverged(run)
      }),
      { numRuns: 400 },
    )
  },
)

test.each(['delta', 'sotw'] as const)('names that nobody has are given up while streams go on (%s)', form => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60, size: 'max' }), limits, (actions, responseLimit) => {
      renewNames()
      const run = new Run(form, true, responseLimit, true)
      for (const one of actions) run.do(one)
      run.settle()
      expectConverged(run)
    }),
    { numRuns: 100 },
  )
})

test.each(['delta', 'sotw'] as const)(
  'clients that are shown the same end alike, whatever each of them has taken of it by when (%s)',
  form => {
    const step = fc.record({ action, isFirst: fc.boolean() })
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60, size: 'max' }),
        limits,
        fc.boolean(),
        (steps, responseLimit, isSweeping) => {
          renewNames()
          const first = new Run(form, true, responseLimit)
          const second = new Run('delta', false, responseLimit, false, first.tables)
          for (const { action: one, isFirst } of steps) {
            if (isFirst || one.kind === 'publish') first.do(one)
            else second.do(one)
            if (one.kind !== 'publish') continue
            second.tell()
            if (isSweeping) sweepNames()
          }
          first.settle()
          second.tell()
          second.settle()
          expectConverged(first)
          expectConverged(second)
        },
      ),
      { numRuns: 200 },
    )
  },
)
