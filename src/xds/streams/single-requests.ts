import type { ServerInterceptingCall, ServerInterceptor } from '@grpc/grpc-js'

/** What one of them may have, in bytes: none of ours needs as many. */
const LIMIT = 64 * 1024

/** What a call reads into, as grpc-js 1.14 has it (`BaseServerInterceptingCall`); it offers no limit for a method. */
interface Reading {
  maxReceiveMessageSize: number
  readonly decoder: { maxReadMessageLength: number }
}

/**
 * A method that takes one message is called when it has come as a whole: until then nobody is asked who he is, and of
 * health nobody is asked at all. So that these messages do not fill the memory they are not as large as those of streams,
 * which are read when it is known who sends them.
 */
export const limitSingleRequests: ServerInterceptor = ({ requestStream }, call) => {
  if (!requestStream) {
    const reading = call as unknown as Reading
    reading.maxReceiveMessageSize = LIMIT
    reading.decoder.maxReadMessageLength = LIMIT
  }
  return call as ServerInterceptingCall
}
