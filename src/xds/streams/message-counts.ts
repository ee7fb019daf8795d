import type { ProxyForm } from '../../model/proxies.ts'
import { RESOURCE_TYPES } from '../../model/resource-types.ts'

/** What went over streams since the start. */
export class MessageCount {
  requests = 0
  responses = 0
  /** Of responses, without what the transport adds. */
  bytes = 0
}

const SERVED: ReadonlyMap<string, string> = new Map(
  Object.entries(RESOURCE_TYPES).map(([name, url]) => [url, name]),
)

/** Messages of each form and type; whatever clients ask for beside what is served is one. */
export class MessageCounts {
  readonly #byForm = new Map<ProxyForm, Map<string, MessageCount>>()

  of(form: ProxyForm, typeUrl: string): MessageCount {
    let byType = this.#byForm.get(form)
    if (byType === undefined) {
      byType = new Map()
      this.#byForm.set(form, byType)
    }
    const type = SERVED.get(typeUrl) ?? 'other'
    let count = byType.get(type)
    if (count === undefined) {
      count = new MessageCount()
      byType.set(type, count)
    }
    return count
  }

  /** `type` is short: `cds`, `eds`… */
  *all(): Iterable<{ readonly form: ProxyForm; readonly type: string; readonly count: MessageCount }> {
    for (const [form, byType] of this.#byForm) for (const [type, count] of byType) yield { form, type, count }
  }
}
