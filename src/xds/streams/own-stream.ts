import { TYPE_URLS } from '../../proto/type-urls.ts'
import { fromOwnStreams } from '../../translate/config-source.ts'
import type { FormName } from '../protocol/form.ts'
import type { Audience, Audiences, ClientNode } from '../tables/audience.ts'
import type { ConfigSources } from './config-sources.ts'
import { controlPlaneCluster } from './control-plane-cluster.ts'

/** A stream of one type alone. */
export interface OwnStream {
  readonly form: FormName
  readonly typeUrl: string
  /** What the call says that it is for. */
  readonly authority: string
}

/** Where clusters and listeners come by streams of their own, endpoints and routes do too: there may be no ADS. */
export function joinByOwnStream(
  node: ClientNode,
  { form, typeUrl, authority }: OwnStream,
  { audiences, configSources }: { readonly audiences: Audiences; readonly configSources: ConfigSources },
): Audience {
  const cluster = controlPlaneCluster(node.xdsCluster, authority)
  const apiType = form === 'delta' ? 'DELTA_GRPC' : 'GRPC'
  const { configSource, release } = configSources.use(fromOwnStreams({ cluster, apiType }))
  // Of all the streams of an Envoy the one that there is once counts it.
  const audience = audiences.join({ ...node, configSource }, typeUrl === TYPE_URLS.cluster)
  return {
    ...audience,
    leave: () => {
      audience.leave()
      release()
    },
  }
}
