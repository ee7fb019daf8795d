import type { Proxies } from '../model/proxies.ts'
import type { TrafficPrices } from '../model/traffic-prices.ts'
import type { ServedIn } from './configuration/served-in.ts'
import type { Current } from './current-world.ts'
import type { Intake } from './intake/intake.ts'

/** All that operations work on, as the control plane brings it together. */
export interface Collaborators extends Current {
  readonly intake: Intake
  readonly proxies: Proxies
  readonly servedIn: ServedIn
  readonly traffic: CountedTraffic
}

/** What is to know of traffic beside what is stored. */
export interface CountedTraffic {
  /** Stores what this replica has counted. */
  flush(): Promise<void>
  /** undefined: nobody has said any. */
  readonly prices: TrafficPrices | undefined
}
