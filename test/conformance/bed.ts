import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, credentials } from '@grpc/grpc-js'
import { pino } from 'pino'
import { Closing } from '../../demo/closing.ts'
import { RestApi } from '../../demo/rest-api.ts'
import { parseConfig, type ServeFlags } from '../../src/config.ts'
import { type ControlPlane, start } from '../../src/control-plane.ts'
import { DeltaChannel, StateChannel } from './channel.ts'
import { CDS, EDS, type Form, LDS, RDS } from './forms.ts'
import { Streams } from './streams.ts'
import { World } from './world.ts'

let worlds = 0

/**
 * The product, started, on a database of its own. It is only spoken to over its ports: pushes by HTTP, clients by gRPC.
 */
export class Bed {
  readonly #closing = new Closing()
  /** What one test has opened. */
  #test = new Closing()
  readonly #flags: ServeFlags
  readonly #token: string | undefined
  #plane: ControlPlane | undefined
  #client: Client | undefined

  private constructor(flags: ServeFlags, token: string | undefined) {
    this.#flags = flags
    this.#token = token
  }

  /** With a token, what asks for one is asked; the worlds of such a bed stay empty. */
  static async open(flags: ServeFlags = {}, token?: string): Promise<Bed> {
    const folder = await mkdtemp(join(tmpdir(), 'vicinity-conformance-'))
    const ports = { rest: '127.0.0.1:0', xds: '127.0.0.1:0' }
    const bed = new Bed({ database: `sqlite:${join(folder, 'vicinity.db')}`, ...ports, ...flags }, token)
    bed.#closing.addWay(() => rm(folder, { recursive: true, force: true }))
    bed.#closing.addWay(async () => bed.#plane?.close())
    await bed.start()
    return bed
  }

  get xds(): string {
    return this.#running.xds
  }

  get api(): RestApi {
    return new RestApi(this.#running.rest)
  }

  async start(): Promise<void> {
    const parsed = parseConfig({ ...this.#flags, logLevel: 'silent' }, { VICINITY_ADMIN_TOKEN: this.#token })
    if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
    this.#plane = await start(parsed.config, pino({ level: 'silent' }))
    this.#client = this.connect()
  }

  /** Ends it; `start` goes on with the same database, at other ports. */
  async stop(): Promise<void> {
    const plane = this.#running
    this.#plane = undefined
    await plane.close()
  }

  /** A connection of its own. It takes messages as large (-1: however large) as gRPC clients do by themselves. */
  connect(address = this.xds, largest = 4 * 1024 * 1024): Client {
    const client = new Client(address, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_receive_message_length': largest,
    })
    this.#closing.addWay(async () => client.close())
    return client
  }

  /** Something new to push, empty; what it pushed is gone when the test ends. */
  world(): World {
    worlds += 1
    const world = new World(() => this.api, `w${worlds}`)
    this.#test.addWay(() => world.end())
    return world
  }

  streams(form: Form, node: object, client = this.#connected): Streams {
    const streams = new Streams(client, form, node)
    this.#test.addWay(async () => streams.close())
    return streams
  }

  delta(form: Form, world: World): DeltaClient {
    return new DeltaClient(this.streams(form, world.node))
  }

  state(form: Form, world: World): StateClient {
    return new StateClient(this.streams(form, world.node))
  }

  /** To be called after each test. */
  async endTest(): Promise<void> {
    await this.#test.close()
  }

  async close(): Promise<void> {
    await this.#closing.close()
  }

  get #running(): ControlPlane {
    if (this.#plane === undefined) throw new Error('the product is not running')
    return this.#plane
  }

  get #connected(): Client {
    if (this.#client === undefined) throw new Error('the product is not running')
    return this.#client
  }
}

/** A client's four types. */
class Channels<C> {
  readonly streams: Streams
  readonly clusters: C
  readonly endpoints: C
  readonly listeners: C
  readonly routes: C
  readonly #byType: ReadonlyMap<string, C>

  constructor(streams: Streams, open: (typeUrl: string) => C) {
    this.streams = streams
    this.clusters = open(CDS)
    this.endpoints = open(EDS)
    this.listeners = open(LDS)
    this.routes = open(RDS)
    this.#byType = new Map([
      [CDS, this.clusters],
      [EDS, this.endpoints],
      [LDS, this.listeners],
      [RDS, this.routes],
    ])
  }

  on(typeUrl: string): C {
    const channel = this.#byType.get(typeUrl)
    if (channel === undefined) throw new Error(`no channel of ${typeUrl}`)
    return channel
  }
}

export class DeltaClient extends Channels<DeltaChannel> {
  constructor(streams: Streams) {
    super(streams, typeUrl => new DeltaChannel(streams, typeUrl))
  }
}

export class StateClient extends Channels<StateChannel> {
  constructor(streams: Streams) {
    super(streams, typeUrl => new StateChannel(streams, typeUrl))
  }
}
