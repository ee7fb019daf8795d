import type { Collaborators } from '../operations/collaborators.ts'
import { BodyBudget } from './body-budget.ts'
import { openApiDocument } from './openapi-document.ts'
import { serviceAssignment } from './resources/assignment.ts'
import { restDiscovery } from './resources/discovery.ts'
import { livez, readyz } from './resources/health.ts'
import { kubernetesPush } from './resources/kubernetes.ts'
import { metrics } from './resources/metrics.ts'
import { nacks } from './resources/nacks.ts'
import { openApi } from './resources/openapi.ts'
import { sourceParts } from './resources/parts.ts'
import { connectedProxies } from './resources/proxies.ts'
import { proxyConfiguration } from './resources/proxy-configuration.ts'
import { revisionRestore } from './resources/restore.ts'
import { revisionDiff } from './resources/revision-diff.ts'
import { revisionTraffic } from './resources/revision-traffic.ts'
import { revisions } from './resources/revisions.ts'
import { routes as routeStatuses } from './resources/routes.ts'
import { services } from './resources/services.ts'
import { simulations } from './resources/simulations.ts'
import { sourceHeartbeat } from './resources/source-heartbeat.ts'
import { sourceRemoval } from './resources/source-removal.ts'
import { sourceSettings } from './resources/source-settings.ts'
import { sources } from './resources/sources.ts'
import { traffic } from './resources/traffic.ts'
import { zoneDrain } from './resources/zone-drain.ts'
import { zones } from './resources/zones.ts'
import type { RestOptions } from './rest-app.ts'
import type { Route } from './route.ts'
import { WaitingLine } from './waiting-line.ts'

/** Every path of the API, in the order in which the OpenAPI document lists them. */
export function allRoutes(
  collaborators: Collaborators,
  options: Pick<RestOptions, 'registry' | 'discovery' | 'ready'>,
): Route[] {
  const { store, proxies } = collaborators
  const budget = new BodyBudget()
  const line = new WaitingLine()
  const routes: Route[] = [
    ...sourceParts(collaborators, budget),
    kubernetesPush(collaborators, budget),
    ...sources(collaborators),
    ...sourceSettings(collaborators),
    sourceHeartbeat(collaborators),
    sourceRemoval(collaborators),
    ...revisions(collaborators),
    revisionDiff(store),
    revisionRestore(collaborators),
    ...services(collaborators),
    serviceAssignment(collaborators),
    simulations(collaborators, line),
    ...routeStatuses(collaborators),
    ...zones(collaborators),
    ...zoneDrain(collaborators),
    traffic(collaborators),
    revisionTraffic(collaborators, line),
    nacks(store),
    ...connectedProxies(proxies),
    ...proxyConfiguration(collaborators),
    ...restDiscovery(options.discovery),
    livez(),
    readyz(options.ready),
    metrics(options.registry),
    openApi(() => openApiDocument(routes)),
  ]
  return routes
}
