import type { ServerFigures } from '../compare/figures.ts'
import { markdownTable } from '../compare/markdown-table.ts'
import { type Slopes, slopesOf } from '../growth/slopes.ts'
import type { Results } from '../results-file.ts'

/** What is projected to. */
const STREAMS = 10_000
const REPLICAS = 3
const MIB = 2 ** 20

interface FanOutPlan {
  readonly name: string
  readonly services: number
  readonly streams: number
  readonly bytesPerStream: number
  readonly rss: number
  readonly firstSync: { readonly cpuMsPerStream: number; readonly bytesPerStream: number }
  readonly changes: readonly {
    readonly changed: number
    readonly messages: number
    readonly bytes: number
    readonly sendCpuMs: number
    readonly ackCpuMs: number
  }[]
}

/** Raw numbers. */
interface Raw {
  readonly fanOut: readonly FanOutPlan[]
  readonly slopes: Slopes
  /** The figures that they are slopes of. */
  readonly streams: readonly ServerFigures[]
  readonly load?: {
    readonly ofPatch: Readonly<Record<'transactions' | 'written' | 'walBytes' | 'notifications', number>>
    readonly ofSecond: { readonly transactions: number }
  }
}

/** The tables of docs/scale.md; nothing before all that they stand on was measured. */
export function scaleTables({ growth, parts = {} }: Results): string | undefined {
  const { 'fan-out': fanOut, store } = parts
  const streams = growth?.streams?.figures ?? []
  const slopes = slopesOf(streams)
  if (!fanOut || !slopes || !store) return undefined
  const { figures } = fanOut as unknown as { figures: readonly FanOutPlan[] }
  const { forms } = store as unknown as { forms: readonly Partial<Raw>[] }
  const load = forms.find(one => one.load)?.load
  const signs = signsOf({ fanOut: figures, slopes, streams, ...(load && { load }) })
  const { at, commit, machine } = fanOut
  return [
    `Of ${at.slice(0, 10)}, commit ${commit}, ${machine.cores} cores (${machine.cpu}).`,
    markdownTable(['sign', 'what', 'value', 'from'], signs.rows),
    '## Projected',
    'Over all replicas together; a replica has N/R of the streams.',
    markdownTable(['what', 'formula', 'result'], projected(signs.values)),
    curvature(figures),
  ].join('\n\n')
}

function planNamed(plans: readonly FanOutPlan[], name: string): FanOutPlan {
  const found = plans.find(plan => plan.name === name)
  if (!found) throw new Error(`fan-out shows no plan "${name}"`)
  return found
}

function changeOf({ changes }: FanOutPlan, count: number) {
  const found = changes.find(({ changed }) => changed === count)
  if (!found) throw new Error(`fan-out shows no change of ${count}`)
  const { messages, bytes, sendCpuMs, ackCpuMs } = found
  return { ...found, bytesEach: bytes / messages, usEach: (1_000 * (sendCpuMs + ackCpuMs)) / messages }
}

function signsOf({ fanOut, slopes, streams, load }: Raw) {
  const [small, few, all] = ['all concerned, small', '1 % concerned', 'all concerned'].map(name =>
    planNamed(fanOut, name),
  ) as [FanOutPlan, FanOutPlan, FanOutPlan]
  const [one, hundred] = [changeOf(all, 1), changeOf(all, 100)]
  const ofFew = changeOf(few, 1)
  const p = one.usEach
  const unconcerned = few.streams - ofFew.messages
  const values = {
    p,
    m1: slopes.pushCpuUs,
    m100: slopes.pushHundredCpuUs,
    u: Math.max(0, 1_000 * (ofFew.sendCpuMs + ofFew.ackCpuMs) - ofFew.messages * p) / unconcerned,
    f: all.firstSync.cpuMsPerStream,
    f1: few.firstSync.cpuMsPerStream,
    b1: one.bytesEach,
    b100: hundred.bytesEach,
    bf: all.firstSync.bytesPerStream,
    bf1: few.firstSync.bytesPerStream,
    s: all.bytesPerStream,
    g: slopes.memoryKiB * 1024 - small.bytesPerStream,
    h: Math.max(0, slopes.readyCpuMs - small.firstSync.cpuMsPerStream),
    /** A MiB of it. */
    hMiB: 0,
    w: all.rss - all.streams * all.bytesPerStream,
  }
  values.hMiB = values.h / (small.firstSync.bytesPerStream / MIB)
  const steps = `slope from ${streams[0]?.workload.streams} to ${streams.at(-1)?.workload.streams} streams`
  const rows = [
    ['p', `CPU of a message and its ACK without gRPC, one service changed, ${all.services} services`, us(p), `\`fan-out\`, all concerned (${all.streams} streams; ${us(changeOf(small, 1).usEach)} with ${small.services} services and ${small.streams} streams)`],
    ['m1', 'CPU per concerned stream over gRPC, one changed', us(values.m1), `\`growth:streams\`, ${steps}, ${streams[0]?.workload.services} services`],
    ['m100', 'the same, 100 changed in one push', us(values.m100), `\`growth:streams\`, slope (without gRPC, \`fan-out\`: ${us(hundred.usEach)})`],
    ['u', 'CPU per stream that a change does not concern', us(values.u, 2), `\`fan-out\`, 1 % concerned: what is left of a change after ${Math.round(ofFew.messages)} p, a share for each of the others`],
    ['f', `CPU of the first sync of a stream, ${all.services} services, without gRPC`, ms(values.f), '`fan-out`, all concerned'],
    ['f1', `the same, one gateway of ${few.services / 100} services`, ms(values.f1), '`fan-out`, 1 % concerned'],
    ['b1, b100', 'bytes of a message, 1 and 100 changed', `${bytes(values.b1)}, ${bytes(values.b100)}`, '`fan-out`'],
    ['bf, bf1', `bytes of a first sync, ${all.services} services, and one gateway of ${few.services / 100}`, `${bytes(values.bf)}, ${bytes(values.bf1)}`, '`fan-out`'],
    ['s', `memory of a stream without gRPC, ${all.services} services`, bytes(values.s), '`fan-out`'],
    ['g', 'memory that gRPC adds to a stream', bytes(values.g), `\`growth:streams\`, slope (${bytes(slopes.memoryKiB * 1024)} with ${streams[0]?.workload.services} services), less the ${bytes(small.bytesPerStream)} of \`fan-out\` with as many`],
    ['h', 'CPU that gRPC adds to the first sync of a stream', `${ms(values.h)}, or ${ms(values.hMiB)} a MiB`, `\`growth:streams\` (${ms(slopes.readyCpuMs)}) less \`fan-out\` with as many services (${ms(small.firstSync.cpuMsPerStream)}, ${bytes(small.firstSync.bytesPerStream)})`],
    ['w', `memory of the process with ${all.services} services, no streams`, bytes(values.w), `\`fan-out\`, ${bytes(all.rss)} − ${all.streams} s; holds the test's own entries too`],
    ...(load
      ? [
          ['d', 'transactions of a PATCH with two replicas, rows written, WAL, notifications', `${round(load.ofPatch.transactions)}, ${round(load.ofPatch.written)}, ${bytes(load.ofPatch.walBytes)}, ${round(load.ofPatch.notifications)}`, '`store`'],
          ['i', 'transactions a second when nothing happens, two replicas', round(load.ofSecond.transactions), '`store`'],
        ]
      : []),
  ] // biome-ignore format: a row is a line
  return { rows, values }
}

