import { isIP } from 'node:net'
import { GATEWAY_GROUP } from '../model/gateway.ts'
import { labelSelector, NAMESPACE_NAME_LABEL } from '../model/label-selector.ts'
import type { Fields } from './fields.ts'
import { withoutNulls } from './without-nulls.ts'

const READ = ['name', 'hostname', 'port', 'protocol', 'allowedRoutes', 'tls']

/** The native listener; undefined, with a warning, when it is none that Vicinity serves. */
export function convertListener(listener: Fields): object | undefined {
  const protocol = listener.text('protocol')
  if (protocol !== 'HTTP') {
    if (protocol !== undefined) {
      // Gateway API: such a listener is not accepted, with the reason UnsupportedProtocol; the others work.
      const detail = `listener left out (UnsupportedProtocol): ${JSON.stringify(protocol)} is not supported yet`
      listener.warn('protocol', detail)
    } else if (!listener.has('protocol')) listener.refuse('protocol', 'is required: a string')
    return undefined
  }
  if (listener.has('tls')) listener.warn('tls', 'ignored: the protocol is HTTP')
  listener.warnOfUnknown(READ)
  const hostname = listener.text('hostname')
  if (hostname !== undefined && isIP(hostname) !== 0) {
    // The CRD's pattern lets it pass, so that a cluster may have one.
    listener.warn('hostname', 'listener left out: the Gateway API allows no IP address here')
    return undefined
  }
  return {
    name: listener.get('name'),
    port: listener.get('port'),
    protocol,
    // Gateway API: "When unspecified, all hostnames are matched"; the empty text says the same.
    ...(hostname && { hostname }),
    allowedRoutes: allowedRoutes(listener.object('allowedRoutes')),
  }
}

/** With the CRD's defaults: routes of the Gateway's own namespace, of every kind that the protocol can carry. */
function allowedRoutes(allowed: Fields | undefined): object {
  const kinds = allowed?.objects('kinds').map(one => ({
    group: one.text('group') ?? GATEWAY_GROUP,
    kind: one.get('kind'),
  }))
  return { namespaces: namespaces(allowed?.object('namespaces')), ...(kinds?.length && { kinds }) }
}

function namespaces(given: Fields | undefined): object {
  const from = given?.text('from') ?? 'Same'
  // "This field is ignored for other values of From."
  if (given === undefined || from !== 'Selector') return { from }
  const { matchLabels, matchExpressions } = Object(withoutNulls(given.get('selector') ?? null))
  const selector = {
    ...(matchLabels !== undefined && { matchLabels }),
    ...(matchExpressions !== undefined && { matchExpressions }),
  }
  if (given.has('selector') && labelSelector.safeParse(selector).success) return { from, selector }
  given.warn('selector', 'must be a label selector where from is "Selector": no namespace is selected')
  return { from, selector: NOTHING }
}

/** As metav1.LabelSelectorAsSelector has it for none: no labels can fulfil both. The CRD does not look inside. */
const NOTHING = {
  matchExpressions: [
    { key: NAMESPACE_NAME_LABEL, operator: 'Exists' },
    { key: NAMESPACE_NAME_LABEL, operator: 'DoesNotExist' },
  ],
}
