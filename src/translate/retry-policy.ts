/**
 * The default retry, for requests that no backend has seen. Measured on Envoy 1.40 (`envoy.md`, `locality.md`): one of
 * two local backends dead: 1,000 of 1,000 requests stay local; the only local one dead: 1,000 of 1,000 go to the next
 * priority, none fails. With `updateFrequency: 1` half of them left the zone while a healthy local backend stood there.
 */
export function retryPolicy(perTryTimeout?: string): object {
  return {
    retryOn: 'connect-failure,refused-stream,reset-before-request',
    numRetries: 2,
    ...(perTryTimeout && { perTryTimeout }),
    retryPriority: {
      name: 'envoy.retry_priorities.previous_priorities',
      typedConfig: {
        '@type':
          'type.googleapis.com/envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig',
        updateFrequency: 2,
      },
    },
    retryHostPredicate: [
      {
        name: 'envoy.retry_host_predicates.previous_hosts',
        typedConfig: {
          '@type': 'type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
        },
      },
    ],
    hostSelectionRetryMaxAttempts: 5,
  }
}
