import { z } from 'zod'
import { refuse } from './refusals.ts'

/** A Kubernetes label selector (meta/v1 LabelSelector): all of its requirements must hold; an empty one selects all. */

const labelKey = z
  .string()
  .max(317)
  .regex(/^([^/]+\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/, 'must be the key of a Kubernetes label')
const labelValue = z
  .string()
  .max(63)
  .regex(/^$|^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/, 'must be the value of a Kubernetes label')

/** core/v1, LabelMetadataName: every namespace has its name as a label, and nobody can change it. */
export const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name'

export const labels = z.record(labelKey, labelValue)
export type Labels = z.infer<typeof labels>

const requirement = z
  .strictObject({
    key: labelKey,
    operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
    values: z.array(labelValue).max(64).optional(),
  })
  .superRefine(({ operator, values = [] }, context) => {
    const isList = operator === 'In' || operator === 'NotIn'
    if (isList && values.length === 0) refuse(context, ['values'], `is required for the operator ${operator}`)
    if (!isList && values.length > 0) {
      refuse(context, ['values'], `must be left out for the operator ${operator}`)
    }
  })

export const labelSelector = z.strictObject({
  matchLabels: labels.optional(),
  matchExpressions: z.array(requirement).max(64).optional(),
})
export type LabelSelector = z.infer<typeof labelSelector>

export function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, actual: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => actual[key] === value) &&
    matchExpressions.every(one => holds(one, actual[one.key]))
  )
}

/** Kubernetes: NotIn holds for what has no such label too. */
function holds({ operator, values = [] }: z.infer<typeof requirement>, actual: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return actual !== undefined && values.includes(actual)
    case 'NotIn':
      return actual === undefined || !values.includes(actual)
    case 'Exists':
      return actual !== undefined
    case 'DoesNotExist':
      return actual === undefined
  }
}