type Signs = ReturnType<typeof signsOf>['values']

function projected({ m1, m100, u, f, f1, b1, b100, bf, bf1, s, g, hMiB, w }: Signs) {
  const n = STREAMS
  const [micro, milli] = [1e-6, 1e-3]
  const everything = n * (f + (bf / MIB) * hMiB) * milli
  const perStream = s + g
  const one = n * m1 * micro
  return [
    ['one service changes, all concerned: CPU', 'N · m1', seconds(one)],
    ['one service changes, 1 % concerned: CPU', 'N/100 · m1 + 0.99 N · u', seconds((n / 100) * m1 * micro + 0.99 * n * u * micro)],
    ['100 services change in one push: CPU', 'N · m100', seconds(n * m100 * micro)],
    ['rolling restart of 100 services, pushed one by one: CPU', '100 · N · m1, less what coalesces', `at most ${seconds(100 * one)}`],
    ['first sync of all, every Envoy gets everything: CPU', 'N · (f + bf · h)', seconds(everything)],
    ['first sync of all, gateways of 100 services: CPU', 'N · (f1 + bf1 · h)', seconds(n * (f1 + (bf1 / MIB) * hMiB) * milli)],
    ['a replica restarts, its Envoys bring no versions: CPU', 'N/R · (f + bf · h)', `${seconds(everything)} / R`],
    ['bytes: one changed, 100 changed, first sync', 'N · b1, N · b100, N · bf', [b1, b100, bf].map(each => bytes(n * each)).join(', ')],
    ['memory of all streams', 'N · (s + g)', bytes(n * perStream)],
    ['memory of a replica', 'w + N/R · (s + g)', `${bytes(w + (n / REPLICAS) * perStream)} with R = ${REPLICAS}`],
    ['replicas, so that one change is through in 0.5 CPU s, and one may be missing', 'N · m1 / 0.5 s + 1', String(Math.ceil(one / 0.5) + 1)],
    ['unlogged report rows', 'one a replica; one of `proxies` for every 100 of its streams, written at most every max(2 s, 50 ms · rows)', '100 rows, at most 20 a second'],
  ] // biome-ignore format: a row is a line
}

/** How far the line of first syncs is none. */
function curvature(plans: readonly FanOutPlan[]): string {
  const [small, all] = [planNamed(plans, 'all concerned, small'), planNamed(plans, 'all concerned')]
  const services = round(all.services / small.services)
  const cpu = round(all.firstSync.cpuMsPerStream / small.firstSync.cpuMsPerStream, 1)
  return `First syncs are not a straight line in services: ${services} times the services cost ${cpu} times the CPU of a stream.`
}

function us(value: number, digits = 0): string {
  return `${round(value, digits)} µs`
}

function ms(value: number): string {
  return `${round(value, value < 10 ? 1 : 0)} ms`
}

function seconds(value: number): string {
  return `${value < 10 ? value.toPrecision(2) : Math.round(value)} s`
}

/** In the unit of which there are most one to a thousand. */
function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB']
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, value)) / 10))
  const amount = value / 1024 ** power
  return `${round(amount, amount < 10 && power > 0 ? 1 : 0)} ${units[power]}`
}

function round(value: number, digits = 0): string {
  return String(Math.round(value * 10 ** digits) / 10 ** digits)
}
