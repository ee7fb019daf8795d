import type { Logger } from 'pino'
import type { OwnProxies, Proxies } from '../model/proxies.ts'
import type { Suspect } from '../model/quarantine.ts'
import type { Reports } from '../store/reports.ts'
import { AllProxies, ownProxiesAlone } from './all-proxies.ts'
import type { FleetDemand } from './demand-meter.ts'
import { OtherReplicas } from './other-replicas.ts'
import { OtherProxies, writeProxyDocuments } from './proxy-documents.ts'
import type { Account } from './quarantine-judgement.ts'
import { type Suspects, withinBudget } from './suspects.ts'
import { tellReport } from './tell-report.ts'

interface Options {
  /** undefined: there are no other replicas. */
  readonly reports: Reports | undefined
  /** Of this replica: no other one, at whatever time, has the same. */
  readonly id: string
  readonly own: OwnProxies
  readonly suspects: Pick<Suspects, 'hear' | 'testimonies'>
  /** What stands under quarantine. */
  readonly quarantines: () => Iterable<Suspect>
  readonly meter: Pick<FleetDemand, 'own' | 'hear'>
  readonly log: Logger
}

interface Joined {
  readonly proxies: Proxies
  /** What the other live replicas say of suspects. */
  others(): Account[]
  /** Before the end: those who wait for proxies of other replicas are answered with what is known. */
  stopWaiting(): void
  close(): Promise<void>
}

/** Tells the other replicas on the database of the proxies that are connected here, and hears of theirs. */
export function joinReplicas({ reports, id, own, suspects, quarantines, meter, log }: Options): Joined {
  if (reports === undefined) {
    return { proxies: ownProxiesAlone(own), others: () => [], stopWaiting: () => {}, close: async () => {} }
  }
  const documents = writeProxyDocuments({ reports, id, proxies: own, log })
  const report = tellReport({
    reports,
    id,
    proxies: own,
    zones: () => meter.own(),
    suspects: () => withinBudget(suspects.testimonies(quarantines())),
    onForgotten: () => documents.forget(),
    log,
  })
  const others = new OtherReplicas(reports, id, log)
  others.subscribe(() => {
    meter.hear(others.all.flatMap(one => one.report.zones))
    suspects.hear(others.all.flatMap(one => one.report.suspects ?? []))
  })
  const proxies = new AllProxies(own, others, new OtherProxies(reports, id))
  return {
    proxies,
    others: () =>
      others.all.map(({ report }) => ({ revision: report.revision, testimonies: report.suspects })),
    stopWaiting: () => proxies.stopWaiting(),
    close: async () => {
      await others.close()
      await documents.close()
      await report.close()
    },
  }
}
