import { sum } from '../../locality/sum.ts'
import type { ServiceSum } from '../../store/traffic/traffic.ts'
import type { Columns } from '../list.ts'
import { roundedShare } from '../rounded-share.ts'
import { shareOf } from '../simulation/answer.ts'
import type { DemandOrigin } from '../simulation/demand.ts'
import type { BeforeAndAfter } from '../simulation/sides.ts'
import type { Prediction } from './predicted.ts'
import { totalsOf } from './totals.ts'

/** Of requests, 0 to 1, those that stay in their zone. */
export interface Shares {
  /** null: it was not there, or nobody asks. */
  readonly predicted: number | null
  /** null: no requests were counted. */
  readonly measured: number | null
}

export interface ServiceEffect extends BeforeAndAfter<Shares & { readonly requests: number }> {
  readonly service: string
  /** Where the demand comes from that the prediction is of. */
  readonly demand: DemandOrigin
  /** The share of requests, 0 to 1, that the prediction sends to another zone than before. */
  readonly moved: number
}

export const COLUMNS: Columns<ServiceEffect> = {
  id: ({ service }) => service,
  fields: {
    service: ({ service }) => service,
    moved: ({ moved }) => moved,
    requests: ({ before, after }) => before.requests + after.requests,
    predicted: ({ after }) => after.predicted ?? -1,
    measured: ({ after }) => after.measured ?? -1,
  },
}

/** What a revision did to the services of one name. */
export interface Effect {
  readonly service: string
  readonly demand: DemandOrigin
  readonly prediction: Prediction
  readonly counted: BeforeAndAfter<readonly ServiceSum[]>
}

export function serviceEffect({ service, demand, prediction, counted }: Effect): ServiceEffect {
  const side = (which: 'before' | 'after') => {
    const { requests, inZoneShare } = totalsOf(counted[which])
    return { predicted: shareOf(prediction[which]), measured: inZoneShare, requests }
  }
  return {
    service,
    demand,
    moved: roundedShare(prediction.moved),
    before: side('before'),
    after: side('after'),
  }
}

/** The requests of predictions are those that were counted, so they add up. */
export function overall(effects: readonly Effect[], side: 'before' | 'after'): Shares {
  const counted = effects.filter(({ demand }) => demand === 'measured')
  const predictions = counted.map(one => one.prediction[side])
  return {
    predicted: shareOf({
      stay: sum(predictions.map(one => one.stay)),
      all: sum(predictions.map(one => one.all)),
    }),
    measured: totalsOf(counted.flatMap(one => one.counted[side])).inZoneShare,
  }
}
