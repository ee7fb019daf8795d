import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import {
  logVerbosity,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  setLogVerbosity,
  status,
} from '@grpc/grpc-js'
import { formatAddress } from '../address.ts'
import type { Principal } from '../auth/principal.ts'
import { FailureLog } from '../failure-log.ts'
import { sum } from '../locality/sum.ts'
import type { Commit } from '../model/change.ts'
import type { OwnProxies } from '../model/proxies.ts'
import type { DiscoveryRequest } from '../proto/discovery-request.ts'
import { DISCOVERY_SERVICES, loadReportingService, type RawMethod } from '../proto/service.ts'
import { within } from '../within.ts'
import type { ObserveAnswer } from './convergence/ack-times.ts'
import { Arrivals } from './convergence/arrivals.ts'
import { Editions } from './convergence/editions.ts'
import { ProxyRegistry } from './convergence/proxy-registry.ts'
import { LoadReportStream, type LoadReportStreamOptions } from './load-reports/load-report-stream.ts'
import { Polling } from './polling/polling.ts'
import { deltaForm } from './protocol/delta-form.ts'
import { stateForm } from './protocol/state-form.ts'
import type { OpenStream } from './side-services/open-calls.ts'
import { addSideServices, type SideServicesOptions } from './side-services/side-services.ts'
import { callerOf, UNAUTHENTICATED } from './streams/caller.ts'
import { ConfigSources } from './streams/config-sources.ts'
import { connectionAgeOptions, streamLifetime } from './streams/connection-age.ts'
import { FanOut } from './streams/fan-out.ts'
import { MessageCounts } from './streams/message-counts.ts'
import {
  type Method,
  type ProxyRefusal,
  ProxyStream,
  type ProxyStreamOptions,
  type ServedStream,
} from './streams/proxy-stream.ts'
import { RunningTime } from './streams/running-time.ts'
import { SharedBodies } from './streams/shared-bodies.ts'
import { limitSingleRequests } from './streams/single-requests.ts'

export interface XdsServerOptions
  extends Omit<
      ProxyStreamOptions,
      | 'allowEmpty'
      | 'editions'
      | 'arrivals'
      | 'messages'
      | 'bodies'
      | 'configSources'
      | 'time'
      | 'lifetime'
      | 'joined'
      | 'requested'
      | 'answered'
      | 'refused'
      | 'left'
    >,
    Pick<LoadReportStreamOptions, 'loads' | 'loadInterval'>,
    Pick<SideServicesOptions, 'clientStatuses'> {
  /** A loopback name or address, or what to listen on. */
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** The revision that the audiences' views show at the beginning; 0: the database has none. */
  readonly revision: number
  /** Answer returning proxies even from a database without any revision; default false. */
  readonly allowEmpty?: boolean
  /** Milliseconds after which a proxy must connect again, at the latest; default never. */
  readonly maxConnectionAge?: number | undefined
  /** Is told how each zone has answered a revision. */
  readonly observe?: ObserveAnswer
  /** A proxy refused something that it was sent. */
  readonly onRefused?: (refusal: ProxyRefusal) => void
}

export interface XdsServer {
  readonly host: string
  /** The real port. */
  readonly port: number
  readonly proxies: OwnProxies
  readonly rounds: Pick<ProxyRegistry['rounds'], 'waitingZones' | 'expire' | 'coalesced'>
  readonly messages: Pick<MessageCounts, 'all'>
  /** For Envoys that ask by REST: proxies as those that have a stream. */
  readonly polling: Pick<Polling, 'answer'>
  /** How many streams were refused since the start because nobody known stood behind them. */
  readonly unauthenticated: number
  /**
   * The views of all audiences show this revision now, with what was committed since the last one. It may be below the
   * last: the database went back, and what streams are sent is what is different in its views.
   */
  onChange(revision: number, commits?: readonly Commit[]): void
  /** Every stream has looked at what its views show now. */
  readonly isPassed: boolean
  /** Resolves when that is so. */
  passed(): Promise<void>
  /** Before the end: those who wait for proxies are answered with what is known. */
  stopWaiting(): void
  /**
   * Stops to listen and asks clients to go elsewhere (GOAWAY). Streams are served on for `notice` milliseconds, in which
   * load balancers learn of it; then they end with UNAVAILABLE, one after the other. Resolves when all connections are
   * closed; further calls wait for the first.
   */
  close(notice: number): Promise<void>
}

type Call = ServerDuplexStream<Buffer, Buffer>

/** An Envoy that comes back lists all that it has in one message. */
const MAX_REQUEST = 32 * 1024 * 1024

/**
 * What one stream costs who takes it over, in milliseconds: they end at this pace. And the longest that it may take for
 * all: whoever runs us waits for some 30 seconds and then kills.
 */
const PACE = 5
const LONGEST_FAREWELL = 10_000

/** How long after the streams have ended connections may take to close, in milliseconds. */
const LAST_WORDS = 1_000

const SERVER_OPTIONS = {
  'grpc.max_receive_message_length': MAX_REQUEST,
  // One resource may be larger than any limit of ours; whether the client takes it is for the client to say.
  'grpc.max_send_message_length': -1,
  // Finds peers that died without a word.
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 20_000,
  // xDS relays put the streams of many Envoys on one connection.
  'grpc.max_concurrent_streams': 1_000,
  'grpc.enable_channelz': 0,
}

