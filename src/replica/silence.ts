import type { StaleSource } from '../model/control.ts'
import { durationMilliseconds } from '../model/duration.ts'
import { type ControlCause, HEARD_PRECISION } from '../store/store.ts'
import type { World } from '../translate/world.ts'

/** All that decides who is silent; times are milliseconds of the clock, or RFC 3339 where they are stored. */
export interface Hearing extends Pick<World, 'sourceSettings' | 'staleSources'> {
  readonly lastHeard: ReadonlyMap<string, string>
  /** Since when somebody listens without a break: what was before counts against nobody. */
  readonly listeningSince: number
  readonly now: number
}

export interface Judgement {
  /** Sources to be told stale. */
  readonly fallen: readonly StaleSource[]
  /** Sources that are stale no more, and by what. */
  readonly ended: readonly { readonly source: string; readonly cause: ControlCause }[]
  /** Milliseconds until another source can go stale; undefined: none can. */
  readonly next: number | undefined
}

/** Who fell silent, whose silence is over, and when it is time to judge again. */
export function judgeSilence(hearing: Hearing): Judgement {
  const ended = [...hearing.staleSources.values()].flatMap(row => {
    const cause = endOf(row, hearing)
    return cause === undefined ? [] : [{ source: row.source, cause }]
  })
  const waits = [...hearing.sourceSettings].flatMap(([source, { staleAfter }]) =>
    staleAfter === undefined || hearing.staleSources.has(source)
      ? []
      : [{ source, left: limit(staleAfter) - silenceOf(source, hearing) }],
  )
  const fallen = waits
    .filter(({ left }) => left <= 0)
    .flatMap(({ source }) => ({ source, heardAt: hearing.lastHeard.get(source) as string }))
  const coming = waits.map(({ left }) => left).filter(left => left > 0)
  return { fallen, ended, next: coming.length > 0 ? Math.min(...coming) : undefined }
}

/** A note may be that much older than what was heard last: no source is silenced early. */
function limit(staleAfter: string): number {
  return durationMilliseconds(staleAfter) + HEARD_PRECISION
}

/** None of a source that was never heard, nor by a clock that was set back to before it was. */
function silenceOf(source: string, { lastHeard, listeningSince, now }: Hearing): number {
  const heardAt = lastHeard.get(source)
  if (heardAt === undefined) return 0
  return Math.max(0, now - Math.max(Date.parse(heardAt), listeningSince))
}

/** A row that stands is measured from when the source was heard, not from when somebody began to listen again. */
function endOf(
  { source, heardAt }: StaleSource,
  { lastHeard, sourceSettings, now }: Hearing,
): ControlCause | undefined {
  if (!lastHeard.has(source)) return 'delete'
  if (lastHeard.get(source) !== heardAt) return 'heard'
  const staleAfter = sourceSettings.get(source)?.staleAfter
  if (staleAfter === undefined) return 'settings'
  const silence = now - Date.parse(heardAt)
  return silence >= 0 && silence < limit(staleAfter) ? 'settings' : undefined
}
