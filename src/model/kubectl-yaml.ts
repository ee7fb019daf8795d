import type { DocumentOptions, ParseOptions, SchemaOptions, Tags } from 'yaml'

/**
 * YAML as kubectl reads it: that of version 1.1 (0120 is 80, yes is true) with merge keys, without its sixties and
 * times, and of tags only those that JSON has values for. Whatever a document says of its version.
 */
export const KUBECTL_YAML = {
  version: '1.1',
  schema: 'yaml-1.1',
  customTags: tags => tags.filter(isKnown),
  resolveKnownTags: false,
  merge: true,
} as const satisfies ParseOptions & DocumentOptions & SchemaOptions

const UNKNOWN = ['binary', 'omap', 'pairs', 'set', 'timestamp'].map(name => `tag:yaml.org,2002:${name}`)

function isKnown(tag: Tags[number]): boolean {
  return typeof tag === 'string' || (!UNKNOWN.includes(tag.tag) && tag.format !== 'TIME')
}
