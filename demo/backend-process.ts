import { serveEcho } from './echo-server.ts'

/** One backend as a process of its own, so that it can die without warning: `backend-process.ts POD [PORT]`. */
const [pod = 'backend', port = '0'] = process.argv.slice(2)
const server = await serveEcho(pod, Number(port))
console.log(JSON.stringify({ msg: 'ready', port: server.port }))
process.on('SIGTERM', () => void server.close())
