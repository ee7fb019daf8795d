import { Counter, Gauge, type Registry } from 'prom-client'
import { PROXY_FORMS, type ProxyCounts } from '../model/proxies.ts'
import type { LoadReports } from '../xds/load-reports/load-reports.ts'
import type { XdsServer } from '../xds/server.ts'
import type { MessageCount } from '../xds/streams/message-counts.ts'

interface Measured {
  readonly xds: Pick<XdsServer, 'messages' | 'rounds' | 'unauthenticated'>
  readonly proxies: () => ProxyCounts
  readonly loads: Pick<LoadReports, 'received'>
}

/** What goes over the streams of a replica; read when somebody asks, so that it costs a stream nothing but a sum. */
export function streamMetrics(registry: Registry, { xds, proxies, loads }: Measured): void {
  const registers = [registry]
  new Gauge({
    name: 'vicinity_proxies',
    help: 'Connected proxies',
    registers,
    collect() {
      this.set(proxies().all)
    },
  })
  new Gauge({
    name: 'vicinity_proxies_synced',
    help: 'Connected proxies that have answered everything',
    registers,
    collect() {
      this.set(proxies().synced)
    },
  })
  new Gauge({
    name: 'vicinity_streams',
    help: 'Open streams by the form of the protocol',
    labelNames: ['form'],
    registers,
    collect() {
      const { byForm } = proxies()
      for (const form of PROXY_FORMS) this.set({ form }, byForm.get(form) ?? 0)
    },
  })
  const messages = (name: string, help: string, read: (count: MessageCount) => number) =>
    new Counter({
      name,
      help,
      labelNames: ['form', 'type'],
      registers,
      collect() {
        this.reset()
        for (const { form, type, count } of xds.messages.all()) this.inc({ form, type }, read(count))
      },
    })
  messages('vicinity_xds_requests_total', 'Requests of proxies, answers included', one => one.requests)
  messages('vicinity_xds_responses_total', 'Responses sent to proxies', one => one.responses)
  messages('vicinity_xds_response_bytes_total', 'Bytes of responses sent to proxies', one => one.bytes)
  const total = (name: string, help: string, read: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  total(
    'vicinity_xds_coalesced_changes_total',
    'Changes that a stream was not sent by themselves: newer ones came before',
    () => xds.rounds.coalesced,
  )
  total(
    'vicinity_xds_unauthenticated_total',
    'Streams that were refused for want of a valid token',
    () => xds.unauthenticated,
  )
  total('vicinity_load_reports_total', 'Load reports of proxies', () => loads.received)
}
