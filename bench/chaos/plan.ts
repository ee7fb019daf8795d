/** What a fault does, and to what: at most one at a time is done to each of these. */
const KINDS = {
  kill: { target: 'replica', weight: 4, longest: 4_000 },
  stop: { target: 'replica', weight: 2, longest: 3_000 },
  pause: { target: 'replica', weight: 3, longest: 20_000 },
  'kill all': { target: 'all replicas', weight: 1, longest: 4_000 },
  'restart database': { target: 'database', weight: 1, longest: 4_000 },
  'crash database': { target: 'database', weight: 1, longest: 4_000 },
  'pause database': { target: 'database', weight: 1, longest: 10_000 },
  'end connections': { target: 'database', weight: 1, longest: 0 },
  'cut database': { target: 'way to database', weight: 2, longest: 8_000 },
  'freeze database': { target: 'way to database', weight: 2, longest: 12_000 },
  'slow database': { target: 'way to database', weight: 2, longest: 8_000 },
  'cut clients': { target: 'way to replica', weight: 2, longest: 8_000 },
  'freeze clients': { target: 'way to replica', weight: 1, longest: 8_000 },
} as const

export type FaultKind = keyof typeof KINDS

export interface Fault {
  readonly kind: FaultKind
  /** Index of the replica whose process or way it is; 0 where it is no single one's. */
  readonly replica: number
  /** Milliseconds since the storm began. */
  readonly at: number
  /** Milliseconds until it is mended: what was killed is started, what was cut is healed. */
  readonly lasts: number
}

/** Faults for a time, and then a quiet one in which all has to come together again. */
export interface Storm {
  readonly faults: readonly Fault[]
  /** Milliseconds. */
  readonly lasts: number
}

const MOST_AT_ONCE = 3
const LONGEST_PAUSE_BETWEEN = 2_500

/** The same for the same numbers, whatever happens while it is carried out. */
export function planStorm(random: () => number, replicas: number, lasts: number): Storm {
  const faults: Fault[] = []
  for (let at = random() * 1_000; at < lasts; at += 300 + random() * LONGEST_PAUSE_BETWEEN) {
    const kind = anyKind(random)
    const replica = Math.floor(random() * replicas)
    const wanted = (0.05 + 0.95 * random()) * KINDS[kind].longest
    const fault = { kind, replica: isOfOne(kind) ? replica : 0, at, lasts: Math.min(wanted, lasts - at) }
    const others = faults.filter(other => other.at + other.lasts >= at)
    if (others.length < MOST_AT_ONCE && !others.some(other => isInTheWay(other, fault))) faults.push(fault)
  }
  return { faults, lasts }
}

/** As a person would say it. */
export function faultName({ kind, replica }: Fault): string {
  return isOfOne(kind) ? `${kind} ${replica + 1}` : kind
}

/** Whether this replica may not reach its database because of it. */
export function keepsFromDatabase(fault: Fault, replica: number): boolean {
  const { target } = KINDS[fault.kind]
  return target === 'database' || (target === 'way to database' && fault.replica === replica)
}

function isOfOne(kind: FaultKind): boolean {
  const { target } = KINDS[kind]
  return target !== 'database' && target !== 'all replicas'
}

/** Both are done to the same thing, or to a part of it. */
export function isInTheWay(a: Fault, b: Fault): boolean {
  const [first, second] = [KINDS[a.kind].target, KINDS[b.kind].target]
  const targets = new Set([first, second])
  if (targets.has('all replicas')) return targets.has('replica') || targets.size === 1
  return first === second && a.replica === b.replica
}

function anyKind(random: () => number): FaultKind {
  const kinds = Object.entries(KINDS) as [FaultKind, { weight: number }][]
  let left = random() * kinds.reduce((sum, [, { weight }]) => sum + weight, 0)
  for (const [kind, { weight }] of kinds) {
    left -= weight
    if (left < 0) return kind
  }
  return 'kill'
}
