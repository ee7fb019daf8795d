import { z } from 'zod'
import { labels } from './label-selector.ts'
import { apiGroup, label, plainText, subdomain } from './names.ts'

/** What the Gateway API asks before a route reaches across namespaces: grants, and the labels of namespaces. */

const group = apiGroup.optional()

export const referenceGrant = z.strictObject({
  namespace: label.optional(),
  name: subdomain,
  from: z
    .array(z.strictObject({ group, kind: plainText.max(63), namespace: label }))
    .min(1)
    .max(16),
  to: z
    .array(z.strictObject({ group, kind: plainText.max(63), name: plainText.max(253).optional() }))
    .min(1)
    .max(16),
})

export const namespace = z.strictObject({ name: label, labels: labels.optional() })

/** Bodies of entries: normalized, with the namespace filled in. */
export type ReferenceGrant = z.infer<typeof referenceGrant> & { namespace: string }
export type Namespace = z.infer<typeof namespace>
