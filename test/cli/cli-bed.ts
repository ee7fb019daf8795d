import { serveRest } from '../../src/rest/serve-rest.ts'
import { type LastingTestbed, openLastingTestbed } from '../rest/rest-testbed.ts'
import { type Ended, runCli } from './run-cli.ts'

/** A REST API at a real port, and the command line that asks it. */
export interface CliBed extends LastingTestbed {
  vicinity(...args: readonly string[]): Promise<Ended>
}

export async function openCliBed(): Promise<CliBed> {
  const testbed = await openLastingTestbed()
  const server = await serveRest(testbed.app, { host: '127.0.0.1', port: 0 })
  return {
    ...testbed,
    vicinity: (...args) => runCli(args, '', { VICINITY_SERVER: `http://${server.address}` }),
    close: async () => {
      await server.close(0)
      await testbed.close()
    },
  }
}
