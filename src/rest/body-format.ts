/** The languages that bodies are read in. */
export type BodyFormat = 'json' | 'yaml'

/** RFC 9512 registers application/yaml; kubectl and others still write the older ones. */
const YAML_TYPES = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml']

/**
 * What a `Content-Type` stands for; undefined where nobody reads it. RFC 8259, section 8.1: JSON between systems is
 * UTF-8, and so is the YAML that is read here.
 */
export function bodyFormat(contentType: string): BodyFormat | undefined {
  const [type = '', ...parameters] = contentType.split(';').map(text => text.trim().toLowerCase())
  const charset = parameters
    .find(parameter => parameter.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '')
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') return undefined
  const suffix = /^[a-z0-9.!#$&^_-]+\/[a-z0-9.!#$&^_-]+\+(json|yaml)$/.exec(type)?.[1]
  if (type === 'application/json' || suffix === 'json') return 'json'
  return YAML_TYPES.includes(type) || suffix === 'yaml' ? 'yaml' : undefined
}
