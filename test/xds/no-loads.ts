import type { XdsServerOptions } from '../../src/xds/server.ts'

/** Where nobody reports loads. */
export const noLoads: XdsServerOptions['loads'] = {
  join() {
    throw new Error('nobody was to report loads')
  },
}