/** Serves xDS over gRPC, in all of its forms. Rejects when the address cannot be listened on. */
export async function openXdsServer(options: XdsServerOptions): Promise<XdsServer> {
  const { host, log } = options
  const editions = new Editions(options.revision)
  const arrivals = new Arrivals()
  const registry = new ProxyRegistry(editions, options.observe)
  const messages = new MessageCounts()
  const bodies = new SharedBodies(options.replica)
  const time = new RunningTime()
  const streams = new Set<ServedStream>()
  const loadReports = new Set<LoadReportStream>()

  const fanOut = new FanOut<ServedStream>(
    stream => {
      const isNews = stream.serve()
      if (stream.proxy !== undefined) registry.told(stream.proxy, isNews)
    },
    stream => stream.isFarBehind,
  )
  const { maxConnectionAge } = options
  const lifetime = () => maxConnectionAge && streamLifetime(maxConnectionAge)
  const allowEmpty = options.allowEmpty ?? false
  const polling = new Polling({ ...options, allowEmpty, editions, arrivals, registry, messages, time })
  const streamOptions: ProxyStreamOptions = {
    ...options,
    allowEmpty,
    lifetime,
    editions,
    arrivals,
    messages,
    bodies,
    configSources: new ConfigSources(),
    time,
    joined: proxy => registry.join(proxy),
    refused: refusal => options.onRefused?.(refusal),
    requested: stream => fanOut.add([stream]),
    answered: proxy => registry.answered(proxy),
    left: (stream, proxy) => {
      streams.delete(stream)
      fanOut.remove(stream)
      if (proxy !== undefined) registry.leave(proxy)
    },
  }

  // What the library notices reaches us as errors; its own lines would tell them twice, and not as JSON.
  setLogVerbosity(logVerbosity.NONE)
  const server = new Server({
    ...SERVER_OPTIONS,
    interceptors: [limitSingleRequests],
    ...(maxConnectionAge !== undefined && connectionAgeOptions(maxConnectionAge)),
  })
  const methods: RawMethod[] = []
  let unauthenticated = 0
  const strangers = new FailureLog(log, 'a client without a valid token was refused')
  /** Who calls is known before anything is decoded, whatever the method. */
  const handle = (method: RawMethod, open: (call: Call, principal: Principal) => void) => {
    const handler = (call: Call) => {
      const principal = callerOf(call, options.authenticate)
      if (principal) open(call, principal)
      else {
        unauthenticated += 1
        strangers.warn({ peer: call.getPeer(), method: method.path })
        call.emit('error', UNAUTHENTICATED)
      }
    }
    methods.push(method)
    server.addService({ method }, { method: handler })
  }
  const serve =
    <Request extends DiscoveryRequest>(method: Method<Request>) =>
    (call: Call, principal: Principal) =>
      streams.add(new ProxyStream(randomUUID(), call, method, principal, streamOptions))
  for (const { typeUrl, delta, sotw } of DISCOVERY_SERVICES) {
    const ofType = typeUrl === undefined ? {} : { typeUrl }
    handle(delta, serve({ form: deltaForm, ...ofType }))
    handle(sotw, serve({ form: stateForm, ...ofType }))
  }
  const left = (stream: LoadReportStream) => loadReports.delete(stream)
  handle(loadReportingService.streamLoadStats, (call, principal) =>
    loadReports.add(new LoadReportStream(call, principal, { ...options, lifetime, left })),
  )
  const sideServices = addSideServices(server, methods, options)
  const port = await bind(server, host, options.port)
  log.debug({ host, port }, 'serving xDS')
  let closing: Promise<void> | undefined

  return {
    host,
    port,
    proxies: registry,
    rounds: registry.rounds,
    get unauthenticated() {
      return unauthenticated
    },
    messages,
    polling,
    get isPassed() {
      return fanOut.isIdle && polling.isPassed
    },
    passed: async () => {
      await fanOut.idle()
      await polling.passed()
    },
    onChange: (revision, commits = []) => {
      editions.show(revision)
      arrivals.came(editions.current, new Date())
      registry.arrived(commits)
      fanOut.add(streams)
      polling.onEdition()
    },
    stopWaiting: () => registry.stopWaiting(),
    close: notice => {
      sideServices.stopServing()
      closing ??= close(server, [streams, loadReports, sideServices.open], notice).finally(() => {
        polling.close()
        bodies.close()
        time.stop()
      })
      return closing
    },
  }
}

function bind(server: Server, host: string, port: number): Promise<number> {
  const address = formatAddress({ host, port })
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (cause, bound) => {
      if (cause) reject(new Error(`cannot serve xDS on ${address}: ${cause.message}`, { cause }))
      else resolve(bound)
    })
  })
}

type OpenStreams = readonly (Iterable<OpenStream> & { readonly size: number })[]

async function close(server: Server, open: OpenStreams, notice: number): Promise<void> {
  const closed = new Promise<void>(resolve => {
    server.tryShutdown(() => resolve())
  })
  await within(notice, closed)
  await endOneByOne(open)
  await within(LAST_WORDS, closed)
  server.forceShutdown()
  // Node waits until the client has ended its half of a connection: one that is frozen or cut off never does.
  await within(LAST_WORDS, closed)
}

/** All at once would come back to the other replicas all at once. */
async function endOneByOne(open: OpenStreams): Promise<void> {
  const pace = Math.min(PACE, LONGEST_FAREWELL / sum(open.map(one => one.size)))
  let due = performance.now()
  for (const streams of open) {
    for (const stream of streams) {
      stream.end(status.UNAVAILABLE, 'this replica is shutting down')
      due += pace
      await delay(Math.max(0, due - performance.now()))
    }
  }
}
